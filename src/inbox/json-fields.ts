import { asObject, type JsonObject } from '../protocol/json-object.js';

/** The object at `key`, an empty one when something else is there. */
export function objectAt(object: JsonObject, key: string): JsonObject {
  return asObject(object[key]) ?? {};
}

/** The objects in the list at `key`, or in its `values`: Sentry's protocol knows both forms. */
export function objectsAt(object: JsonObject, key: string): readonly JsonObject[] {
  const value = object[key];
  const list: unknown = Array.isArray(value) ? value : asObject(value)?.['values'];
  return Array.isArray(list) ? list.map(asObject).filter((element) => element !== undefined) : [];
}

/** The text or number at `key`, as text; undefined for anything else, the empty text included. */
export function textAt(object: JsonObject, key: string): string | undefined {
  return asText(object[key]);
}

/** A text, number or boolean as text; undefined for anything else, the empty text included. */
export function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
