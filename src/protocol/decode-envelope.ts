import { isUtf8 } from 'node:buffer';
import { LOG_CONTENT_TYPE } from './log-item.js';

/** Ours: an empty item takes 14 bytes on the wire and far more in memory. */
const MAX_ITEMS = 1000;
/** Of one header, in bytes; ours, to bound what is parsed before the payload is looked at. */
const MAX_HEADER_BYTES = 65_536;

const NEWLINE = 0x0a;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const EVENT_ID = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const JSON_STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/g;

/** Bytes that are no envelope, or one that servers refuse. The message repeats nothing of them. */
export class EnvelopeError extends Error {
  override readonly name: string = 'EnvelopeError';
  readonly code = 'ENVELOPE_INVALID';
}

/** A header as it was sent: unknown keys are kept, values are unchecked unless said otherwise. */
type DecodedHeader = Readonly<Record<string, unknown>>;

/** One item of a received envelope. */
export interface DecodedItem {
  readonly header: DecodedHeader & { readonly type: string };
  /** A view on the bytes of the envelope, not a copy. */
  readonly payload: Buffer;
}

/** A received envelope, taken apart. */
export interface DecodedEnvelope {
  /** Its `event_id`, if there is one, is a UUID with or without dashes. */
  readonly header: DecodedHeader;
  readonly items: readonly DecodedItem[];
}

/**
 * Takes an envelope apart as strictly as Relay does (Sentry SDK docs, "Envelopes"; Relay source). Unknown item types are
 * kept; payloads are not looked into, but for the number of logs in a log container.
 *
 * @throws EnvelopeError when a server would refuse the envelope or one of its items
 */
export function decodeEnvelope(bytes: Uint8Array): DecodedEnvelope {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerEnd = lineEnd(source, 0);
  const header = parseHeader(source.subarray(0, headerEnd), 'envelope header');
  checkEventId(header['event_id']);
  const items: DecodedItem[] = [];
  for (let start = headerEnd + 1; start < source.length; ) {
    if (items.length === MAX_ITEMS) throw new EnvelopeError(`more than ${MAX_ITEMS} items`);
    const { item, end } = decodeItem(source, start);
    items.push(item);
    start = end + 1;
  }
  return { header, items };
}

function decodeItem(source: Buffer, start: number): { readonly item: DecodedItem; readonly end: number } {
  const headerEnd = lineEnd(source, start);
  const header = parseHeader(source.subarray(start, headerEnd), 'item header');
  if (!hasType(header)) throw new EnvelopeError('item header without a type');
  const payloadStart = Math.min(headerEnd + 1, source.length);
  const end = payloadEnd(source, payloadStart, header['length']);
  const payload = source.subarray(payloadStart, end);
  if (header.type === 'log') checkLogContainer(header, payload);
  return { item: { header, payload }, end };
}

function lineEnd(source: Buffer, start: number): number {
  const end = source.indexOf(NEWLINE, start);
  return end === -1 ? source.length : end;
}

function payloadEnd(source: Buffer, start: number, length: unknown): number {
  if (length === undefined || length === null) return lineEnd(source, start);
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0) {
    throw new EnvelopeError('item length is not a whole number of bytes');
  }
  const end = start + length;
  if (end > source.length) throw new EnvelopeError('item length runs past the end of the envelope');
  if (end < source.length && source[end] !== NEWLINE) throw new EnvelopeError('item payload is longer than its length');
  return end;
}

function hasType(header: DecodedHeader): header is DecodedItem['header'] {
  return typeof header['type'] === 'string';
}

function parseHeader(line: Buffer, what: string): DecodedHeader {
  if (line.length > MAX_HEADER_BYTES) throw new EnvelopeError(`${what} longer than ${MAX_HEADER_BYTES} bytes`);
  // Relay reads one object and wants the newline directly after it: no padding, no carriage return.
  if (line[0] !== OPENING_BRACE || line.at(-1) !== CLOSING_BRACE)
    throw new EnvelopeError(`${what} is not one JSON object`);
  const header = parseJson(line, what) as DecodedHeader;
  if (hasDuplicateKeys(line.toString(), header)) throw new EnvelopeError(`${what} with the same key twice`);
  return header;
}

function parseJson(bytes: Buffer, what: string): unknown {
  if (!isUtf8(bytes)) throw new EnvelopeError(`${what} is not UTF-8`);
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new EnvelopeError(`${what} is not JSON`);
  }
}

/** Of two equal keys `JSON.parse` keeps the last, so the text then has more colons than the value has members. */
function hasDuplicateKeys(text: string, parsed: DecodedHeader): boolean {
  const colons = text.replace(JSON_STRING, '').split(':').length - 1;
  let members = 0;
  const pending: unknown[] = [parsed];
  for (const value of pending) {
    if (typeof value !== 'object' || value === null) continue;
    const inner = Object.values(value);
    if (!Array.isArray(value)) members += inner.length;
    pending.push(...inner);
  }
  return colons !== members;
}

function checkEventId(id: unknown): void {
  if (id === undefined || id === null) return;
  if (typeof id !== 'string' || !EVENT_ID.test(id)) throw new EnvelopeError('event_id is not a UUID');
}

/** Relay drops the whole container when its header does not fit. */
function checkLogContainer(header: DecodedHeader, payload: Buffer): void {
  if (header['content_type'] !== LOG_CONTENT_TYPE) throw new EnvelopeError(`log item without ${LOG_CONTENT_TYPE}`);
  const container = parseJson(payload, 'log container') as { readonly items?: unknown } | null;
  const logs = container?.items;
  if (!Array.isArray(logs)) throw new EnvelopeError('log container without items');
  if (logs.length !== header['item_count']) throw new EnvelopeError('item_count is not the number of logs');
}
