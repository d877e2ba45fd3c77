import type { Envelope } from '../protocol/envelope.js';
import type { Level } from '../protocol/level.js';
import { OneAttempt } from './one-attempt.js';
import { createPoster, type Poster } from './poster.js';
import { requestHeaders } from './request-headers.js';
import type { Settle, Transport, TransportContext, TransportFactory } from './transport.js';
import { Unsettled } from './unsettled.js';

/**
 * Begins a request with each envelope, at once and once: no queue, no retry. The transport of the scheme `direct`, for
 * short-lived programs that wait with `await client.flush()`.
 */
export const directTransport: TransportFactory = (context) => new DirectTransport(context);

class DirectTransport implements Transport {
  readonly #maxOpen: number;
  readonly #attempt: OneAttempt;
  readonly #poster: Poster;
  readonly #unsettled = new Unsettled();
  #closed = false;

  constructor(context: TransportContext) {
    const { dsn, options } = context;
    this.#maxOpen = options.maxQueueItems;
    this.#attempt = new OneAttempt(context);
    this.#poster = createPoster({ dsn, options, headers: requestHeaders(context) });
  }

  admits(_level: Level): boolean {
    return !this.#closed && this.#unsettled.open < this.#maxOpen;
  }

  /** More than `maxQueueItems` requests under way, and what comes after `close`, count as `queue_overflow`. */
  send(envelope: Envelope, settle: Settle): void {
    if (!this.admits(envelope.level)) {
      settle('queue_overflow');
      return;
    }
    const settleOnce = this.#unsettled.track(settle);
    const bytes = this.#attempt.encode(envelope, settleOnce);
    if (bytes === undefined) return;
    const { length } = bytes;
    this.#poster.post(bytes, {
      answered: (reply) => this.#attempt.answered(envelope, reply, length, settleOnce),
      free: () => {},
    });
  }

  flush(timeoutMs: number): Promise<boolean> {
    return this.#unsettled.settledWithin(timeoutMs);
  }

  /** What has no answer at the deadline counts as `network_error`. */
  async close(timeoutMs: number): Promise<boolean> {
    this.#closed = true;
    const settled = await this.flush(timeoutMs);
    await this.#poster.close();
    return settled;
  }
}
