import { AsyncLocalStorage } from 'node:async_hooks';
import type { Envelope } from '../protocol/envelope.js';
import type { Level } from '../protocol/level.js';
import type { DropReason, Outcome } from '../protocol/outcome.js';
import type { Remainder } from '../transport/exit-drain.js';
import { LogBatcher } from '../transport/log-batcher.js';
import type { Settle, Transport } from '../transport/transport.js';
import { SDK } from '../version.js';
import type { Diagnostics } from './diagnostics.js';
import type { Ledger } from './ledger.js';
import { processState } from './process-state.js';

type Counted = 'error' | 'log_item';

/** The last step in the client: batches logs, hands envelopes to the transport, writes every outcome into the ledger. */
export class Delivery {
  readonly #transport: Transport;
  readonly #ledger: Ledger;
  readonly #diagnostics: Diagnostics;
  readonly #logs: LogBatcher;
  /**
   * Runs the transport as our own work and outside of every request: its sockets would keep a request's async context
   * alive, and what is logged on its way must not be recorded.
   */
  readonly #outside: <T>(work: () => T) => T;

  constructor(transport: Transport, ledger: Ledger, diagnostics: Diagnostics) {
    this.#transport = transport;
    this.#ledger = ledger;
    this.#diagnostics = diagnostics;
    this.#logs = new LogBatcher({ sdk: SDK }, (envelope) => this.#send(envelope));
    this.#outside = processState().ownWork.run(true, () => AsyncLocalStorage.snapshot());
  }

  /** False: an event of this level would be shed at once, so it need not be built. */
  admits(level: Level): boolean {
    return this.#transport.admits?.(level) ?? true;
  }

  accept(category: Counted): void {
    this.#ledger.accept(category);
  }

  /** A loss before the queue. */
  drop(reason: DropReason, category: Counted, item: unknown): void {
    this.#ledger.drop(reason, category, 1);
    this.#diagnostics.drop(reason, category, 1, item);
  }

  /**
   * A record that came while another was being taken, or out of our own work: counted as `ignored`. Of the latter
   * `onDrop` does not hear: what a hook logs itself would call it again, for ever.
   */
  refuse(category: Counted, item: unknown): void {
    this.#ledger.accept(category);
    if (processState().ownWork.getStore() === true) this.#ledger.drop('ignored', category, 1);
    else this.drop('ignored', category, item);
  }

  sendEvent(envelope: Envelope): void {
    this.#ledger.enqueue('error', 1);
    this.#send(envelope);
  }

  /** `text`: a serialized log item. */
  addLog(text: string, level: Level): void {
    this.#ledger.enqueue('log_item', 1);
    this.#outside(() => this.#logs.add(text, level));
  }

  /** True: everything handed over before is settled. */
  flush(timeoutMs: number): Promise<boolean> {
    this.#logs.flush();
    return this.#outside(() => this.#transport.flush(timeoutMs));
  }

  /** For the end of the process, while it is not there yet: the same, with no wait between attempts. */
  finish(timeoutMs: number): Promise<boolean> {
    this.#logs.flush();
    return this.#outside(() => this.#transport.finish?.(timeoutMs) ?? this.#transport.flush(timeoutMs));
  }

  close(timeoutMs: number): Promise<boolean> {
    this.#logs.flush();
    return this.#outside(() => this.#transport.close(timeoutMs));
  }

  /** For the exit. Undefined: the transport is one that cannot send any more then. */
  handOver(): Remainder | undefined {
    this.#logs.flush();
    return this.#transport.handOver?.();
  }

  #send(envelope: Envelope): void {
    let settled = false;
    const settle: Settle = (outcome) => {
      if (settled) return;
      settled = true;
      this.#settle(envelope, outcome);
    };
    const refuse = (error: unknown): void => {
      this.#diagnostics.error(error instanceof Error ? error : new Error(String(error)));
      settle('send_error');
    };
    try {
      const answer = this.#outside(() => this.#transport.send(envelope, settle));
      if (answer instanceof Promise) answer.then(() => settle('delivered'), refuse);
      // A transport of the user's that takes no `settle` and returns nothing: the hand-over is all there is to know.
      else if (this.#transport.send.length < 2) settle('delivered');
    } catch (error) {
      refuse(error);
    }
  }

  #settle(envelope: Envelope, outcome: Outcome): void {
    const { category, quantity } = envelope;
    if (category === 'internal') return;
    this.#ledger.settle(outcome, category, quantity);
    if (outcome !== 'delivered') this.#diagnostics.drop(outcome, category, quantity, envelope);
  }
}
