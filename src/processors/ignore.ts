import { type ErrorPattern, errorMatcher } from './error-pattern.js';
import type { Processor } from './processor.js';

/**
 * Drops events whose error one of the patterns fits; other than with the option `ignoreErrors`, after the processors in
 * front of it, and counted as `event_processor`.
 *
 * @param patterns See `ErrorPattern`. As everywhere in a processor, a function that throws drops the event.
 * @throws TypeError where `patterns` is no list.
 * @example createClient({ dsn, processors: [sanitizeKeys(['iban']), ignore(['AbortError', '*socket hang up*'])] })
 */
export function ignore(patterns: readonly ErrorPattern[]): Processor {
  if (!Array.isArray(patterns)) throw new TypeError('ignore(patterns): patterns must be a list');
  const matches = errorMatcher(patterns, ({ failed, cause }) => {
    throw new Error(`a pattern of ignore ${failed}`, { cause });
  });
  return function ignore(event, hint) {
    const { type, value } = event.exception?.values?.at(-1) ?? {};
    const message = value ?? event.logentry?.formatted ?? '';
    return matches({ error: hint.originalException, type, message }) ? null : event;
  };
}
