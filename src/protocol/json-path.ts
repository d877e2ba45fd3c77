/** The parts of an event that are lists inside an object: `breadcrumbs.values[0]` reads as `breadcrumbs[0]`. */
const WRAPPED: ReadonlySet<string> = new Set(['breadcrumbs', 'exception', 'threads']);
const PLAIN_KEY = /^[\w$-]+$/;

/** The path of what stands under a key, as people write it: `extra.password`, `tags["a b"]`. */
export function memberPath(path: string, key: string): string {
  if (key === 'values' && WRAPPED.has(path)) return path;
  if (!PLAIN_KEY.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** The path of an item of a list: `breadcrumbs[3]`. */
export function itemPath(path: string, index: number | string): string {
  return `${path}[${index}]`;
}
