import type { Envelope } from '../protocol/envelope.js';
import type { DropReason, Outcome } from '../protocol/outcome.js';
import type { ClientReports } from './client-reports.js';
import type { Diagnostics } from './diagnostics.js';
import type { Failures } from './failures.js';
import type { Ledger } from './ledger.js';
import { processState } from './process-state.js';

type Counted = 'error' | 'log_item';

/** What becomes of every item: written into the ledger, and told to the server, to the user's hooks and to `flush`. */
export class Fates {
  readonly #ledger: Ledger;
  readonly #diagnostics: Diagnostics;
  readonly #failures: Failures;
  /** Undefined: the server is not told of losses. */
  readonly #reports: ClientReports | undefined;
  /** Whether the last losses are reported as soon as nothing is open any more. */
  isClosing = false;

  constructor(ledger: Ledger, diagnostics: Diagnostics, failures: Failures, reports: ClientReports | undefined) {
    this.#ledger = ledger;
    this.#diagnostics = diagnostics;
    this.#failures = failures;
    this.#reports = reports;
  }

  accept(category: Counted): void {
    this.#ledger.accept(category);
  }

  /** A loss before the queue. */
  drop(reason: DropReason, category: Counted, item: unknown): void {
    this.#countDrop(reason, category, item);
    this.#diagnostics.drop(reason, category, 1, item);
  }

  /**
   * A record that came while another was being taken, or out of our own work: counted as `ignored`. Of the latter
   * `onDrop` does not hear: what a hook logs itself would call it again, for ever.
   */
  refuse(category: Counted, item: unknown): void {
    this.#ledger.accept(category);
    if (processState().ownWork.getStore() === true) this.#countDrop('ignored', category, item);
    else this.drop('ignored', category, item);
  }

  /** An item is in memory, on its way. */
  enqueue(category: Counted): void {
    this.#ledger.enqueue(category, 1);
  }

  /** Accepts an event that comes later, or is given up by `dropReserved`, and counts as queued until then. */
  reserve(): void {
    this.#ledger.accept('error');
    this.enqueue('error');
  }

  dropReserved(reason: DropReason, item: unknown): void {
    this.#ledger.settle(reason, 'error', 1);
    this.#reports?.dropped(reason, 'error', item);
    this.#diagnostics.drop(reason, 'error', 1, item);
  }

  /** What became of an envelope. */
  settle(envelope: Envelope, outcome: Outcome, countedByServer: boolean): void {
    const { category, quantity } = envelope;
    if (category === 'internal') {
      this.#reports?.settled(outcome);
      return;
    }
    this.#ledger.settle(outcome, category, quantity);
    if (outcome === 'delivered') {
      this.#failures.delivered();
      this.#diagnostics.publish('delivered', { category, quantity });
    } else if (outcome !== 'spooled') {
      this.#failures.lost();
      if (!countedByServer) this.#reports?.lost(outcome, envelope);
      this.#diagnostics.drop(outcome, category, quantity, envelope);
    }
    this.#reports?.heard(outcome);
    if (this.isClosing) this.reportAtEnd();
  }

  /** The spool took over what another process left. */
  recovered(category: Counted, quantity: number): void {
    this.#ledger.recover(category, quantity);
  }

  /** An envelope is back from the spool. */
  restored({ category, quantity }: Envelope): void {
    if (category !== 'internal') this.#ledger.restore(category, quantity);
  }

  /** What waited in the spool is lost there. */
  spoolLost(reason: DropReason, category: Counted, quantity: number): void {
    this.#ledger.dropSpooled(reason, category, quantity);
    this.#reports?.lostUnseen(reason, category, quantity);
    this.#diagnostics.drop(reason, category, quantity, undefined);
  }

  /** An attempt failed. */
  failed(error: Error): void {
    this.#failures.failed(error);
    this.#diagnostics.error(error);
  }

  /** An envelope goes out once more. */
  retried({ category, quantity }: Envelope): void {
    if (category !== 'internal') this.#ledger.retry(category, quantity);
    this.#diagnostics.publish('retry', { category, quantity });
  }

  reportAtEnd(): void {
    if (this.#ledger.queued === 0) this.#reports?.flush();
  }

  #countDrop(reason: DropReason, category: Counted, item: unknown): void {
    this.#ledger.drop(reason, category, 1);
    this.#reports?.dropped(reason, category, item);
  }
}
