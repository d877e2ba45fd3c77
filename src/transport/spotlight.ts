import type { Dsn } from '../protocol/dsn.js';
import { type Envelope, encodeEnvelope } from '../protocol/envelope.js';
import { now, soon, uptime } from './clock.js';
import type { HttpReply } from './exchange.js';
import { isSuccess } from './retry-schedule.js';
import { createHttpSender, type HttpSender } from './send-http.js';

/** Copies that wait for their turn; beyond that they are not made. */
const MAX_WAITING = 100;

/** For one copy, in milliseconds: the inbox is on this machine. */
const REQUEST_MS = 5_000;

/** How long nothing is copied after a failure, in milliseconds; twice as long after each further one. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Without it Spotlight drops the body. */
const HEADERS = { 'content-type': 'application/x-sentry-envelope' };

/**
 * Copies envelopes to a local inbox, one at a time, as they are, without authentication (Sentry SDK docs, "Spotlight").
 *
 * A copy that fails is gone. Nobody waits for copies, and nothing of them keeps the process alive.
 */
export class Spotlight {
  readonly #url: string;
  readonly #dsn: Dsn;
  readonly #failed: (error: Error) => void;
  #sender: HttpSender | undefined;
  #waiting: Envelope[] = [];
  #busy = false;
  #closed = false;
  #failures = 0;
  #pausedUntil = 0;

  /** `failed` hears of every failure until `close`. */
  constructor(url: string, dsn: Dsn, failed: (error: Error) => void) {
    this.#url = url;
    this.#dsn = dsn;
    this.#failed = failed;
  }

  copy(envelope: Envelope): void {
    if (this.#closed || uptime() < this.#pausedUntil || this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push(envelope);
    if (!this.#busy) this.#nextSoon();
  }

  /** What waits still goes out, if the process lives on. */
  close(): void {
    this.#closed = true;
    if (!this.#busy) void this.#sender?.close();
  }

  /** Later: a log call must not wait for it. */
  #nextSoon(): void {
    this.#busy = true;
    soon(() => this.#next());
  }

  #next(): void {
    const envelope = this.#waiting.shift();
    this.#busy = envelope !== undefined;
    if (envelope !== undefined) this.#post(envelope);
    else if (this.#closed) void this.#sender?.close();
  }

  #post(envelope: Envelope): void {
    try {
      const options = { requestTimeoutMs: REQUEST_MS, tunnel: this.#url };
      this.#sender ??= createHttpSender({ dsn: this.#dsn, options });
      this.#sender.post(encodeEnvelope(envelope, now()), HEADERS, {
        answered: (reply) => this.#answered(reply),
        free: () => this.#nextSoon(),
      });
    } catch {
      // What cannot be encoded is the transport's to tell of.
      this.#nextSoon();
    }
  }

  #answered(reply: HttpReply | Error): void {
    if (!(reply instanceof Error) && isSuccess(reply.status)) {
      this.#failures = 0;
      return;
    }
    this.#pausedUntil = uptime() + Math.min(FIRST_PAUSE_MS * 2 ** this.#failures++, LONGEST_PAUSE_MS);
    this.#waiting = [];
    if (!this.#closed) this.#failed(reply instanceof Error ? reply : new Error(`it answered ${reply.status}`));
  }
}
