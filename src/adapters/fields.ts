import { isNativeError } from 'node:util/types';
import type { RecordContext } from '../record.js';

/** A host's fields, split into those that mean something on an event and all others. */
export interface SplitFields {
  readonly data: Record<string, unknown>;
  readonly context: RecordContext | undefined;
  /** The keys of `data` under which an Error is. */
  readonly errorKeys: readonly string[];
}

/** Ten times what an event shows: a record of a million fields must not cost a million copies. */
const MAX_FIELDS = 1_000;

/** Which value gives a key its meaning; any other value leaves the key where it was, among the data. */
const LIFTED = new Map<string, { readonly as: keyof RecordContext; fits(value: unknown): boolean }>([
  ['tags', { as: 'tags', fits: isPlain }],
  ['user', { as: 'user', fits: isPlain }],
  ['fingerprint', { as: 'fingerprint', fits: (value) => Array.isArray(value) || typeof value === 'string' }],
  ['request', { as: 'request', fits: isPlain }],
  ['req', { as: 'request', fits: isPlain }],
  ['transaction', { as: 'transaction', fits: (value) => typeof value === 'string' }],
  ['sampleRate', { as: 'sampleRate', fits: (value) => typeof value === 'number' && value >= 0 && value <= 1 }],
]);

/** The keys that `splitFields` may give a place of their own. */
export const LIFTED_KEYS: readonly string[] = [...LIFTED.keys()];

/**
 * The first 1,000 own fields of a host's object but for `omit`: a shallow copy, so that the host may reuse its object.
 * A getter is read here, once, and one that throws costs only its own field.
 */
export function splitFields(source: object, omit: (key: string) => boolean): SplitFields {
  const data: Record<string, unknown> = {};
  let context: Record<string, unknown> | undefined;
  const errorKeys: string[] = [];
  let room = MAX_FIELDS;
  for (const key of Object.keys(source)) {
    if (omit(key)) continue;
    if (--room < 0) break;
    const value = readField(source, key);
    if (isError(value)) errorKeys.push(key);
    const lifted = LIFTED.get(key);
    if (lifted !== undefined && fits(lifted, value)) {
      context ??= {};
      context[lifted.as] = value;
    } else {
      // Defined, not assigned: a key `__proto__` must stay data.
      if (key === '__proto__') Object.defineProperty(data, key, { value, enumerable: true });
      else data[key] = value;
    }
  }
  return { data, context, errorKeys };
}

/** A field of a foreign object; a getter that throws gives a stand-in. */
export function readField(source: object, key: PropertyKey): unknown {
  try {
    return (source as Record<PropertyKey, unknown>)[key];
  } catch {
    return '[Getter threw]';
  }
}

/** Errors of this and of other realms. */
export function isError(value: unknown): value is Error {
  if (value === null || typeof value !== 'object') return false;
  try {
    return isNativeError(value) || value instanceof Error;
  } catch {
    // A Proxy's trap.
    return false;
  }
}

/** What a host calls its message, as text. Objects are named by their keys: their values belong to the data, scrubbed. */
export function messageText(message: unknown): string {
  if (typeof message === 'string') return message;
  if (message === null || message === undefined) return '';
  if (isError(message)) return String(readField(message, 'message'));
  if (typeof message !== 'object') return typeof message === 'function' ? '[Function]' : String(message);
  try {
    const keys = Object.keys(message).slice(0, 10).join(', ');
    return Array.isArray(message) ? `Array of ${message.length}` : `Object with keys: ${keys}`;
  } catch {
    return 'Object';
  }
}

/** False also for a revoked Proxy, which even `Array.isArray` throws at. */
function fits(lifted: { fits(value: unknown): boolean }, value: unknown): boolean {
  try {
    return lifted.fits(value);
  } catch {
    return false;
  }
}

function isPlain(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !isError(value);
}
