import type { Category, DropReason, Outcome } from '../protocol/outcome.js';

/** A number per category; categories that never occurred are 0. */
export interface Quantities {
  readonly error: number;
  readonly log_item: number;
}

/**
 * The balance of one client.
 *
 * At any quiet moment, for each category: `accepted + recovered = delivered + Σ dropped + queued + spooled`.
 */
export interface Stats {
  /** Passed a threshold: before ignore lists, sampling and hooks. */
  readonly accepted: Quantities;
  /** Taken over from the spool of an earlier run. */
  readonly recovered: Quantities;
  readonly delivered: Quantities;
  /** By reason, then by category. */
  readonly dropped: { readonly [reason in DropReason]?: { readonly [category in Category]?: number } };
  /** In memory: waiting or on the wire. */
  readonly queued: Quantities;
  readonly spooled: Quantities;
  /** Sent once more, counted each time. */
  readonly retried: Quantities;
  readonly lastError: Error | undefined;
}

type Counted = Exclude<Category, 'internal'>;
type Tally = Record<Counted, number>;

const none = (): Tally => ({ error: 0, log_item: 0 });

/** The one place where a loss is counted. */
export class Ledger {
  readonly #accepted = none();
  readonly #delivered = none();
  readonly #queued = none();
  readonly #recovered = none();
  readonly #spooled = none();
  readonly #dropped: { [reason in DropReason]?: { [category in Category]?: number } } = {};
  readonly #retried = none();
  #lastError: Error | undefined;

  accept(category: Counted): void {
    this.#accepted[category] += 1;
  }

  /** Accepted items that never reached a queue. */
  drop(reason: DropReason, category: Counted, quantity: number): void {
    const byCategory = this.#dropped[reason] ?? {};
    byCategory[category] = (byCategory[category] ?? 0) + quantity;
    this.#dropped[reason] = byCategory;
  }

  enqueue(category: Counted, quantity: number): void {
    this.#queued[category] += quantity;
  }

  /** The fate of items that were queued. */
  settle(outcome: Outcome, category: Counted, quantity: number): void {
    this.#queued[category] -= quantity;
    if (outcome === 'delivered') this.#delivered[category] += quantity;
    else if (outcome === 'spooled') this.#spooled[category] += quantity;
    else this.drop(outcome, category, quantity);
  }

  /** Items are in the spool that another process left there. */
  recover(category: Counted, quantity: number): void {
    this.#recovered[category] += quantity;
    this.#spooled[category] += quantity;
  }

  /** Items of the spool are in memory again. */
  restore(category: Counted, quantity: number): void {
    this.#spooled[category] -= quantity;
    this.#queued[category] += quantity;
  }

  /** Items are lost in the spool. */
  dropSpooled(reason: DropReason, category: Counted, quantity: number): void {
    this.#spooled[category] -= quantity;
    this.drop(reason, category, quantity);
  }

  retry(category: Counted, quantity: number): void {
    this.#retried[category] += quantity;
  }

  fail(error: Error): void {
    this.#lastError = error;
  }

  get queued(): number {
    return this.#queued.error + this.#queued.log_item;
  }

  /** A copy: later counts do not change it. */
  stats(): Stats {
    return {
      accepted: { ...this.#accepted },
      recovered: { ...this.#recovered },
      delivered: { ...this.#delivered },
      dropped: structuredClone(this.#dropped),
      queued: { ...this.#queued },
      spooled: { ...this.#spooled },
      retried: { ...this.#retried },
      lastError: this.#lastError,
    };
  }
}
