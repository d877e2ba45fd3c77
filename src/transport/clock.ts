/** What a timer of Node can hold, in milliseconds; a longer delay would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Bound when the package loads: an application that fakes its timers later must not stop delivery. */
const startTimer: typeof setTimeout = setTimeout;
const stopTimer: typeof clearTimeout = clearTimeout;
const monotonic: typeof performance = performance;

export type Timer = NodeJS.Timeout;

/** Time and chance as the transport sees them. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch, for what goes on the wire and for what the server dates. */
  now(): number;
  /** Milliseconds on a clock that nobody sets, for durations. */
  uptime(): number;
  /** Runs a callback after `ms`, without keeping the process alive. */
  after(ms: number, callback: () => void): Timer;
  /** A number in [0, 1). */
  random(): number;
}

/** Runs a callback once the events that wait already are through. */
export const soon: typeof setImmediate = setImmediate;

export const now: () => number = Date.now;

export function uptime(): number {
  return monotonic.now();
}

/** Runs a callback after `ms`, without keeping the process alive. Every number has a meaning: NaN and below 0 are 0. */
export function after(ms: number, callback: () => void): Timer {
  return startTimer(callback, Math.min(Math.max(ms, 0) || 0, MAX_DELAY_MS)).unref();
}

export function cancel(timer: Timer | undefined): void {
  stopTimer(timer);
}

/** The machine's. */
export const SYSTEM_CLOCK: Clock = { now, uptime, after, random: Math.random };
