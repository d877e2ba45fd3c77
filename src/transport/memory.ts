import type { Envelope } from '../protocol/envelope.js';
import { readPayload } from './read-payload.js';
import type { Settle, Transport } from './transport.js';

/** Keeps everything in memory, for tests. The transport of the scheme `memory`. */
export class MemoryTransport implements Transport {
  /** Tests see an event when they have logged it. */
  readonly isSynchronous: boolean = true;
  #envelopes: Envelope[] = [];
  #closed = false;

  /** All envelopes so far, oldest first. */
  get envelopes(): readonly Envelope[] {
    return this.#envelopes;
  }

  /** The payloads of all event items, parsed, oldest first. */
  get events(): readonly Record<string, unknown>[] {
    return this.#payloads('event');
  }

  /** All logs out of all log items, parsed, oldest first. */
  get logs(): readonly Record<string, unknown>[] {
    return this.#payloads('log').flatMap(({ items }) => items as Record<string, unknown>[]);
  }

  /** Forgets what it has kept. */
  clear(): void {
    this.#envelopes = [];
  }

  /** Delivers at once; after `close` nothing any more, which counts as `queue_overflow`. */
  send(envelope: Envelope, settle: Settle): void {
    if (this.#closed) {
      settle('queue_overflow');
      return;
    }
    this.#envelopes.push(envelope);
    settle('delivered');
  }

  /** Always true: nothing is ever under way. */
  flush(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** Always true. What was kept stays. */
  close(): Promise<boolean> {
    this.#closed = true;
    return Promise.resolve(true);
  }

  #payloads(type: string): Record<string, unknown>[] {
    return this.#envelopes
      .flatMap(({ items }) => items)
      .filter(({ header }) => header.type === type)
      .map((item) => readPayload(item) as Record<string, unknown>);
  }
}

/**
 * A transport that keeps everything in memory, without bound: for tests.
 *
 * @example
 * const transport = memoryTransport();
 * const client = createClient({ dsn, transport });
 * client.captureMessage('hello');
 * await client.flush();
 * transport.events[0].logentry.formatted; // 'hello'
 */
export function memoryTransport(): MemoryTransport {
  return new MemoryTransport();
}
