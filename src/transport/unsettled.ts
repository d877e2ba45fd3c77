import { after, cancel } from './clock.js';
import type { Settle } from './transport.js';

interface Waiter {
  /** The number of the last envelope it waits for. */
  readonly last: number;
  /** How many of those are still open. */
  open: number;
  readonly settled: () => void;
}

/** Counts the envelopes whose fate is not known yet, and waits for those handed over so far. */
export class Unsettled {
  #handedOver = 0;
  #open = 0;
  readonly #waiters = new Set<Waiter>();

  /** How many are open. */
  get open(): number {
    return this.#open;
  }

  /** Counts one more envelope; the function returned passes on its first call and ignores the others. */
  track(settle: Settle): Settle {
    const number = ++this.#handedOver;
    this.#open++;
    let open = true;
    return (outcome, countedByServer) => {
      if (!open) return;
      open = false;
      this.#settled(number);
      settle(outcome, countedByServer);
    };
  }

  /**
   * True as soon as all that was handed over before this call is settled, false at the deadline.
   *
   * Its timer does keep the process alive: someone waits for the answer.
   */
  settledWithin(timeoutMs: number): Promise<boolean> {
    if (this.#open === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const answer = (settled: boolean): void => {
        this.#waiters.delete(waiter);
        cancel(deadline);
        resolve(settled);
      };
      const waiter: Waiter = { last: this.#handedOver, open: this.#open, settled: () => answer(true) };
      const deadline = after(timeoutMs, () => answer(false)).ref();
      this.#waiters.add(waiter);
    });
  }

  #settled(number: number): void {
    this.#open--;
    for (const waiter of this.#waiters) {
      if (number <= waiter.last && --waiter.open === 0) waiter.settled();
    }
  }
}
