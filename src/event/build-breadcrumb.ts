import type { Breadcrumb } from '../protocol/event.js';
import { eventLevel, levelFromName } from '../protocol/level.js';
import type { LaterContent, LogRecord } from '../record.js';
import { detach } from '../scrub/detach.js';
import type { Bounds, JsonValue, Scrubber } from '../scrub/walk.js';
import { plausibleSeconds } from './timestamp.js';

/** Servers cut a breadcrumb's message at 8,192 characters; a hundred of those would fill the event (raven kept 1,024). */
const MESSAGE_LENGTH = 2_048;
/** Relay's limit for `category` and `type`. */
const CATEGORY_LENGTH = 128;
/** Relay keeps 2 KiB of data per breadcrumb. Depth counts the data object itself. */
const DATA: Bounds = { depth: 3, breadth: 50, nodes: 200, stringLength: 1_024, bytes: 4_096 };
/** Strings up to this length are kept as they are until an event goes out; longer ones are scrubbed and cut at once. */
const KEEP_RAW = 512;

/**
 * A breadcrumb as a scope keeps it: flat primitives as the host gave them, everything else already a clean bounded copy.
 * Strings are immutable, so keeping them is cheap once nothing larger hangs on them; they are scrubbed when the first event that needs them goes out.
 */
export interface KeptBreadcrumb {
  /** Milliseconds since the epoch, unchecked. */
  readonly time: number;
  readonly level: Breadcrumb['level'];
  readonly category: string | undefined;
  readonly message: string | undefined;
  readonly type: string | undefined;
  readonly data: Readonly<Record<string, unknown>> | undefined;
  /** Reads category, message and data when they are needed: then the fields above are undefined. */
  readonly readLater: LaterContent | undefined;
  /** How often it happened in a row. */
  count: number;
  /** The JSON text and by whose rules it was scrubbed: made once, not once per event. */
  encoded?: { readonly by: Scrubber; readonly text: string };
}

/** What stays of a record when it becomes a breadcrumb. Runs for every such log call: no walk unless data is nested. */
export function breadcrumbFromRecord(record: LogRecord, scrubber: Scrubber): KeptBreadcrumb {
  const { readLater } = record;
  const read = readLater === undefined ? record : undefined;
  return {
    time: record.time,
    level: eventLevel(record.level),
    category: read?.logger,
    message: read && keptText(read.message, MESSAGE_LENGTH, scrubber),
    type: undefined,
    data: read?.data && (read.ownsData === true ? ownData : copiedData)(read.data, scrubber),
    readLater,
    count: 1,
  };
}

/** A breadcrumb from the user's own hand, or back from `beforeBreadcrumb`. Nothing about its shape is trusted. */
export function breadcrumbFromUser(breadcrumb: Breadcrumb, scrubber: Scrubber, now: number): KeptBreadcrumb {
  const { timestamp, level, category, message, type, data } = breadcrumb;
  return {
    time: typeof timestamp === 'number' ? timestamp * 1_000 : now,
    level: eventLevel((typeof level === 'string' ? levelFromName(level) : undefined) ?? 'info'),
    category: typeof category === 'string' ? detach(category) : undefined,
    message: message === undefined ? undefined : keptText(String(message), MESSAGE_LENGTH, scrubber),
    type: typeof type === 'string' ? detach(type) : undefined,
    data: data !== null && typeof data === 'object' ? copiedData(data, scrubber) : undefined,
    readLater: undefined,
    count: 1,
  };
}

/** The breadcrumb as `beforeBreadcrumb` sees it: a clean copy. */
export function readableBreadcrumb(kept: KeptBreadcrumb, scrubber: Scrubber, now: number): Breadcrumb {
  return JSON.parse(encodeBreadcrumb(kept, scrubber, now)) as Breadcrumb;
}

