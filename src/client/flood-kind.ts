import { types } from 'node:util';
import { readFacts } from '../event/error-facts.js';
import type { LogRecord } from '../record.js';
import { detach } from '../scrub/detach.js';

/** What tells kinds of events apart; all are bounded, for they are keys of a long-lived map. */
const MAX_TEXT = 256;
const MAX_PARTS = 20;
const MAX_FRAMES = 5;
/** Frames of Node and of packages above the first of the app's own that are looked at. */
const MAX_LINES = 30;

/** How Sentry writes the server's own grouping in a fingerprint. */
const DEFAULT_PART = /^\{\{\s*default\s*\}\}$/;

/**
 * Of which kind an event will be, told by as little as possible: it may not even be built. Undefined for an event that
 * says nothing about itself, as one that the caller made whole.
 *
 * @param fingerprint the scope's or the rule's, where the record has none of its own
 */
export function kindOf(record: LogRecord, fingerprint: readonly string[] | undefined): string | undefined {
  try {
    const kind = ownKind(record.context?.fingerprint ?? fingerprint, record) ?? defaultKind(record);
    // A slice would keep the whole stack alive, message included, for as long as it is a key.
    return kind && detach(kind);
  } catch {
    // A Proxy's traps.
    return undefined;
  }
}

function ownKind(fingerprint: unknown, record: LogRecord): string | undefined {
  const parts = typeof fingerprint === 'string' ? [fingerprint] : fingerprint;
  if (!Array.isArray(parts)) return undefined;
  const texts = parts.slice(0, MAX_PARTS).map((part) => (typeof part === 'object' ? '' : String(part)));
  const own = texts.map((part) => (DEFAULT_PART.test(part) ? (defaultKind(record) ?? '') : part.slice(0, MAX_TEXT)));
  // A fingerprint of one part is no text of a record.
  return ['fingerprint', ...own].join('\u0000');
}

function defaultKind(record: LogRecord): string | undefined {
  const { errorIdentity } = record;
  // Copies are dear, where they are made of the Error itself.
  const error = types.isNativeError(errorIdentity) ? errorIdentity : record.error;
  if (error !== undefined) {
    const { type, value, stack, headLength } = readFacts(error, []);
    const place = stack && placeOf(stack, headLength);
    return `${type.slice(0, MAX_TEXT)}\n${place || value.slice(0, MAX_TEXT)}`;
  }
  const text = record.template ?? record.message;
  return text === '' ? undefined : text.slice(0, MAX_TEXT);
}

/** The newest frames of the app's own code, as the stack writes them; without any, the newest of all. */
function placeOf(stack: string, headLength = 0): string {
  let own = '';
  let newest = '';
  let found = 0;
  let at = stack.indexOf('\n', headLength) + 1;
  for (let line = 0; line < MAX_LINES && at > 0 && found < MAX_FRAMES; line++) {
    const end = stack.indexOf('\n', at);
    const frame = stack.slice(at, end < 0 ? at + MAX_TEXT : Math.min(end, at + MAX_TEXT));
    at = end + 1;
    if (!/^\s*at /.test(frame)) continue;
    newest ||= frame;
    if (/node_modules|node:|<anonymous>/.test(frame)) continue;
    own += `${frame}\n`;
    found += 1;
  }
  return own || newest;
}
