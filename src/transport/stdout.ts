import type { Writable } from 'node:stream';
import type { Envelope } from '../protocol/envelope.js';
import { readPayload } from './read-payload.js';
import type { Settle, Transport } from './transport.js';
import { Unsettled } from './unsettled.js';

/** What may wait in the stream's own buffer, in bytes, when nobody reads at the other end. The default of `maxQueueBytes`. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;

/** Writes one JSON line per item, `{ envelope, header, payload }`, and never closes its stream. */
class StdoutTransport implements Transport {
  readonly #stream: Writable;
  readonly #unsettled = new Unsettled();
  #closed = false;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Settles when the stream has taken the lines. After `close`, or with too much unread, it counts as `queue_overflow`. */
  send(envelope: Envelope, settle: Settle): void {
    const settleOnce = this.#unsettled.track(settle);
    if (this.#closed || this.#stream.writableLength > MAX_BUFFERED_BYTES) {
      settleOnce('queue_overflow');
      return;
    }
    try {
      this.#stream.write(lines(envelope), (error) => {
        if (error) this.#muteError();
        settleOnce(error ? 'send_error' : 'delivered');
      });
    } catch {
      settleOnce('send_error');
    }
  }

  flush(timeoutMs: number): Promise<boolean> {
    return this.#unsettled.settledWithin(timeoutMs);
  }

  close(timeoutMs: number): Promise<boolean> {
    this.#closed = true;
    return this.flush(timeoutMs);
  }

  /** A failed write is also emitted, right after its callback; without a listener that would end the process (as in Node's console). */
  #muteError(): void {
    if (this.#stream.listenerCount('error') === 0) this.#stream.once('error', () => {});
  }
}

/**
 * A transport that writes to a stream, where the platform collects what processes print. The scheme `stdout`.
 *
 * @param stream default: `process.stdout`
 */
export function stdoutTransport(stream: Writable = process.stdout): Transport {
  return new StdoutTransport(stream);
}

function lines({ header: envelope, items }: Envelope): string {
  return items
    .map((item) => `${JSON.stringify({ envelope, header: item.header, payload: readPayload(item) })}\n`)
    .join('');
}
