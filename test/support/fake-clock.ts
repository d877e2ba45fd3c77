import { after, type Clock } from '../../src/transport/clock.js';

/** A clock that stands still until it is told to go on, for what sets no timers. */
export class FakeClock implements Clock {
  time: number;
  /** The next numbers of chance; then the last one again. */
  chances: number[];

  constructor(chances: readonly number[] = [0.5], time: number = 1_000_000) {
    this.chances = [...chances];
    this.time = time;
  }

  /** In whole milliseconds, as the machine's. */
  now: () => number = () => Date.UTC(2026, 0, 1) + Math.floor(this.time);
  uptime: () => number = () => this.time;
  random: () => number = () => (this.chances.length > 1 ? (this.chances.shift() as number) : (this.chances[0] ?? 0));

  after(): never {
    throw new Error('this clock has no timers');
  }
}

/** A clock that goes so many times as fast as the machine's: minutes of waiting pass in seconds. */
export function fastClock(factor: number, random: () => number = Math.random): Clock {
  const [wall, start] = [Date.now(), performance.now()];
  const elapsed = (): number => (performance.now() - start) * factor;
  return {
    now: () => wall + elapsed(),
    uptime: elapsed,
    after: (ms, callback) => after(ms / factor, callback),
    random,
  };
}
