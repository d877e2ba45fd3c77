import type { Transform } from 'node:stream';
import type { Client } from '../client/client.js';

/** From this fullness of the queue on the lines have to wait; 0 is empty, 1 full. */
const HOLD_ABOVE = 0.5;

/** At this fullness the jam is over, and the next one may be held as long again. */
const OVER_BELOW = 0.25;

/** How often the queue is looked at meanwhile, in milliseconds. */
const LOOK_EVERY_MS = 5;

/** A queue that grows no shorter in this time, in milliseconds, has a server that is away, or a rate limit. */
const STUCK_MS = 1_000;

/** The longest one jam holds the lines, in milliseconds: thread-stream loses all of a write that takes 10 s at the exit. */
const LONGEST_MS = 8_000;

/** What may wait in front of the stream, in bytes: pino gives each of several targets its lines, however slow it is. */
const MAX_HELD_BYTES = 48 * 1024 * 1024;

/**
 * Stops reading lines while they come faster than the server takes them, so that a burst is not shed: pino's thread
 * keeps it, and its logger does not wait.
 *
 * Nothing is held for a server that does not answer, nor for one that is too slow for good, or that thread's memory
 * would grow: then what does not fit is counted as `queue_overflow`, until the queue has emptied.
 */
export class Brake {
  readonly #stream: Transform;
  readonly #client: Pick<Client, 'fullness' | 'settings'>;
  #heldMs = 0;

  constructor(stream: Transform, client: Pick<Client, 'fullness' | 'settings'>) {
    this.#stream = stream;
    this.#client = client;
  }

  /** To be asked after each line. */
  check(): void {
    const { fullness } = this.#client;
    if (fullness < OVER_BELOW) this.#heldMs = 0;
    else if (fullness > HOLD_ABOVE && this.#heldMs < this.#longestMs) this.#hold(fullness);
  }

  /** At the end the process waits, too. */
  get #longestMs(): number {
    return this.#stream.writableEnded ? Math.min(this.#client.settings.shutdownTimeoutMs, LONGEST_MS) : LONGEST_MS;
  }

  #hold(fullness: number): void {
    this.#stream.pause();
    const start = performance.now();
    let least = fullness;
    let shorterAt = start;
    const look = setInterval(() => {
      const now = performance.now();
      const current = this.#client.fullness;
      if (current < least) shorterAt = now;
      least = Math.min(current, least);
      const isInVain = now - shorterAt > STUCK_MS || this.#stream.writableLength > MAX_HELD_BYTES;
      const heldMs = isInVain ? LONGEST_MS : this.#heldMs + now - start;
      if (current > HOLD_ABOVE && heldMs < this.#longestMs && !this.#stream.destroyed) return;
      clearInterval(look);
      this.#heldMs = heldMs;
      this.#stream.resume();
    }, LOOK_EVERY_MS);
  }
}
