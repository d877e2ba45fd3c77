import type { Reply } from '../protocol/rate-limits.js';
import type { Clock } from './clock.js';
import {
  afterAnswer,
  afterFailure,
  type Destination,
  isLocal,
  isTooOld,
  NO_PACE,
  type Pace,
  paceAfter,
  paceOfNext,
  UNTRIED,
} from './retry-schedule.js';

/** How the destination is doing, and the pace at which it gets what an outage left behind. Times in ms of uptime. */
export class Outage {
  readonly #clock: Pick<Clock, 'uptime' | 'random'>;
  #destination: Destination = UNTRIED;
  /** How many envelopes have come, and how many had when the destination went down. */
  #arrivals = 0;
  #arrivalsBefore = 0;
  #pace: Pace = NO_PACE;

  constructor(clock: Pick<Clock, 'uptime' | 'random'>) {
    this.#clock = clock;
  }

  /** Whether the last thing heard of the destination is a failure. */
  get isDown(): boolean {
    return this.#destination.failures > 0;
  }

  /** See `Destination`. */
  get round(): number {
    return this.#destination.round;
  }

  /** What the last round failed with. */
  get failure(): Destination['failure'] {
    return this.#destination.failure;
  }

  /** When the next attempt may begin. */
  get probeAt(): number {
    return this.isDown ? this.#destination.probeAt : 0;
  }

  /** When the next of the backlog may go. */
  get backlogAt(): number {
    return this.#pace.startAt;
  }

  /** An envelope came, whether or not there was room for it. */
  arrived(): void {
    this.#arrivals++;
  }

  /** Backlog comes from elsewhere, while there is none here. */
  backlogComes(): void {
    this.#pace = paceOfNext(this.#pace, this.#clock.uptime());
  }

  /** One of the backlog went out. */
  tookBacklog(): void {
    this.#pace = { ...this.#pace, startAt: this.#clock.uptime() + this.#pace.gapMs };
  }

  /** A request failed that began in `round`. */
  failed(verdict: 'failed' | 'unreachable', round: number, reply: Reply | Error): void {
    if (!this.isDown) this.#arrivalsBefore = this.#arrivals;
    const failure = { verdict, round, local: isLocal(reply) };
    this.#destination = afterFailure(this.#destination, failure, this.#clock.uptime(), this.#clock.random);
  }

  /** The destination is at work. True: it was not for so long that all that has waited for it is backlog now. */
  recovered(): boolean {
    const arrivals = this.#arrivals - this.#arrivalsBefore;
    const pace = paceAfter(this.#destination, arrivals, this.#clock.uptime(), this.#clock.random);
    this.#destination = afterAnswer(this.#destination);
    this.#pace = pace ?? this.#pace;
    return pace !== undefined;
  }

  /** Whether what came then has waited for the destination for too long. */
  isTooOld(arrivedAt: number): boolean {
    return isTooOld(arrivedAt, this.#destination, this.#clock.uptime());
  }
}
