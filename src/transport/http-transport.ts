import { envelopeUrl } from '../protocol/dsn.js';
import { type Envelope, encodeEnvelope, envelopeBytes } from '../protocol/envelope.js';
import type { Level } from '../protocol/level.js';
import type { Category, DropReason } from '../protocol/outcome.js';
import { limitedUntil, type RateLimits, updateRateLimits } from '../protocol/rate-limits.js';
import { after, cancel, now, soon, type Timer, uptime } from './clock.js';
import { type Body, compress, isCompressed } from './compress.js';
import { deliveryError } from './delivery-error.js';
import type { HttpReply } from './exchange.js';
import type { Remainder, RemainingEntry } from './exit-drain.js';
import { CATEGORIES, type Entry, Queue } from './queue.js';
import { requestHeaders } from './request-headers.js';
import { afterReply } from './retry-schedule.js';
import { createHttpSender, type HttpSender } from './send-http.js';
import type { Settle, Transport, TransportContext, TransportFactory } from './transport.js';
import { Unsettled } from './unsettled.js';

/** Posts envelopes over HTTP, in the background, from a bounded queue. The transport of the scheme `http`. */
export const httpTransport: TransportFactory = (context) => new HttpTransport(context);

class HttpTransport implements Transport {
  readonly #context: TransportContext;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #queue: Queue;
  readonly #sender: HttpSender;
  readonly #unsettled = new Unsettled();
  /** What has left the queue and still has a hold on a connection. */
  readonly #active = new Set<Entry>();
  #limits: RateLimits = new Map();
  #limitEnd: Timer | undefined;
  #pumping = false;
  /** Whether `close` had to drop what a rate limit held back. */
  #gaveUp = false;
  #closed: Promise<boolean> | undefined;

  constructor(context: TransportContext) {
    this.#context = context;
    this.#headers = requestHeaders(context);
    this.#queue = new Queue(context.options.maxQueueItems, context.options.maxQueueBytes);
    this.#sender = createHttpSender(context);
  }

  admits(level: Level): boolean {
    return this.#closed === undefined && this.#queue.admits(level);
  }

