import type { Level } from '../protocol/level.js';
import type { Category, DropReason, Outcome } from '../protocol/outcome.js';
import { limitedUntil, pauseAtLeast, type RateLimits, type Reply, updateRateLimits } from '../protocol/rate-limits.js';
import type { Clock } from './clock.js';
import type { Entry } from './entry.js';
import { Outage } from './outage.js';
import { CATEGORIES, Queue } from './queue.js';
import { MAX_PAUSES, type RetryPolicy, SHORTEST_PAUSE_MS, verdictOn, waitMs } from './retry-schedule.js';
import type { TransportOptions } from './transport.js';

/** The end of an envelope's way. */
export interface Settlement {
  readonly entry: Entry;
  readonly outcome: Outcome;
  readonly countedByServer: boolean;
}

type ScheduleOptions = Pick<TransportOptions, 'maxQueueItems' | 'maxQueueBytes' | 'retry'>;

/**
 * Knows what goes next, when, and what becomes of it: the queue, the rate limits and the state of the destination in one
 * place. Does no I/O and sets no timers: its owner asks again after every answer and at `wakeIn`.
 */
export class Schedule {
  readonly #retry: RetryPolicy | false;
  readonly #clock: Pick<Clock, 'now' | 'uptime' | 'random'>;
  readonly #queue: Queue;
  readonly #underWay = new Set<Entry>();
  /**
   * While closing: what was under way then, and may go out once more; and until when, in ms since the epoch, the end of a
   * rate limit is waited for.
   */
  #closing: { readonly owed: Set<Entry>; readonly until: number } | undefined;
  #limits: RateLimits = new Map();
  readonly #outage: Outage;
  /** When `next` was asked last. */
  #askedAt = { now: 0, uptime: 0 };

  constructor(options: ScheduleOptions, clock: Pick<Clock, 'now' | 'uptime' | 'random'>) {
    this.#retry = options.retry;
    this.#clock = clock;
    this.#outage = new Outage(clock);
    this.#queue = new Queue(options.maxQueueItems, options.maxQueueBytes);
  }

  /** Whether the last thing heard of the destination is a failure. */
  get isDown(): boolean {
    return this.#outage.isDown;
  }

  admits(level: Level): boolean {
    return this.#queue.admits(level);
  }

  readonly fullness = (): number => this.#queue.fullness;

  readonly missed = (): void => this.#outage.arrived();

