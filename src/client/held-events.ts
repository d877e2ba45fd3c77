import type { Envelope } from '../protocol/envelope.js';
import { after, cancel, soon, type Timer } from '../transport/clock.js';

/** An event whose source files are still being read. */
export interface UnfinishedEvent {
  /** As it is without their lines. */
  readonly envelope: Envelope;
  /** Calls back when they have been read, whether or not that went well. */
  whenRead(callback: () => void): void;
  /** The event with the lines that are known by now; `now`: what is not is read at once, synchronously. Never throws. */
  finish(now: boolean): Envelope;
}

/** A disk that answers later than this is not worth waiting for, in milliseconds. */
const LONGEST_MS = 50;
/** In number and in UTF-16 units; beyond it events go on without the lines. They come on top of the transport's queue. */
const MAX_HELD = 50;
const MAX_LENGTH = 2 * 1_024 * 1_024;

/**
 * A log call does no synchronous I/O, so the first event that leads to a file has to wait for its lines before it goes
 * to the transport: some milliseconds, once per file. All others pass by here. At the exit the files are read at once.
 */
export class HeldEvents {
  readonly #send: (envelope: Envelope) => void;
  #held: UnfinishedEvent[] = [];
  #length = 0;
  #timer: Timer | undefined;
  #waiting: (() => void)[] = [];

  constructor(send: (envelope: Envelope) => void) {
    this.#send = send;
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  add(event: UnfinishedEvent): void {
    const length = lengthOf(event.envelope);
    if (this.#held.length >= MAX_HELD || this.#length + length > MAX_LENGTH) {
      this.#send(event.envelope);
      return;
    }
    this.#held.push(event);
    this.#length += length;
    // What came in while the process was busy is seen before the time counts as over.
    this.#timer ??= after(LONGEST_MS, () => soon(() => this.release(false)));
    event.whenRead(() => this.release(false));
  }

  /** Sends all of them on, with the lines that are known by now. `now`: see `finish`. */
  release(now: boolean): void {
    cancel(this.#timer);
    this.#timer = undefined;
    const held = this.#held;
    this.#held = [];
    this.#length = 0;
    for (const event of held) this.#send(event.finish(now));
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** As soon as none is held any more. */
  whenEmpty(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isEmpty) resolve();
      else this.#waiting.push(resolve);
    });
  }
}

function lengthOf({ items }: Envelope): number {
  return items.reduce((length, { payload }) => length + payload.length, 0);
}
