import type { Envelope } from '../protocol/envelope.js';
import type { Level } from '../protocol/level.js';
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
import { Fates } from './fates.js';
import { HeldEvents, type UnfinishedEvent } from './held-events.js';
import type { Ledger } from './ledger.js';
import type { Attempts } from './open-transport.js';
import type { ClientOptions } from './options.js';
import { outsideOfRequests } from './outside.js';

/** The last step in the client: batches logs, holds what waits for source lines, hands envelopes to the transport. */
export class Delivery {
  /** Called before anything waits for all that was taken: whoever has reserved sends it now. */
  beforeFlush: () => void = () => {};
  /** What becomes of every item. */
  readonly fates: Fates;
  readonly #transport: Transport;
  readonly #spotlight: Spotlight | undefined;
  readonly #diagnostics: Diagnostics;
  readonly #logs: LogBatcher;
  readonly #outside: <T>(work: () => T) => T = outsideOfRequests();
  readonly #held = new HeldEvents((envelope) => this.#send(envelope));
  /** Undefined: the server is not told of losses. */
  readonly #reports: ClientReports | undefined;
  readonly #failures: Failures;

  constructor(
    open: (attempts: Attempts) => Transport,
    ledger: Ledger,
    diagnostics: Diagnostics,
    { sendClientReports, raiseSendErrors, world }: ClientOptions,
    spotlight: Spotlight | undefined,
  ) {
    this.#transport = open({
      error: (error) => this.fates.failed(error),
      retried: (envelope) => this.fates.retried(envelope),
      recovered: (category, quantity) => this.fates.recovered(category, quantity),
      restored: (envelope) => {
        this.fates.restored(envelope);
        return this.#settleOf(envelope);
      },
      spoolLost: (reason, category, quantity) => this.fates.spoolLost(reason, category, quantity),
    });
    this.#spotlight = spotlight;
    this.#diagnostics = diagnostics;
    this.#logs = new LogBatcher({ sdk: SDK }, (envelope) => this.#send(envelope));
    this.#failures = new Failures(raiseSendErrors ?? DEFAULTS.raiseSendErrors);
    if (sendClientReports ?? DEFAULTS.sendClientReports) {
      const wait = (ms: number, callback: () => void): unknown => this.#outside(() => after(ms, callback));
      this.#reports = new ClientReports((report) => this.#send(report), wait, world?.now);
    }
    this.fates = new Fates(ledger, diagnostics, this.#failures, this.#reports);
  }

  /** False: an event of this level would be shed at once, so it need not be built. */
  admits(level: Level): boolean {
    return this.#transport.admits?.(level) ?? true;
  }

  /** How full the queue is, from 0 to 1. */
  get fullness(): number {
    return this.#transport.fullness?.() ?? 0;
  }

  /** Whether the caller waits for what becomes of an event: then it may wait for its source lines, too. */
  get isSynchronous(): boolean {
    return this.#transport.isSynchronous ?? false;
  }

  /** `unfinished`: it had better wait for its source lines. */
  sendEvent(envelope: Envelope, unfinished: UnfinishedEvent | undefined, isReserved = false): void {
    if (!isReserved) this.fates.enqueue('error');
    if (unfinished === undefined) this.#send(envelope);
    else this.#held.add(unfinished);
  }

  /** @throws with `raiseSendErrors` what the last event was lost to, where the transport knows that already */
  raiseAtOnce(): void {
    if (this.isSynchronous) this.#failures.raise(true);
  }

  /** `text`: a serialized log item. */
  addLog(text: string, level: Level): void {
    this.fates.enqueue('log_item');
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
    this.fates.isClosing = true;
    this.fates.reportAtEnd();
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
    this.#outside(() =>
      handOver(this.#transport, envelope, this.#settleOf(envelope), (error) => this.fates.failed(error)),
    );
  }

  #settleOf(envelope: Envelope): Settle {
    return (outcome, countedByServer = false) => this.fates.settle(envelope, outcome, countedByServer);
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
