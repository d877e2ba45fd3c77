import type { Reply } from '../protocol/rate-limits.js';
import { after, cancel, soon, type Timer, uptime } from './clock.js';
import { isSuccess } from './retry-schedule.js';

/** For a connection to come about, DNS and TLS included, in milliseconds. */
const CONNECT_MS = 5_000;

/** From the request to the end of the response's head, in milliseconds. */
const HEADERS_MS = 10_000;

/** From there to the end of the body, in milliseconds; ours: receivers send a few bytes along with the head. */
const BODY_MS = 2_000;

/** What is read of a body, in bytes; then the connection is given up. */
const MAX_BODY_BYTES = 65_536;

/** What is kept of the body of a rejection, in bytes. */
const MAX_TEXT_BYTES = 1_024;

/** Codes of errors with which a connection breaks. */
const BROKEN: readonly (string | undefined)[] = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

/** An answer, with what the server says about a rejection: unchecked text, `''` when it says nothing. */
export interface HttpReply extends Reply {
  readonly text: string;
}

/** Is told how a request goes. */
export interface Listener {
  /**
   * Called once. For a success it comes with the head of the response: the body changes nothing any more.
   *
   * `stale`: there is no answer for the connection broke, which had been idle before.
   */
  answered(reply: HttpReply | Error, stale: boolean): void;
  /** Called once, after `answered`: the connection can take the next request. */
  free(): void;
}

type ExchangeListener = Omit<Listener, 'answered'> & { answered(reply: HttpReply | Error): void };

/** What a dispatcher gives to stop a request by. */
export interface Controller {
  abort(reason: Error): void;
}

/** One request and its answer, within `timeoutMs` whatever the server does. A handler for undici's `dispatch`. */
export class Exchange {
  readonly #listener: ExchangeListener;
  readonly #cut: (error: Error) => void;
  readonly #deadline: number;
  #timer: Timer | undefined;
  #reply: Reply | undefined;
  #answered = false;
  #over = false;
  #received = 0;
  readonly #text: Buffer[] = [];

  /** `cut` ends the connection that carries it. */
  constructor(listener: ExchangeListener, timeoutMs: number, cut: (error: Error) => void) {
    this.#listener = listener;
    this.#cut = cut;
    this.#deadline = uptime() + timeoutMs;
    this.#expireAfter(CONNECT_MS, 'connection');
  }

  onRequestStart(controller: Controller): void {
    // It has been reported as failed: now it must not be sent any more.
    if (this.#over) controller.abort(new Error('too late'));
    else this.#expireAfter(HEADERS_MS, 'answer');
  }

  onResponseStart(_controller: unknown, status: number, headers: Reply['headers']): void {
    if (status < 200) return;
    this.#reply = { status, headers };
    this.#expireAfter(BODY_MS, 'end of the answer');
    if (isSuccess(status)) this.#answer({ status, headers, text: '' });
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (!this.#answered && this.#received < MAX_TEXT_BYTES) this.#text.push(chunk.subarray(0, MAX_TEXT_BYTES));
    this.#received += chunk.length;
    if (this.#received >= MAX_BODY_BYTES) this.giveUp(new Error(`more than ${MAX_BODY_BYTES} bytes of answer`));
  }

  onResponseEnd(): void {
    this.#end(new Error('the answer has no head'));
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#end(error);
  }

  /** Ends it now, as failed unless the answer is there. */
  giveUp(error: Error): void {
    this.#cut(error);
    this.#end(error);
  }

  #end(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    cancel(this.#timer);
    this.#timer = undefined;
    this.#answer(this.#reply === undefined ? error : { ...this.#reply, text: this.#said(this.#reply) });
    this.#listener.free();
  }

  #answer(reply: HttpReply | Error): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#listener.answered(reply);
  }

  /** Relay's one-line reason, else the body, unless that would have to be decompressed. */
  #said({ headers }: Reply): string {
    const reason = headers['x-sentry-error'];
    if (reason !== undefined) return String(reason);
    return headers['content-encoding'] === undefined ? Buffer.concat(this.#text).toString() : '';
  }

  /** Sets the one timer anew, never beyond the deadline of the whole. */
  #expireAfter(ms: number, what: string): void {
    cancel(this.#timer);
    const delay = Math.max(0, Math.min(ms, this.#deadline - uptime()));
    const timer = after(delay, () =>
      // After a blocked event loop the answer may be there already: first the events that wait.
      soon(() => {
        if (this.#timer === timer) this.giveUp(timeoutError(what, delay));
      }),
    );
    this.#timer = timer;
  }
}

/** Whether there is no answer for the connection broke. */
export function isBroken(reply: HttpReply | Error): boolean {
  return reply instanceof Error && BROKEN.includes((reply as NodeJS.ErrnoException).code);
}

/** With the code that Node's own timeouts of the network have. */
function timeoutError(what: string, ms: number): Error {
  return Object.assign(new Error(`no ${what} within ${Math.round(ms)} ms`), { code: 'ETIMEDOUT' });
}
