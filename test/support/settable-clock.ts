import { type SpoolClock, SYSTEM_CLOCK } from '../../src/spool/clock.js';

/** A clock that can be set, and on which time can pass at once. Waits of seconds take a hundredth of their time. */
export class SettableClock implements SpoolClock {
  #wall = 0;
  #passed = 0;
  readonly after: SpoolClock['after'] = (ms, callback) => SYSTEM_CLOCK.after(ms >= 1_000 ? ms / 100 : ms, callback);
  now: SpoolClock['now'] = () => SYSTEM_CLOCK.now() + this.#wall + this.#passed;
  uptime: SpoolClock['uptime'] = () => SYSTEM_CLOCK.uptime() + this.#passed;

  /** Somebody sets the clock. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  pass(ms: number): void {
    this.#passed += ms;
  }
}
