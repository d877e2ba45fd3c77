import { type Envelope, encodeEnvelope } from '../protocol/envelope.js';
import type { Level } from '../protocol/level.js';
import { asError } from './as-error.js';
import { after, type Clock, cancel, SYSTEM_CLOCK, soon, type Timer, uptime } from './clock.js';
import { isCompressed } from './compress.js';
import { DeliveryError, deliveryError, isForUser } from './delivery-error.js';
import { type Entry, newEntry } from './entry.js';
import type { HttpReply } from './exchange.js';
import type { Remainder, RemainingEntry } from './exit-drain.js';
import { createPoster, type Destination, type Poster } from './poster.js';
import { refusalOf } from './proxy.js';
import { requestHeaders } from './request-headers.js';
import { addressed, destinationOf, routeName, routeOf } from './route.js';
import { Schedule, type Settlement } from './schedule.js';
import { createThreadPoster } from './thread-poster.js';
import type { Settle, Transport, TransportContext, TransportFactory } from './transport.js';
import { Unsettled } from './unsettled.js';

/** Posts envelopes over HTTP, in the background, from a bounded queue. The transport of the scheme `http`. */
export const httpTransport: TransportFactory = (context) => new HttpTransport(context, createPoster);

/**
 * The same with the requests, their compression included, in a thread of its own. The transport of the scheme `thread`.
 *
 * Queue, schedule and ledger stay in this thread: what a thread that dies had on its way is sent again.
 */
export const threadTransport: TransportFactory = (context) =>
  new HttpTransport(context, (destination) => createThreadPoster(destination, context.warn));

class HttpTransport implements Transport {
  readonly #context: TransportContext;
  readonly #clock: Clock;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #schedule: Schedule;
  readonly #poster: Poster;
  readonly #unsettled = new Unsettled();
  /** How many requests have a hold on a connection. */
  #active = 0;
  #wake: Timer | undefined;
  #pumping = false;
  /** The last failed attempt. */
  #failure: DeliveryError | undefined;
  /** Whether `close` had to drop what a rate limit held back. */
  #gaveUp = false;
  /** How many calls of `finish` wait. */
  #finishing = 0;
  #closing: Promise<boolean> | undefined;
  #closed = false;

  constructor(context: TransportContext, createPosterFor: (destination: Destination) => Poster) {
    this.#context = context;
    this.#clock = context.clock ?? SYSTEM_CLOCK;
    this.#headers = requestHeaders(context);
    this.#schedule = new Schedule(context.options, this.#clock);
    const { dsn, options } = context;
    this.#poster = createPosterFor({ dsn, options, headers: this.#headers });
  }

  admits(level: Level): boolean {
    return this.#closing === undefined && this.#schedule.admits(level);
  }

  fullness(): number {
    return this.#schedule.fullness();
  }

  missed(): void {
    this.#schedule.missed();
  }

