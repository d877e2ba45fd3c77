import type { ErrorEvent } from '../protocol/event.js';
import type { JsonValue } from '../scrub/walk.js';
import type { Processor } from './processor.js';
import { SECTIONS } from './sections.js';

/**
 * Masks every text that matches one of the patterns, wherever an event carries data
 * (the value half of raven's SanitizePasswordsProcessor, with patterns of your own).
 *
 * The built-in rules (card numbers and the like) run anyway; this is for what only you know, such as customer numbers.
 * Only the matched part is replaced.
 *
 * @param patterns At least one RegExp. It runs on every text of every event: keep it linear.
 * @param mask What replaces a match; default `[Filtered]`.
 * @throws TypeError where `patterns` is no list of RegExps.
 * @example createClient({ dsn, processors: [sanitizeValues([/\bCUST-\d{6}\b/])] })
 */
export function sanitizeValues(patterns: readonly RegExp[], mask = '[Filtered]'): Processor {
  if (!Array.isArray(patterns) || patterns.length === 0 || !patterns.every((pattern) => pattern instanceof RegExp)) {
    throw new TypeError('sanitizeValues(patterns): patterns must be a list of at least one RegExp');
  }
  // A copy with `g` and without `y`: a user's own lastIndex must not make every second match slip.
  const global = patterns.map(({ source, flags }) => new RegExp(source, `${flags.replace(/[gy]/g, '')}g`));
  const scrub = (text: string): string => global.reduce((left, pattern) => left.replace(pattern, () => mask), text);
  return function sanitizeValues(event) {
    const clean: Record<string, unknown> = { ...event };
    for (const section of SECTIONS) {
      if (clean[section] !== undefined) clean[section] = mapTexts(clean[section] as JsonValue, scrub);
    }
    return clean as ErrorEvent;
  };
}

/** Events are plain and bounded here, so recursion is safe. */
function mapTexts(value: JsonValue, scrub: (text: string) => string): JsonValue {
  if (typeof value === 'string') return scrub(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, scrub));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, scrub)]));
}
