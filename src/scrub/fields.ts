/** Lists of named values that show nothing of them as properties; also those of undici's own package, of node-fetch and of polyfills. */
const LISTS: ReadonlySet<string> = new Set(['[object Headers]', '[object URLSearchParams]', '[object FormData]']);

/** An iterator of somebody else's may never end: no server takes so many headers, and no form has so many fields. */
const MOST = 10_000;

/** The fields of `Headers`, `URLSearchParams` and `FormData`, as names and values; undefined for anything else. */
export function fieldsOf(value: object): Iterable<readonly [name: unknown, value: unknown]> | undefined {
  if (!LISTS.has(Object.prototype.toString.call(value))) return undefined;
  const { entries } = value as { readonly entries?: unknown };
  return typeof entries === 'function' ? Reflect.apply(entries, value, []) : undefined;
}

/** An object of them; a name that comes more than once has a list of its values. */
export function viewFields(
  fields: Iterable<readonly [name: unknown, value: unknown]>,
  most: number,
): { readonly source: object; readonly keys: readonly string[]; readonly total: number } {
  const found = new Map<string, unknown>();
  let total = 0;
  for (const [name, value] of fields) {
    const key = String(name);
    if (!found.has(key) && found.size >= most) total += 1;
    else if (!found.has(key)) found.set(key, value);
    else found.set(key, [found.get(key), value].flat());
    if (found.size + total >= MOST) break;
  }
  const source: Record<string, unknown> = Object.create(null);
  for (const [key, value] of found) source[key] = value;
  return { source, keys: Object.keys(source), total: total + found.size };
}