/** The JSON text of a breadcrumb, scrubbed and serialized at the first call for these rules. */
export function encodeBreadcrumb(kept: KeptBreadcrumb, scrubber: Scrubber, now: number): string {
  if (kept.encoded?.by === scrubber) return kept.encoded.text;
  const text = encode(kept, scrubber, now);
  kept.encoded = { by: scrubber, text };
  return text;
}

/** Never throws: one bad breadcrumb would cost every event as long as it is kept. */
function encode(kept: KeptBreadcrumb, scrubber: Scrubber, now: number): string {
  try {
    return JSON.stringify(cleanBreadcrumb(kept, scrubber, now));
  } catch {
    return JSON.stringify({ timestamp: now / 1_000, message: '[Unreadable]' });
  }
}

function cleanBreadcrumb(kept: KeptBreadcrumb, scrubber: Scrubber, now: number): Record<string, JsonValue> {
  const read = kept.readLater?.read();
  const { category, message, data } = read === undefined ? kept : { ...read, category: read.logger };
  const clean: Record<string, JsonValue> = { timestamp: plausibleSeconds(kept.time, now) };
  if (kept.type !== undefined) clean['type'] = scrubber.text(kept.type, CATEGORY_LENGTH);
  if (category !== undefined) clean['category'] = scrubber.text(category, CATEGORY_LENGTH);
  if (kept.level !== undefined) clean['level'] = kept.level;
  if (message !== undefined) clean['message'] = scrubber.text(message, MESSAGE_LENGTH);
  if (data !== undefined) clean['data'] = scrubber.redact(scrubber.clean(data, DATA)) ?? {};
  if (kept.count > 1) clean['data'] = withCount(clean['data'], kept.count);
  return clean;
}

/** A field of the host's that has the name keeps it. */
function withCount(data: JsonValue | undefined, count: number): JsonValue {
  const fields = data !== null && typeof data === 'object' && !Array.isArray(data) ? data : {};
  return { ...fields, [Object.hasOwn(fields, 'count') ? 'jackdaw.count' : 'count']: count };
}

/** What nobody else holds is kept as it is, unless it is large or not flat. */
function ownData(data: Readonly<Record<string, unknown>>, scrubber: Scrubber): KeptBreadcrumb['data'] {
  const own = data as Record<string, unknown>;
  let count = 0;
  for (const key in own) {
    const value = own[key];
    if (++count > DATA.breadth || !isFlat(value)) return asData(scrubber.clean(own, DATA));
    if (typeof value === 'string') own[key] = detach(value);
  }
  return count === 0 ? undefined : own;
}

/** Flat short data is copied as it is; the first value that is not flat hands the whole object to the walk. */
function copiedData(data: object, scrubber: Scrubber): Readonly<Record<string, unknown>> | undefined {
  const copy: Record<string, unknown> = {};
  let count = 0;
  try {
    for (const key in data) {
      // By descriptor, so that no getter runs here: it might be slow or throw (and this is faster than a clock read).
      const property = Object.getOwnPropertyDescriptor(data, key);
      if (property === undefined) continue;
      if (++count > DATA.breadth || property.get !== undefined || key === '__proto__' || !isFlat(property.value)) {
        return asData(scrubber.clean(data, DATA));
      }
      copy[key] = typeof property.value === 'string' ? detach(property.value) : property.value;
    }
  } catch {
    return asData(scrubber.clean(data, DATA));
  }
  return count === 0 ? undefined : copy;
}

function isFlat(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value.length <= KEEP_RAW;
    case 'number':
    case 'boolean':
    case 'undefined':
      return true;
    default:
      return value === null;
  }
}

function asData(cleaned: JsonValue): Readonly<Record<string, unknown>> {
  // Through JSON: the walk copies objects, but hands on strings as they are, slices included.
  const clean = JSON.parse(JSON.stringify(cleaned)) as JsonValue;
  return clean !== null && typeof clean === 'object' && !Array.isArray(clean) ? clean : { value: clean };
}

function keptText(text: string, maxLength: number, scrubber: Scrubber): string {
  return detach(text.length <= maxLength ? text : scrubber.text(text, maxLength));
}
