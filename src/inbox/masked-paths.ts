import { itemPath, memberPath } from '../protocol/json-path.js';
import type { JsonObject } from './item.js';

/** What jackdaw and Sentry's SDKs put in the place of a secret. */
const MASK = '[Filtered]';
/** Where a payload holds the mask, alone or inside a text: `extra.password`, `breadcrumbs[3].data.token`. */
export function maskedPaths(payload: JsonObject): string[] {
  return [...masked(payload, '')];
}

function* masked(value: unknown, path: string): Generator<string> {
  if (typeof value === 'string' && value.includes(MASK)) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield* masked(inner, Array.isArray(value) ? itemPath(path, key) : memberPath(path, key));
  }
}
