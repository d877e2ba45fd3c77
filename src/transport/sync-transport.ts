import type { Envelope } from '../protocol/envelope.js';
import { asError } from './as-error.js';
import { isCompressed } from './compress.js';
import { ExitDrain } from './exit-drain.js';
import { OneAttempt } from './one-attempt.js';
import { requestHeaders } from './request-headers.js';
import { destinationOf } from './route.js';
import type { Settle, Transport, TransportContext, TransportFactory } from './transport.js';

/**
 * Returns when the server has answered, or `requestTimeoutMs` have passed: after the log call nothing can lose the event.
 * The transport of the scheme `sync`.
 *
 * It blocks the thread that logs while another one posts: that is its purpose. A server in the same thread can therefore
 * not answer. Each envelope has one attempt.
 */
export const syncTransport: TransportFactory = (context) => new SyncTransport(context);

class SyncTransport implements Transport {
  readonly isSynchronous = true;
  readonly #context: TransportContext;
  readonly #attempt: OneAttempt;
  readonly #drain = new ExitDrain();
  #closed = false;

  constructor(context: TransportContext) {
    this.#context = context;
    this.#attempt = new OneAttempt(context);
  }

  admits(): boolean {
    return !this.#closed;
  }

  send(envelope: Envelope, settle: Settle): void {
    if (this.#closed) {
      settle('queue_overflow');
      return;
    }
    const bytes = this.#attempt.encode(envelope, settle);
    if (bytes === undefined) return;
    try {
      this.#post(envelope, bytes, settle);
    } catch (error) {
      this.#context.error(asError(error));
    }
  }

  /** Always true: nothing is ever under way. */
  flush(): Promise<boolean> {
    return Promise.resolve(true);
  }

  close(): Promise<boolean> {
    this.#closed = true;
    this.#drain.close();
    return Promise.resolve(true);
  }

  /** @throws Error where no thread can be started, with the envelope settled */
  #post(envelope: Envelope, bytes: Buffer, settle: Settle): void {
    const { options } = this.#context;
    const entry = {
      bytes,
      gzip: isCompressed(bytes, options.compress),
      isLimited: () => false,
      answered: (reply: Parameters<OneAttempt['answered']>[1]) =>
        this.#attempt.answered(envelope, reply, bytes.length, settle),
      drop: () => this.#attempt.answered(envelope, new Error('no answer in time'), bytes.length, settle),
    };
    const destination = destinationOf(this.#context, requestHeaders(this.#context));
    this.#drain.run([{ remainder: { ...destination, entries: [entry] }, timeoutMs: options.requestTimeoutMs }]);
  }
}