  /**
   * Only queues: all I/O comes later. After `close` nothing fits in any more, which counts as `queue_overflow`; only
   * client reports do, as long as it lasts.
   */
  send(envelope: Envelope, settle: Settle): void {
    const entry = newEntry(envelope, this.#unsettled.track(settle), this.#clock.uptime());
    if (this.#closed || (this.#closing !== undefined && envelope.category !== 'internal')) {
      entry.settle('queue_overflow');
      return;
    }
    this.#settle(this.#schedule.push(entry));
    this.#pumpSoon();
  }

  /** Items that wait for the end of a limit, or for their next attempt, stay open until then, or until the deadline. */
  flush(timeoutMs: number): Promise<boolean> {
    return this.#unsettled.settledWithin(timeoutMs);
  }

  /**
   * Gives everything one attempt at once, but for categories under a rate limit: they get theirs after it, or are dropped
   * where it does not end before the deadline. What has no answer at the deadline counts as `network_error`, whether it
   * was under way or still waited: the network was too slow.
   *
   * True: nothing had to be dropped for it. Further calls get the promise of the first.
   */
  close(timeoutMs: number): Promise<boolean> {
    this.#closing ??= Promise.resolve().then(() => this.#close(timeoutMs));
    return this.#closing;
  }

  async #close(timeoutMs: number): Promise<boolean> {
    const deadline = uptime() + timeoutMs;
    this.#giveUp(this.#schedule.close(timeoutMs));
    this.#pumpSoon();
    const settled = await this.flush(timeoutMs);
    // The last losses make a last client report.
    if (settled && this.#unsettled.open > 0) await this.flush(deadline - uptime());
    this.#closed = true;
    cancel(this.#wake);
    this.#abandon('did not answer before the end');
    await this.#poster.close();
    return settled && !this.#gaveUp;
  }

  #abandon(why: string): void {
    const left = this.#schedule.takeAll();
    if (left.length === 0) return;
    const message = `${routeName(routeOf(this.#context))} ${why}: ${left.length} envelopes were dropped`;
    this.#context.error(new DeliveryError('JACKDAW_UNREACHABLE', message));
    this.#settle(left.map((entry) => this.#schedule.discard(entry, 'network_error')));
  }

  /** As `close`, but what comes later is taken as before: more may come, and the process may yet live on. */
  async finish(timeoutMs: number): Promise<boolean> {
    this.#finishing++;
    this.#settle(this.#schedule.close(timeoutMs));
    this.#pumpSoon();
    const settled = await this.flush(timeoutMs);
    this.#finishing--;
    if (this.#finishing === 0 && this.#closing === undefined) this.#schedule.reopen();
    return settled;
  }

  /**
   * What is on its way is in it, too: sent again under the same id, which servers recognize.
   *
   * With a dispatcher there is nothing: no other thread can use it, and to go round it might be against a rule.
   */
  handOver(): readonly Remainder[] {
    const { dispatcher } = this.#context.options;
    if (dispatcher !== undefined) this.#abandon('cannot be reached by the dispatcher once the process exits');
    const entries = this.#schedule.takeAll().flatMap((entry) => this.#remaining(entry));
    return [{ ...destinationOf(this.#context, this.#headers), entries }];
  }

  #remaining(entry: Entry): readonly RemainingEntry[] {
    const bytes = this.#encode(entry);
    if (bytes === undefined) return [];
    return [
      {
        bytes,
        gzip: isCompressed(bytes, this.#context.options.compress),
        isLimited: () => this.#schedule.isLimited(entry.envelope.category),
        answered: (reply) => {
          if (entry.attempts++ > 0) this.#context.retried?.(entry.envelope);
          this.#answered(entry, reply, false, bytes.length);
        },
        drop: () => this.#settle([this.#schedule.discard(entry, 'network_error')]),
      },
    ];
  }

  /** Later, and at most once a turn: a burst of log calls must not wait for it. */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    soon(() => this.#pump());
  }

  #pump(): void {
    this.#pumping = false;
    if (this.#closed) return;
    cancel(this.#wake);
    this.#wake = undefined;
    while (this.#active < this.#context.options.concurrency) {
      const entry = this.#schedule.next();
      if (entry === undefined) {
        const wait = this.#schedule.wakeIn();
        if (wait !== undefined) this.#wake = this.#clock.after(wait, () => this.#pumpSoon());
        return;
      }
      this.#post(entry);
    }
  }

  #post(entry: Entry): void {
    const bytes = this.#encode(entry);
    if (bytes === undefined) return;
    this.#active++;
    if (entry.attempts > 1) this.#context.retried?.(entry.envelope);
    const { length } = bytes;
    const start = uptime();
    let failed = false;
    this.#poster.post(bytes, {
      answered: (reply, stale) => {
        failed = reply instanceof Error;
        this.#context.answered?.(reply, uptime() - start);
        this.#answered(entry, reply, stale, length);
      },
      free: () => {
        this.#active--;
        // With nobody there, trying on is no reason to keep a process alive that has come to its end.
        if (failed) after(0, () => this.#pumpSoon());
        else this.#pumpSoon();
      },
    });
  }

  /** Undefined: it cannot be, and the entry is settled. */
  #encode(entry: Entry): Buffer | undefined {
    try {
      return encodeEnvelope(addressed(entry.envelope, this.#context), this.#clock.now());
    } catch (error) {
      this.#context.error(asError(error));
      this.#settle([this.#schedule.discard(entry, 'internal_sdk_error')]);
      return undefined;
    }
  }

  #answered(entry: Entry, answer: HttpReply | Error, stale: boolean, size: number): void {
    const reply = this.#context.options.proxy === undefined ? answer : refusalOf(answer);
    const settlements = this.#schedule.answered(entry, reply, stale);
    if (settlements === undefined) return;
    // Servers that know no client reports may refuse them, which is nobody's business.
    if (settlements[0]?.outcome !== 'delivered' && entry.envelope.category !== 'internal') {
      this.#failure = deliveryError(reply, this.#context, size);
      this.#context.error(this.#failure);
      if (isForUser(this.#failure)) this.#context.warn(this.#failure.code, this.#failure.message);
    }
    this.#settle(settlements);
    if (this.#schedule.isClosing) this.#giveUp(this.#schedule.dropLimited());
  }

  #giveUp(settlements: readonly Settlement[]): void {
    if (settlements.length > 0 && this.#closing !== undefined) this.#gaveUp = true;
    this.#settle(settlements);
  }

  #settle(settlements: readonly Settlement[]): void {
    for (const { entry, outcome, countedByServer } of settlements) {
      if (outcome !== 'delivered' && entry.envelope.category !== 'internal') this.#warn(outcome);
      entry.settle(outcome, countedByServer);
    }
  }

  /** Only losses that follow from a failure are worth a warning, and what waits for another attempt is not lost. */
  #warn(outcome: Settlement['outcome']): void {
    const follows = outcome === 'send_error' || outcome === 'network_error' || this.#schedule.isDown;
    if (this.#closed || !follows || this.#failure === undefined) return;
    if (this.#failure.code !== 'JACKDAW_RATE_LIMITED') this.#context.warn(this.#failure.code, this.#failure.message);
  }
}
