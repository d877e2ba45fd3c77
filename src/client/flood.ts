import { cancel, type Timer, uptime } from '../transport/clock.js';
import type { FloodOptions } from './options.js';

/** What came beyond the limit in one window. Times are the records' own, in ms since the epoch. */
export interface Surplus {
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

/** The time from the first occurrence of a kind on. */
interface Window<Held> {
  /** On the clock that nobody sets. */
  readonly endsAt: number;
  passed: number;
  surplus:
    | { count: number; readonly first: number; last: number; readonly held: Held; readonly timer: Timer }
    | undefined;
}

/** What `Flood` tells its owner. */
export interface FloodOutlets<Held> {
  /** Runs a callback after so many ms. */
  wait(ms: number, callback: () => void): Timer;
  /** Sends what stands for a surplus. */
  release(held: Held, surplus: Surplus): void;
}

/** Kinds that are watched at once. */
const MAX_KINDS = 1_000;
/** Surpluses that are told of at once, each of which holds an event of some 10 KB; others are counted and no more. */
const MAX_HELD = 100;

/** Lets the first occurrences of each kind pass in a time, counts the others, and tells of them once. */
export class Flood<Held> {
  readonly #limits: FloodOptions;
  readonly #outlets: FloodOutlets<Held>;
  /** The window that ends first is the first: all are equally long. */
  readonly #windows = new Map<string, Window<Held>>();
  /** Those with a surplus, in the order in which they got it. */
  readonly #flooded = new Set<Window<Held>>();

  constructor(limits: FloodOptions, outlets: FloodOutlets<Held>) {
    this.#limits = limits;
    this.#outlets = outlets;
  }

  /**
   * Whether an occurrence is beyond the limit; then it has been counted.
   *
   * @param hold makes what will stand for all of them; called for the first only, if there is room
   */
  isBeyond(kind: string, time: number, hold: () => Held): boolean {
    const now = uptime();
    const window = this.#windowOf(kind, now);
    if (window.passed < this.#limits.limit) {
      window.passed += 1;
      return false;
    }
    if (window.surplus !== undefined) {
      window.surplus.count += 1;
      window.surplus.last = time;
    } else if (this.#flooded.size < MAX_HELD) {
      this.#begin(kind, window, { time, held: hold(), now });
    }
    return true;
  }

  /** Tells of every surplus now. The windows go on. */
  flush(): void {
    for (const window of this.#flooded) this.#release(window);
  }

  #windowOf(kind: string, now: number): Window<Held> {
    const known = this.#windows.get(kind);
    if (known !== undefined && known.endsAt > now) return known;
    if (known !== undefined) this.#forget(kind, known);
    const [oldest] = this.#windows;
    if (oldest !== undefined && this.#windows.size >= MAX_KINDS) this.#forget(...oldest);
    const window: Window<Held> = { endsAt: now + this.#limits.windowMs, passed: 0, surplus: undefined };
    this.#windows.set(kind, window);
    return window;
  }

  #begin(kind: string, window: Window<Held>, { time, held, now }: { time: number; held: Held; now: number }): void {
    const timer = this.#outlets.wait(window.endsAt - now, () => this.#forget(kind, window));
    window.surplus = { count: 1, first: time, last: time, held, timer };
    this.#flooded.add(window);
  }

  #forget(kind: string, window: Window<Held>): void {
    this.#windows.delete(kind);
    this.#release(window);
  }

  #release(window: Window<Held>): void {
    const { surplus } = window;
    if (surplus === undefined) return;
    window.surplus = undefined;
    this.#flooded.delete(window);
    cancel(surplus.timer);
    const { held, count, first, last } = surplus;
    this.#outlets.release(held, { count, first, last });
  }
}