  /** Takes an envelope over, and returns what had to go for it. A client report never waits for the end of a limit. */
  push(entry: Entry): readonly Settlement[] {
    const { category } = entry.envelope;
    if (category === 'internal' && this.#isLimited(category)) return [this.#drop(entry, 'ratelimit_backoff')];
    this.#outage.arrived();
    if (entry.envelope.isBacklog === true && !this.#queue.hasBacklog) this.#outage.backlogComes();
    return this.#queue.push(entry).map((evicted) => this.#drop(evicted, 'queue_overflow'));
  }

  /** The entry whose attempt is to begin now, if any. Each must come back by `answered` or `discard`. */
  next(): Entry | undefined {
    const uptime = this.#clock.uptime();
    this.#askedAt = { now: this.#clock.now(), uptime };
    if (!this.isClosing && this.isDown && (uptime < this.#outage.probeAt || this.#isProbing())) return undefined;
    const entry = this.#queue.take({
      isLimited: this.#isLimited,
      now: this.isClosing ? Number.POSITIVE_INFINITY : uptime,
      backlog: this.isClosing || uptime >= this.#outage.backlogAt,
      isDown: this.isDown,
    });
    if (entry === undefined) return undefined;
    if (this.#queue.isBacklog(entry)) this.#outage.tookBacklog();
    entry.round = this.#outage.round;
    entry.attempts++;
    this.#underWay.add(entry);
    return entry;
  }

  /**
   * What an answer means for its entry, and maybe for others; nothing for the entry itself when it is to be sent again.
   * Undefined: nobody waits for that answer any more.
   *
   * @param stale the connection had been idle and broke: the server may just have closed it
   */
  answered(entry: Entry, reply: Reply | Error, stale: boolean): readonly Settlement[] | undefined {
    if (!this.#underWay.delete(entry)) return undefined;
    const verdict = verdictOn(reply, this.#retry);
    if (!(reply instanceof Error)) this.#limits = updateRateLimits(this.#limits, reply, this.#clock.now());
    switch (verdict) {
      case 'unreachable':
        return (stale || this.isClosing) && this.#isRenewed(entry) ? [] : this.#failed(entry, verdict, reply);
      case 'failed':
        return this.#failed(entry, verdict, reply);
      case 'paused':
        return this.#paused(entry);
      default:
        this.#recovered();
        return [this.#settle(entry, verdict === 'delivered' ? 'delivered' : 'send_error')];
    }
  }

  /** Gives an entry up that `next` returned. */
  discard(entry: Entry, reason: DropReason): Settlement {
    this.#underWay.delete(entry);
    this.#queue.release(entry);
    return this.#drop(entry, reason);
  }

  /**
   * In how many milliseconds `next` may have something that it did not have when it was asked; undefined: only after an
   * answer. What has come due since then counts, too, or nobody would ask again.
   */
  wakeIn(): number | undefined {
    if (this.#queue.pending() === 0) return undefined;
    const asked = this.#askedAt;
    const late = this.#clock.uptime() - asked.uptime;
    const pending = CATEGORIES.filter((category) => this.#queue.pending(category) > 0);
    const waits = [
      ...pending.map((category) => limitedUntil(this.#limits, category, asked.now) - asked.now),
      this.#outage.probeAt - asked.uptime,
      this.#outage.backlogAt - asked.uptime,
      this.#queue.restsUntil() - asked.uptime,
    ].filter((wait) => wait > 0 && Number.isFinite(wait));
    return waits.length === 0 ? undefined : Math.max(0, Math.min(...waits) - late);
  }

  /**
   * From now on each entry gets one more attempt, at once or after a rate limit that ends in time; under others it goes.
   * One connection that breaks is not counted: a server may be well and yet end one.
   */
  close(timeoutMs: number): readonly Settlement[] {
    const owed = this.#closing?.owed ?? new Set(this.#underWay);
    this.#closing = { owed, until: this.#clock.now() + timeoutMs };
    return this.dropLimited();
  }

  /** Whether each entry has only one more attempt. */
  get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  /** Takes `close` back, for what has not been tried since. */
  reopen(): void {
    this.#closing = undefined;
  }

  /** Takes out what a rate limit holds back for too long. */
  dropLimited(): readonly Settlement[] {
    const limited = this.#queue.drain((category) => this.isLimited(category, this.#closing?.until));
    return limited.map((entry) => this.#drop(entry, 'ratelimit_backoff'));
  }

  /** Everything that has no answer, under way or not, and whatever it waits for; each has this last chance. */
  takeAll(): readonly Entry[] {
    const turn = { isLimited: () => false, now: Number.POSITIVE_INFINITY, backlog: true, isDown: false };
    for (let entry = this.#queue.take(turn); entry !== undefined; entry = this.#queue.take(turn)) {
      this.#underWay.add(entry);
    }
    for (const entry of this.#underWay) entry.isLast = true;
    return [...this.#underWay];
  }

  /** Whether a rate limit holds back what is of this category, now and at `later`, in ms since the epoch. */
  isLimited(category: Category, later: number = 0): boolean {
    const end = limitedUntil(this.#limits, category, this.#clock.now());
    return end !== 0 && end >= later;
  }

  #isRenewed(entry: Entry): boolean {
    if (this.#retry === false || entry.renewed || entry.isLast || entry.envelope.category === 'internal') return false;
    entry.renewed = true;
    this.#queue.putBack(entry);
    return true;
  }

  #failed(entry: Entry, verdict: 'failed' | 'unreachable', reply: Reply | Error): readonly Settlement[] {
    entry.failure = verdict === 'failed' ? 'send_error' : 'network_error';
    if (this.#retry === false) return [this.#settle(entry, entry.failure)];
    this.#outage.failed(verdict, entry.round, reply);
    if (verdict === 'failed') {
      entry.refusals++;
      entry.notBefore = this.#clock.uptime() + waitMs(entry.refusals, this.#clock.random);
    }
    const isLast = entry.refusals >= this.#retry.attempts || this.#isTooOld(entry) || this.#isFinal(entry);
    if (!isLast) this.#queue.putBack(entry);
    const others = this.#queue.drain((category) => !this.#isLimited(category), this.#isTooOld);
    const dropped = others.map((other) => this.#drop(other, other.failure ?? this.#outage.failure));
    return isLast ? [this.#settle(entry, entry.failure), ...dropped] : dropped;
  }

  #paused(entry: Entry): readonly Settlement[] {
    this.#recovered();
    const { category } = entry.envelope;
    if (this.#retry !== false) {
      this.#limits = pauseAtLeast(this.#limits, category, SHORTEST_PAUSE_MS, this.#clock.now());
      entry.pauses++;
      const endsTooLate = this.#closing !== undefined && this.isLimited(category, this.#closing.until);
      if (entry.pauses <= MAX_PAUSES && !endsTooLate && !entry.isLast && category !== 'internal') {
        this.#queue.putBack(entry);
        return [];
      }
    }
    return [this.#settle(entry, 'ratelimit_backoff', true)];
  }

  #recovered(): void {
    if (this.#outage.recovered()) this.#queue.shelve();
  }

  /** Client reports are not sent again: their counts go into the next one. */
  #isFinal(entry: Entry): boolean {
    if (entry.isLast || entry.envelope.category === 'internal') return true;
    return this.#closing?.owed.delete(entry) === false;
  }

  /** Whether a request is under way that will tell how the destination is now. */
  #isProbing(): boolean {
    return [...this.#underWay].some(({ round }) => round === this.#outage.round);
  }

  readonly #isTooOld = ({ arrivedAt }: Entry): boolean => this.#outage.isTooOld(arrivedAt);

  readonly #isLimited = (category: Category): boolean => this.isLimited(category);

  /** The fate of an entry that was under way. */
  #settle(entry: Entry, outcome: Outcome, countedByServer: boolean = false): Settlement {
    this.#queue.release(entry);
    return { entry, outcome, countedByServer };
  }

  /** The fate of an entry that waited. */
  #drop(entry: Entry, reason: DropReason): Settlement {
    const outcome = this.#isLimited(entry.envelope.category) ? 'ratelimit_backoff' : reason;
    return { entry, outcome, countedByServer: false };
  }
}
