import type { Envelope } from '../protocol/envelope.js';
import { clientReport, type Discarded, type DropReason, type Outcome } from '../protocol/outcome.js';
import { after, now } from '../transport/clock.js';
import { SDK } from '../version.js';

/** From the first success after a loss to the report of it, in milliseconds: others may come along. */
const COLLECT_MS = 30_000;

/**
 * Counts what never reached the server, and tells the server (Sentry SDK docs, "Client Reports").
 *
 * Reports stand outside of the balance: one that is lost is no loss, its counts go into the next. A report is sent only
 * after a success, so that a destination that is down gets none.
 */
export class ClientReports {
  readonly #send: (report: Envelope) => void;
  readonly #after: (ms: number, callback: () => void) => unknown;
  readonly #now: () => number;
  /** By reason and category. */
  #counts = new Map<string, Discarded>();
  /** The counts of the report that is under way. */
  #underWay: readonly Discarded[] | undefined;
  #isCollecting = false;
  /** Whether there was a success since the last connection, or the last report, that failed. */
  #isReachable = false;

  /** @param wait runs a callback after so many ms; `time` is that of reports, in ms since the epoch */
  constructor(
    send: (report: Envelope) => void,
    wait: (ms: number, callback: () => void) => unknown = after,
    time: () => number = now,
  ) {
    this.#send = send;
    this.#after = wait;
    this.#now = time;
  }

  /** An item that was lost before it reached the queue. */
  dropped(reason: DropReason, category: 'error' | 'log_item', item: unknown): void {
    this.#count(reason, category, 1);
    if (category === 'log_item') this.#count(reason, 'log_byte', textBytes(item));
  }

  /** An envelope that was lost on its way, and that the server has not counted itself. */
  lost(reason: DropReason, { category, quantity, items }: Envelope): void {
    this.#count(reason, category, quantity);
    if (category !== 'log_item') return;
    const bytes = items.reduce((sum, { payload }) => sum + Buffer.byteLength(payload), 0);
    this.#count(reason, 'log_byte', bytes);
  }

  /** So many that nobody can look at any more. */
  lostUnseen(reason: DropReason, category: 'error' | 'log_item', quantity: number): void {
    this.#count(reason, category, quantity);
  }

  #count(reason: DropReason, category: string, quantity: number): void {
    const key = `${reason}:${category}`;
    const before = this.#counts.get(key)?.quantity ?? 0;
    this.#counts.set(key, { reason, category, quantity: before + quantity });
  }

  /** What became of anything else that was sent. */
  heard(outcome: Outcome): void {
    if (outcome === 'delivered') this.#isReachable = true;
    else if (outcome === 'network_error') this.#isReachable = false;
    if (outcome !== 'delivered' || this.#counts.size === 0 || this.#isCollecting) return;
    this.#isCollecting = true;
    this.#after(COLLECT_MS, () => {
      this.#isCollecting = false;
      this.flush();
    });
  }

  /** Sends what there is, if it has a chance. True: a report is under way. */
  flush(): boolean {
    if (this.#underWay === undefined && this.#isReachable && this.#counts.size > 0) {
      this.#underWay = [...this.#counts.values()];
      this.#counts = new Map();
      this.#send(reportOf(this.#underWay, this.#now()));
    }
    return this.#underWay !== undefined;
  }

  /** What became of the report. */
  settled(outcome: Outcome): void {
    const discarded = this.#underWay ?? [];
    this.#underWay = undefined;
    if (outcome === 'delivered') return;
    this.#isReachable = false;
    for (const { reason, category, quantity } of discarded) this.#count(reason, category, quantity);
  }
}

/** Of a low level: in a full queue it must not take the place of what it reports on. */
function reportOf(discarded: readonly Discarded[], time: number): Envelope {
  return {
    header: { sdk: SDK },
    items: [clientReport(discarded, time / 1_000)],
    category: 'internal',
    quantity: 1,
    level: 'info',
  };
}

/** About what a log would have taken that was never serialized: its message. */
function textBytes(item: unknown): number {
  const { message } = item as { readonly message?: unknown };
  return typeof message === 'string' ? Buffer.byteLength(message) : 0;
}
