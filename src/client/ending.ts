import { asError } from '../transport/as-error.js';
import { uptime } from '../transport/clock.js';
import type { ExitShare } from '../transport/exit-drain.js';
import { DEFAULTS } from './defaults.js';
import type { Delivery } from './delivery.js';
import type { Diagnostics } from './diagnostics.js';
import type { Ledger } from './ledger.js';
import type { Settings } from './settings.js';

/** How one client ends with its process. */
export class Ending {
  /** Whether the end of the process has to wait for this client at all. */
  readonly #drains: boolean;
  readonly #timeoutMs: number;
  readonly #delivery: Delivery;
  readonly #ledger: Ledger;
  readonly #diagnostics: Diagnostics;
  /** How long `finish` waited in vain, in ms, and what had been accepted by then: the exit need not wait as long again. */
  #waited: { readonly ms: number; readonly accepted: string } | undefined;

  constructor(settings: Settings, delivery: Delivery, ledger: Ledger, diagnostics: Diagnostics) {
    this.#drains = settings.options.drainOnExit ?? DEFAULTS.drainOnExit;
    this.#timeoutMs = settings.shutdownTimeoutMs;
    this.#delivery = delivery;
    this.#ledger = ledger;
    this.#diagnostics = diagnostics;
  }

  /** Whether anything is not settled yet. */
  get holds(): boolean {
    return this.#ledger.queued > 0;
  }

  /** Whether the end of the process has to wait for this client now. */
  get isPending(): boolean {
    return this.#drains && this.holds;
  }

  /** Changes with every item that is accepted. */
  get news(): string {
    return Object.values(this.#ledger.stats().accepted).join('+');
  }

  /** While the process is not at its end yet: delivers without any wait between attempts. */
  async finish(timeoutMs: number = this.#timeoutMs): Promise<boolean> {
    const start = uptime();
    const accepted = this.news;
    const settled = await this.#delivery.finish(timeoutMs);
    this.#waited = settled ? undefined : { ms: uptime() - start, accepted };
    return settled;
  }

  /** For the exit: what has no answer yet. `spentMs`: how long the process has waited at its exit already. */
  handOver(spentMs: number): readonly ExitShare[] {
    const waitedMs = this.#waited?.accepted === this.news ? this.#waited.ms : 0;
    const timeoutMs = this.#timeoutMs - spentMs - waitedMs;
    return this.#delivery.handOver().map((remainder) => ({ remainder, timeoutMs }));
  }

  /** For the exit, when nothing more can be delivered: what is left is written down, where there is a spool. */
  keep(): void {
    try {
      this.#delivery.keep();
    } catch (error) {
      this.failed(error);
    }
  }

  /** Delivers in the background, as ever: the process lives on. */
  async flush(): Promise<void> {
    await this.#delivery.flush(this.#timeoutMs).catch(() => {});
  }

  /** Nothing more can be delivered at this exit. */
  failed(error: unknown): void {
    const { message } = asError(error);
    this.#diagnostics.error(new Error(`nothing can be delivered at the exit: ${message}`, { cause: error }));
  }
}
