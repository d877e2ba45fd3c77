/** Bound when the package loads: an application that fakes its timers later must not stop the spool. */
const startTimer: typeof setTimeout = setTimeout;
const stopTimer: typeof clearTimeout = clearTimeout;
const monotonic: typeof performance = performance;

export type Timer = NodeJS.Timeout;

/** Time as the spool sees it. */
export interface SpoolClock {
  /** Wall-clock time in milliseconds since the epoch. */
  now(): number;
  /** Milliseconds on a clock that nobody sets. */
  uptime(): number;
  /** Runs a callback after `ms`, without keeping the process alive. */
  after(ms: number, callback: () => void): Timer;
}

/** The machine's. */
export const SYSTEM_CLOCK: SpoolClock = {
  now: Date.now,
  uptime: () => monotonic.now(),
  after: (ms, callback) => startTimer(callback, ms).unref(),
};

export function cancel(timer: Timer | undefined): void {
  stopTimer(timer);
}

/** Runs a callback once the events that wait already are through. */
export const soon: typeof setImmediate = setImmediate;

/** Lets everything run that waits for the event loop. */
function breathe(): Promise<void> {
  return new Promise((resolve) => void soon(resolve));
}

/**
 * The wall clock as it was at the start, carried on by the monotonic one: by it records are stamped and their age is
 * told, so that a clock that is set while the process runs makes nothing older or younger.
 */
export function steadyClock(clock: SpoolClock): () => number {
  const offset = clock.now() - clock.uptime();
  return () => Math.round(offset + clock.uptime());
}

/** The loop is never held for much longer than this, in milliseconds. */
const TURN_MS = 5;
/** How many steps are made between two looks at the clock. */
const STEPS = 32;

/** Divides long work into turns of the loop: `if (pace.isOver()) await pace.rest()` at every step. */
export class Pace {
  readonly #clock: SpoolClock;
  #steps = 0;
  #start: number;

  constructor(clock: SpoolClock) {
    this.#clock = clock;
    this.#start = clock.uptime();
  }

  isOver(): boolean {
    return ++this.#steps % STEPS === 0 && this.#clock.uptime() - this.#start > TURN_MS;
  }

  async rest(): Promise<void> {
    await breathe();
    this.#start = this.#clock.uptime();
  }
}