  /** Only queues: all I/O comes later. After `close` nothing fits in any more, which counts as `queue_overflow`. */
  send(envelope: Envelope, settle: Settle): void {
    const entry: Entry = { envelope, settle: this.#unsettled.track(settle), bytes: envelopeBytes(envelope) };
    if (this.#closed !== undefined) {
      entry.settle('queue_overflow');
      return;
    }
    for (const evicted of this.#queue.push(entry)) this.#drop(evicted, 'queue_overflow');
    this.#pumpSoon();
  }

  /** Items of a category under a rate limit stay open until the limit ends, or the deadline comes. */
  flush(timeoutMs: number): Promise<boolean> {
    return this.#unsettled.settledWithin(timeoutMs);
  }

  /**
   * Gives everything one attempt, but for categories under a rate limit, which are dropped at once. What has no answer
   * at the deadline counts as `network_error`, whether it was under way or still waited: the network was too slow.
   *
   * True: nothing had to be dropped for it. Further calls get the promise of the first.
   */
  close(timeoutMs: number): Promise<boolean> {
    this.#closed ??= Promise.resolve().then(() => this.#close(timeoutMs));
    return this.#closed;
  }

  /** What is on its way is in it, too: sent again under the same id, which servers recognize. */
  handOver(): Remainder {
    for (const entry of this.#queue.drain()) this.#active.add(entry);
    const { concurrency, requestTimeoutMs } = this.#context.options;
    return {
      url: envelopeUrl(this.#context.dsn),
      options: { headers: this.#headers },
      concurrency,
      requestTimeoutMs,
      entries: [...this.#active].map((entry) => this.#remaining(entry)).filter((entry) => entry !== undefined),
    };
  }

  #remaining(entry: Entry): RemainingEntry | undefined {
    const bytes = this.#encode(entry);
    if (bytes === undefined) return undefined;
    return {
      bytes,
      gzip: isCompressed(bytes, this.#context.options.compress),
      isLimited: () => this.#isLimited(entry.envelope.category),
      answered: (reply) => {
        this.#answered(entry, reply, bytes.length);
        this.#active.delete(entry);
      },
      drop: () => {
        this.#active.delete(entry);
        this.#drop(entry, 'network_error');
      },
    };
  }

  async #close(timeoutMs: number): Promise<boolean> {
    this.#dropLimited();
    const settled = await this.flush(timeoutMs);
    cancel(this.#limitEnd);
    for (const entry of this.#queue.drain()) this.#drop(entry, 'network_error');
    for (const entry of this.#active) entry.settle('network_error');
    this.#active.clear();
    await this.#sender.close();
    return settled && !this.#gaveUp;
  }

  /** Later, and at most once a turn: a burst of log calls must not wait for it. */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    soon(() => this.#pump());
  }

  #pump(): void {
    this.#pumping = false;
    while (this.#active.size < this.#context.options.concurrency) {
      const entry = this.#queue.take(this.#isLimited);
      if (entry === undefined) {
        this.#wakeAtLimitEnd();
        return;
      }
      this.#post(entry);
    }
  }

  #post(entry: Entry): void {
    const bytes = this.#encode(entry);
    if (bytes === undefined) return;
    this.#active.add(entry);
    compress(bytes, this.#context.options.compress, (body) => this.#exchange(entry, body, bytes.length));
  }

  /** Undefined: it cannot be, and the entry is settled. */
  #encode(entry: Entry): Buffer | undefined {
    try {
      return encodeEnvelope(entry.envelope, now());
    } catch (error) {
      this.#context.error(error instanceof Error ? error : new Error(String(error)));
      this.#active.delete(entry);
      entry.settle('internal_sdk_error');
      return undefined;
    }
  }

  #exchange(entry: Entry, { bytes, encoding }: Body, size: number): void {
    const start = uptime();
    let failed = false;
    this.#sender.post(
      bytes,
      encoding === undefined ? this.#headers : { ...this.#headers, 'content-encoding': encoding },
      {
        answered: (reply) => {
          failed = reply instanceof Error;
          this.#context.answered?.(reply, uptime() - start);
          this.#answered(entry, reply, size);
        },
        free: () => {
          this.#active.delete(entry);
          // With nobody there, trying on is no reason to keep a process alive that has come to its end.
          if (failed) after(0, () => this.#pumpSoon());
          else this.#pumpSoon();
        },
      },
    );
  }

  #answered(entry: Entry, reply: HttpReply | Error, size: number): void {
    // Given up by `close`.
    if (!this.#active.has(entry)) return;
    if (!(reply instanceof Error)) this.#limits = updateRateLimits(this.#limits, reply, now());
    const { outcome, countedByServer } = afterReply(reply);
    if (outcome !== 'delivered') this.#report(reply, size);
    entry.settle(outcome, countedByServer);
    if (this.#closed !== undefined) this.#dropLimited();
  }

  #report(reply: HttpReply | Error, size: number): void {
    const error = deliveryError(reply, this.#context.dsn, size);
    this.#context.error(error);
    if (error.code !== 'JACKDAW_RATE_LIMITED') this.#context.warn(error.code, error.message);
  }

  #drop(entry: Entry, reason: DropReason): void {
    entry.settle(this.#isLimited(entry.envelope.category) ? 'ratelimit_backoff' : reason);
  }

  #dropLimited(): void {
    for (const entry of this.#queue.drain(this.#isLimited)) {
      this.#gaveUp = true;
      entry.settle('ratelimit_backoff');
    }
  }

  readonly #isLimited = (category: Category): boolean => limitedUntil(this.#limits, category, now()) !== 0;

  #wakeAtLimitEnd(): void {
    cancel(this.#limitEnd);
    const time = now();
    const ends = CATEGORIES.filter((category) => this.#queue.pending(category) > 0).map((category) =>
      limitedUntil(this.#limits, category, time),
    );
    if (ends.length > 0) this.#limitEnd = after(Math.min(...ends) - time, () => this.#pumpSoon());
  }
}
