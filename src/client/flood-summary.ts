import type { EventFields } from '../event/build-event.js';
import { plausibleSeconds } from '../event/timestamp.js';
import type { Surplus } from './flood.js';

/** The first event of a surplus, telling of them all: their number, and when the first and the last came. */
export function withSurplus(fields: EventFields, { count, first, last }: Surplus): EventFields {
  const now = Date.now();
  const seconds = plausibleSeconds(last, now);
  const flood = { count, first: isoTime(plausibleSeconds(first, now)), last: isoTime(seconds) };
  // There are contexts in every event: its trace.
  const contexts = JSON.parse(fields['contexts'] ?? '{}') as Record<string, unknown>;
  return { ...fields, timestamp: JSON.stringify(seconds), contexts: JSON.stringify({ ...contexts, flood }) };
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}
