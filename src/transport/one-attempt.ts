import { type Envelope, encodeEnvelope } from '../protocol/envelope.js';
import type { Category, Outcome } from '../protocol/outcome.js';
import { limitedUntil, type RateLimits, updateRateLimits } from '../protocol/rate-limits.js';
import { asError } from './as-error.js';
import { now } from './clock.js';
import { type DeliveryError, deliveryError } from './delivery-error.js';
import type { HttpReply } from './exchange.js';
import { refusalOf } from './proxy.js';
import { verdictOn } from './retry-schedule.js';
import { addressed } from './route.js';
import type { Settle, TransportContext } from './transport.js';

/** What an answer means where nothing is sent twice. */
const OUTCOMES = {
  delivered: 'delivered',
  paused: 'ratelimit_backoff',
  refused: 'send_error',
  failed: 'send_error',
  unreachable: 'network_error',
} as const satisfies Record<string, Outcome>;

/** The rules for transports that give each envelope one attempt: rate limits, outcomes, errors. Does no I/O. */
export class OneAttempt {
  readonly #context: TransportContext;
  #limits: RateLimits = new Map();

  constructor(context: TransportContext) {
    this.#context = context;
  }

  /** The bytes to send; undefined: it must not be sent, or cannot be, and is settled. */
  encode(envelope: Envelope, settle: Settle): Buffer | undefined {
    if (this.#isLimited(envelope.category)) {
      settle('ratelimit_backoff');
      return undefined;
    }
    try {
      return encodeEnvelope(addressed(envelope, this.#context), now());
    } catch (error) {
      this.#context.error(asError(error));
      settle('internal_sdk_error');
      return undefined;
    }
  }

  /** Settles an envelope by the answer to it. */
  answered(envelope: Envelope, answer: HttpReply | Error, bytes: number, settle: Settle): void {
    const reply = this.#context.options.proxy === undefined ? answer : refusalOf(answer);
    if (!(reply instanceof Error)) this.#limits = updateRateLimits(this.#limits, reply, now());
    const verdict = verdictOn(reply, false);
    if (verdict !== 'delivered' && envelope.category !== 'internal') {
      this.#report(deliveryError(reply, this.#context, bytes));
    }
    settle(OUTCOMES[verdict], verdict === 'paused');
  }

  #report(error: DeliveryError): void {
    this.#context.error(error);
    if (error.code !== 'JACKDAW_RATE_LIMITED') this.#context.warn(error.code, error.message);
  }

  #isLimited(category: Category): boolean {
    return limitedUntil(this.#limits, category, now()) !== 0;
  }
}
