import type { Envelope } from '../protocol/envelope.js';
import type { Level } from '../protocol/level.js';
import type { DropReason, Outcome } from '../protocol/outcome.js';
import { asError } from '../transport/as-error.js';
import { after, uptime } from '../transport/clock.js';
import type { Remainder } from '../transport/exit-drain.js';
import { handOver } from '../transport/hand-over.js';
import { LogBatcher } from '../transport/log-batcher.js';
import type { Spotlight } from '../transport/spotlight.js';
import type { Settle, Transport } from '../transport/transport.js';
import { SDK } from '../version.js';
import { ClientReports } from './client-reports.js';
import { orLate } from './deadline.js';
import { DEFAULTS } from './defaults.js';
import type { Diagnostics } from './diagnostics.js';
import { Failures } from './failures.js';
import { HeldEvents, type UnfinishedEvent } from './held-events.js';
import type { Ledger } from './ledger.js';
import type { Attempts } from './open-transport.js';
import type { ClientOptions } from './options.js';
import { outsideOfRequests } from './outside.js';
import { processState } from './process-state.js';

type Counted = 'error' | 'log_item';

/** The last step in the client: batches logs, hands envelopes to the transport, writes every outcome into the ledger. */
export class Delivery {
  /** Called before anything waits for all that was taken: whoever has reserved sends it now. */
  beforeFlush: () => void = () => {};
  readonly #transport: Transport;
  readonly #spotlight: Spotlight | undefined;
  readonly #ledger: Ledger;
  readonly #diagnostics: Diagnostics;
  readonly #logs: LogBatcher;
  readonly #outside: <T>(work: () => T) => T = outsideOfRequests();
  readonly #held = new HeldEvents((envelope) => this.#send(envelope));
  /** Undefined: the server is not told of losses. */
  readonly #reports: ClientReports | undefined;
  readonly #failures: Failures;
  #closing = false;

