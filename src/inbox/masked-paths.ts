import type { JsonObject } from './item.js';

/** What jackdaw and Sentry's SDKs put in the place of a secret. */
const MASK = '[Filtered]';
/** The parts of an event that are lists inside an object: `breadcrumbs.values[0]` reads as `breadcrumbs[0]`. */
const WRAPPED: ReadonlySet<string> = new Set(['breadcrumbs', 'exception', 'threads']);
const PLAIN_KEY = /^[\w$-]+$/;

/** Where a payload holds the mask, alone or inside a text: `extra.password`, `breadcrumbs[3].data.token`. */
export function maskedPaths(payload: JsonObject): string[] {
  return [...masked(payload, '')];
}

function* masked(value: unknown, path: string): Generator<string> {
  if (typeof value === 'string' && value.includes(MASK)) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield* masked(inner, Array.isArray(value) ? `${path}[${key}]` : member(path, key));
  }
}

function member(path: string, key: string): string {
  if (key === 'values' && WRAPPED.has(path)) return path;
  if (!PLAIN_KEY.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
