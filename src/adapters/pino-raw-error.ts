import { isError } from './fields.js';
import { ERROR_KEYS } from './pino-logger.js';

/** An Error of a log call, and under which key it was passed, unless alone. */
export interface RawError {
  readonly error: Error;
  readonly key?: string;
}

/** The Error among the fields of a log call. Calls no getter: pino has called them all, once. */
export function findRaw(obj: unknown, errorKey: string): RawError | undefined {
  try {
    if (obj === null || typeof obj !== 'object') return undefined;
    if (isError(obj)) return { error: obj };
    for (const key of [errorKey, ...ERROR_KEYS, ...Object.keys(obj)]) {
      const error: unknown = Object.getOwnPropertyDescriptor(obj, key)?.value;
      if (isError(error)) return { error, key };
    }
  } catch {
    // A Proxy's traps.
  }
  return undefined;
}
