import type { ErrorEvent } from '../protocol/event.js';
import { createScrubber } from '../scrub/walk.js';
import type { Processor } from './processor.js';
import { EVENT_BOUNDS, SECTIONS } from './sections.js';

/**
 * Masks the values of the named keys wherever an event carries data (raven's SanitizeKeysProcessor).
 *
 * Keys match by token, in any case: `'card'` masks `cardNumber` and `CARD_NUMBER`, not `discard`.
 *
 * @param keys At least one key.
 * @throws TypeError where `keys` is no list of non-empty strings.
 * @example createClient({ dsn, processors: [sanitizeKeys(['iban', 'tax id'])] })
 */
export function sanitizeKeys(keys: readonly string[]): Processor {
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every((key) => typeof key === 'string' && key !== '')) {
    throw new TypeError('sanitizeKeys(keys): keys must be a list of at least one non-empty string');
  }
  const scrubber = createScrubber({ rules: true, denyKeys: keys });
  return function sanitizeKeys(event) {
    const clean: Record<string, unknown> = { ...event };
    for (const section of SECTIONS) {
      if (clean[section] !== undefined) clean[section] = scrubber.clean(clean[section], EVENT_BOUNDS);
    }
    return clean as ErrorEvent;
  };
}
