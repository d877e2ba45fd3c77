import type { Level } from './level.js';
import type { Category } from './outcome.js';

/** How large one event or one container of logs may be, in bytes (Relay). */
export const MAX_ITEM_BYTES: number = 1024 * 1024;

/** The first line of an envelope. `sent_at` is never stored: it is stamped when the bytes are made. */
export interface EnvelopeHeader {
  /** 32 lower-case hex digits; present when an event item is. */
  readonly event_id?: string;
  readonly sdk?: { readonly name: string; readonly version: string };
  /** Only for tunnels: the public DSN, which then is not in the auth header. */
  readonly dsn?: string;
  readonly trace?: Readonly<Record<string, string>>;
}

/** One item: its header without `length`, and its payload as it goes on the wire. */
export interface EnvelopeItem {
  readonly header: Readonly<Record<string, unknown>> & { readonly type: string };
  readonly payload: string | Uint8Array;
}

/** One request's worth of items, all of one category, before encoding. */
export interface Envelope {
  readonly header: EnvelopeHeader;
  readonly items: readonly EnvelopeItem[];
  /** What rate limits and the ledger count it as. */
  readonly category: Category;
  /** How many of `category` it holds: 1 for an event, the number of logs for a log container. */
  readonly quantity: number;
  /** The highest level inside: when the queue is full the lowest goes first. */
  readonly level: Level;
  /** It has waited on the disk: what is new goes first. */
  readonly isBacklog?: boolean;
}

/** What a header counts for in `envelopeBytes`, generously: to serialize each one more time would cost more than it tells. */
const HEADER_BYTES = 200;

/**
 * What an envelope counts for in the queue, in bytes: its payloads exactly, as UTF-8 and before compression, and 200
 * for each header.
 */
export function envelopeBytes(envelope: Envelope): number {
  return envelope.items.reduce((total, item) => total + HEADER_BYTES + Buffer.byteLength(item.payload), HEADER_BYTES);
}

/**
 * The bytes of an envelope as they go on the wire (Sentry SDK docs, "Envelopes").
 *
 * @param sentAt the time of this attempt in milliseconds since the epoch; the server corrects clock drift by it
 */
export function encodeEnvelope(envelope: Envelope, sentAt: number): Buffer {
  const start = JSON.stringify({ ...envelope.header, sent_at: new Date(sentAt).toISOString() });
  const parts: (string | Uint8Array)[] = [start];
  let size = Buffer.byteLength(start);
  for (const { header, payload } of envelope.items) {
    const length = Buffer.byteLength(payload);
    const line = `\n${JSON.stringify({ ...header, length })}\n`;
    parts.push(line, payload);
    size += Buffer.byteLength(line) + length;
  }
  return join(parts, size);
}

/** Into one allocation of the exact size: joining the strings first and encoding them then would copy them twice. */
function join(parts: readonly (string | Uint8Array)[], size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let offset = 0;
  for (const part of parts) {
    if (typeof part === 'string') {
      offset += bytes.write(part, offset);
    } else {
      bytes.set(part, offset);
      offset += part.byteLength;
    }
  }
  return bytes;
}
