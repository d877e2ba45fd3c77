import { randomUUID } from 'node:crypto';
import { type Dsn, parseDsn } from '../../src/protocol/dsn.js';
import type { Envelope } from '../../src/protocol/envelope.js';
import type { Level } from '../../src/protocol/level.js';
import { logContainer } from '../../src/protocol/log-item.js';
import type { Category, Outcome } from '../../src/protocol/outcome.js';
import type { Clock } from '../../src/transport/clock.js';
import type { RetryPolicy } from '../../src/transport/retry-schedule.js';
import type { Transport, TransportFactory, TransportOptions } from '../../src/transport/transport.js';

const DEFAULTS: TransportOptions = {
  maxQueueItems: 1000,
  maxQueueBytes: 16 * 1024 * 1024,
  concurrency: 4,
  requestTimeoutMs: 15_000,
  compress: 'auto',
  retry: false,
};

/** What became of one envelope. */
export interface Settled {
  readonly envelope: Envelope;
  readonly outcome: Outcome;
  readonly countedByServer: boolean;
}

/** What a client's `retry` is by default. */
export const RETRY: RetryPolicy = { attempts: 5, statuses: [500, 502, 503, 504] };

/**
 * A transport under test, with a ledger: everything that was handed over is settled once, or pending.
 *
 * `await using` closes the transport at once.
 */
export class Bench implements AsyncDisposable {
  readonly transport: Transport;
  /** In the order of the calls; a second call for the same envelope is here, too. */
  readonly settled: Settled[] = [];
  readonly warnings: { readonly code: string; readonly message: string }[] = [];
  readonly errors: Error[] = [];
  /** Envelopes that went out once more, once for each time. */
  readonly retried: Envelope[] = [];
  handedOver: number = 0;

  constructor(factory: TransportFactory, dsn: Dsn | string, options: Partial<TransportOptions> = {}, clock?: Clock) {
    this.transport = factory({
      dsn: typeof dsn === 'string' ? parseDsn(dsn) : dsn,
      options: { ...DEFAULTS, ...options },
      sdk: { name: 'jackdaw.test', version: '1.2.3' },
      warn: (code, message) => this.warnings.push({ code, message }),
      error: (error) => this.errors.push(error),
      retried: (envelope) => this.retried.push(envelope),
      ...(clock && { clock }),
    });
  }

  /** Hands envelopes over; without any, one event. */
  send(...envelopes: readonly Envelope[]): void {
    for (const envelope of envelopes.length === 0 ? [eventEnvelope()] : envelopes) {
      this.handedOver++;
      void this.transport.send(envelope, (outcome, countedByServer = false) => {
        this.settled.push({ envelope, outcome, countedByServer });
      });
    }
  }

  /** Hands envelopes over and waits until all are settled; rejects when that takes more than 10 s. */
  async deliver(...envelopes: readonly Envelope[]): Promise<void> {
    this.send(...envelopes);
    if (!(await this.transport.flush(10_000))) throw new Error(`${this.pending} are not settled`);
  }

  get pending(): number {
    return this.handedOver - new Set(this.settled.map(({ envelope }) => envelope)).size;
  }

  /** In the order of settling. */
  get outcomes(): Outcome[] {
    return this.settled.map(({ outcome }) => outcome);
  }

  count(outcome: Outcome, category?: Category): number {
    const matching = this.settled.filter(({ envelope }) => category === undefined || envelope.category === category);
    return matching.filter((settled) => settled.outcome === outcome).length;
  }

  /** The law: no envelope is settled twice, and none is lost. */
  get balanced(): boolean {
    return this.handedOver === this.settled.length + this.pending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.transport.close(0);
  }
}

/** An envelope with one event. `bytes`: how large its payload is, about. */
export function eventEnvelope(level: Level = 'error', bytes: number = 0): Envelope {
  const id = randomUUID().replaceAll('-', '');
  const payload = JSON.stringify({ event_id: id, level, logentry: { formatted: 'x'.repeat(bytes) } });
  return {
    header: { event_id: id },
    items: [{ header: { type: 'event' }, payload }],
    category: 'error',
    quantity: 1,
    level,
  };
}

/** An envelope with so many logs. */
export function logEnvelope(quantity: number = 1, level: Level = 'info'): Envelope {
  const logs = Array.from({ length: quantity }, (_, index) => JSON.stringify({ body: `log ${index}`, level }));
  return { header: {}, items: [logContainer(logs)], category: 'log_item', quantity, level };
}
