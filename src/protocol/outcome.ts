import type { EnvelopeItem } from './envelope.js';

/** The data categories that jackdaw itself sends, as rate limits and client reports name them. */
export type Category = 'error' | 'log_item' | 'internal';

/**
 * Why an item did not reach the server. The words are the ones a server's client-report allow-list knows
 * (Sentry SDK docs, "Client Reports").
 */
export type DropReason =
  | 'queue_overflow'
  | 'cache_overflow'
  | 'buffer_overflow'
  | 'ratelimit_backoff'
  | 'network_error'
  | 'sample_rate'
  | 'before_send'
  | 'event_processor'
  | 'send_error'
  | 'internal_sdk_error'
  | 'backpressure'
  | 'ignored'
  | 'invalid';

/** What became of an envelope: delivered; left in the spool, from where it may come back; or dropped, and why. */
export type Outcome = 'delivered' | 'spooled' | DropReason;

const CATEGORY_OF_ITEM: ReadonlyMap<string, string> = new Map([
  ['event', 'error'],
  ['transaction', 'transaction'],
  ['attachment', 'attachment'],
  ['session', 'session'],
  ['sessions', 'session'],
  ['log', 'log_item'],
  ['client_report', 'internal'],
  ['check_in', 'monitor'],
  ['feedback', 'feedback'],
  ['user_report', 'default'],
]);

/** The data category that an item type counts as; `default` for a type that is unknown. */
export function itemCategory(type: string): string {
  return CATEGORY_OF_ITEM.get(type) ?? 'default';
}

/** One line of a client report: so many of a category were lost for this reason. */
export interface Discarded {
  readonly reason: DropReason;
  /** A `Category`, or `log_byte`, which goes along with `log_item`. */
  readonly category: string;
  /** Of items; of bytes for `log_byte`. */
  readonly quantity: number;
}

/**
 * The item that tells the server what never reached it (Sentry SDK docs, "Client Reports").
 *
 * With one entry per reason and category it stays below the 4 KiB that servers take.
 *
 * @param timestampSeconds when the counts were taken, in seconds since the epoch
 */
export function clientReport(discarded: readonly Discarded[], timestampSeconds: number): EnvelopeItem {
  const events = discarded.map(({ reason, category, quantity }) => ({ reason, category, quantity }));
  return {
    header: { type: 'client_report' },
    payload: JSON.stringify({ timestamp: timestampSeconds, discarded_events: events }),
  };
}