  constructor(
    open: (attempts: Attempts) => Transport,
    ledger: Ledger,
    diagnostics: Diagnostics,
    { sendClientReports, raiseSendErrors }: ClientOptions,
    spotlight: Spotlight | undefined,
  ) {
    this.#transport = open({
      error: (error) => this.#failed(error),
      retried: (envelope) => this.#retried(envelope),
      recovered: (category, quantity) => this.#ledger.recover(category, quantity),
      restored: (envelope) => this.#restored(envelope),
      spoolLost: (reason, category, quantity) => this.#spoolLost(reason, category, quantity),
    });
    this.#spotlight = spotlight;
    this.#ledger = ledger;
    this.#diagnostics = diagnostics;
    this.#logs = new LogBatcher({ sdk: SDK }, (envelope) => this.#send(envelope));
    this.#failures = new Failures(raiseSendErrors ?? DEFAULTS.raiseSendErrors);
    if (sendClientReports ?? DEFAULTS.sendClientReports) {
      const wait = (ms: number, callback: () => void): unknown => this.#outside(() => after(ms, callback));
      this.#reports = new ClientReports((report) => this.#send(report), wait);
    }
  }

  /** False: an event of this level would be shed at once, so it need not be built. */
  admits(level: Level): boolean {
    return this.#transport.admits?.(level) ?? true;
  }

  /** How full the queue is, from 0 to 1. */
  get fullness(): number {
    return this.#transport.fullness?.() ?? 0;
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

  /** Whether the caller waits for what becomes of an event: then it may wait for its source lines, too. */
  get isSynchronous(): boolean {
    return this.#transport.isSynchronous ?? false;
  }

  /** Accepts an event that comes later, by `sendEvent` or `dropReserved`, and counts as queued until then. */
  reserve(): void {
    this.#ledger.accept('error');
    this.#ledger.enqueue('error', 1);
  }

  dropReserved(reason: DropReason, item: unknown): void {
    this.#ledger.settle(reason, 'error', 1);
    this.#reports?.dropped(reason, 'error', item);
    this.#diagnostics.drop(reason, 'error', 1, item);
  }

  /** `unfinished`: it had better wait for its source lines. */
  sendEvent(envelope: Envelope, unfinished: UnfinishedEvent | undefined, isReserved = false): void {
    if (!isReserved) this.#ledger.enqueue('error', 1);
    if (unfinished === undefined) this.#send(envelope);
    else this.#held.add(unfinished);
  }

  /** @throws with `raiseSendErrors` what the last event was lost to, where the transport knows that already */
  raiseAtOnce(): void {
    if (this.isSynchronous) this.#failures.raise(true);
  }

  /** `text`: a serialized log item. */
  addLog(text: string, level: Level): void {
    this.#ledger.enqueue('log_item', 1);
    this.#outside(() => this.#logs.add(text, level));
  }

  /** True: everything handed over before is settled. */
  async flush(timeoutMs: number): Promise<boolean> {
    return this.#failures.raise(await this.#settleWithin(timeoutMs, (transport, ms) => transport.flush(ms)));
  }

  /** For the end of the process, while it is not there yet: the same, with no wait between attempts. */
  finish(timeoutMs: number): Promise<boolean> {
    return this.#settleWithin(timeoutMs, (transport, ms) => transport.finish?.(ms) ?? transport.flush(ms));
  }

  /** Losses are reported as long as the transport takes reports: at the latest when the last envelope is settled. */
  async close(timeoutMs: number): Promise<boolean> {
    this.#collect();
    this.#closing = true;
    this.#reportAtEnd();
    const settled = await this.#settled(timeoutMs, () => this.#transport.close(timeoutMs));
    this.#spotlight?.close();
    return this.#failures.raise(settled);
  }

  /**
   * A transport of the user's may fail, or forget its deadline: neither must reach the host. It is to have what waits for
   * source lines, first.
   */
  #settled(timeoutMs: number, wait: () => Promise<boolean>): Promise<boolean> {
    const held = this.#held;
    const begin = (): Promise<boolean> => (held.isEmpty ? wait() : held.whenEmpty().then(wait));
    return orLate(timeoutMs, () => this.#outside(begin)).catch((error: unknown) => {
      this.#diagnostics.error(asError(error));
      return false;
    });
  }

  /** For the exit. None: the transport is one that cannot send any more then. */
  handOver(): readonly Remainder[] {
    this.#collectNow();
    this.#reports?.flush();
    return this.#transport.handOver?.() ?? [];
  }

  /** For the exit, after all else. */
  keep(): void {
    if (this.#transport.keep === undefined) return;
    this.#collectNow();
    this.#transport.keep();
  }

  #collectNow(): void {
    this.#collect();
    this.#held.release(true);
  }

  #collect(): void {
    this.beforeFlush();
    this.#logs.flush();
  }

  #send(envelope: Envelope): void {
    this.#outside(() => this.#spotlight?.copy(envelope));
    this.#outside(() => handOver(this.#transport, envelope, this.#settleOf(envelope), (error) => this.#failed(error)));
  }

  #settleOf(envelope: Envelope): Settle {
    return (outcome, countedByServer = false) => this.#settle(envelope, outcome, countedByServer);
  }

  #settle(envelope: Envelope, outcome: Outcome, countedByServer: boolean): void {
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
    if (this.#closing) this.#reportAtEnd();
  }

  #countDrop(reason: DropReason, category: Counted, item: unknown): void {
    this.#ledger.drop(reason, category, 1);
    this.#reports?.dropped(reason, category, item);
  }

  #reportAtEnd(): void {
    if (this.#ledger.queued === 0) this.#reports?.flush();
  }

  #restored(envelope: Envelope): Settle {
    const { category, quantity } = envelope;
    if (category !== 'internal') this.#ledger.restore(category, quantity);
    return this.#settleOf(envelope);
  }

  #spoolLost(reason: DropReason, category: Counted, quantity: number): void {
    this.#ledger.dropSpooled(reason, category, quantity);
    this.#reports?.lostUnseen(reason, category, quantity);
    this.#diagnostics.drop(reason, category, quantity, undefined);
  }

  #failed(error: Error): void {
    this.#failures.failed(error);
    this.#diagnostics.error(error);
  }

  #retried({ category, quantity }: Envelope): void {
    if (category !== 'internal') this.#ledger.retry(category, quantity);
    this.#diagnostics.publish('retry', { category, quantity });
  }

  /** Waits for what was handed over, then, in what is left of the time, for the report of what was lost. */
  async #settleWithin(
    timeoutMs: number,
    settle: (transport: Transport, timeoutMs: number) => Promise<boolean>,
  ): Promise<boolean> {
    const start = uptime();
    this.#collect();
    const settled = await this.#settled(timeoutMs, () => settle(this.#transport, timeoutMs));
    if (settled && this.#reports?.flush() === true) {
      const leftMs = Math.max(0, timeoutMs - (uptime() - start));
      await this.#settled(leftMs, () => this.#transport.flush(leftMs));
    }
    return settled;
  }
}
