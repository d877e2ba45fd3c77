import type { Dsn } from '../protocol/dsn.js';
import type { Envelope } from '../protocol/envelope.js';
import type { Level } from '../protocol/level.js';
import type { Outcome } from '../protocol/outcome.js';
import type { Clock } from './clock.js';
import type { Dispatcher } from './dispatcher.js';
import type { HttpReply } from './exchange.js';
import type { Remainder } from './exit-drain.js';
import type { ProxyServer } from './proxy.js';
import type { RetryPolicy } from './retry-schedule.js';

/**
 * Tells the ledger what became of an envelope. Called once per envelope; further calls are ignored. Never throws.
 *
 * With `countedByServer` the server has counted the loss itself (429): it is to be kept out of client reports.
 */
export type Settle = (outcome: Outcome, countedByServer?: boolean) => void;

/**
 * Takes envelopes out of the process.
 *
 * `send` never throws for a bad network; it calls `settle` when the fate of the envelope is known. An own transport may
 * instead return a promise (resolved: delivered, rejected: `send_error`), or declare only `envelope`: then the hand-over
 * itself counts as delivery.
 */
export interface Transport {
  // biome-ignore lint/suspicious/noConfusingVoidType: a transport may answer by promise or by `settle`
  send(envelope: Envelope, settle: Settle): void | Promise<unknown>;
  /** Waits until everything handed over before is settled, at most `timeoutMs`. True: all settled. */
  flush(timeoutMs: number): Promise<boolean>;
  /** Flushes, then refuses what comes later and frees its sockets. */
  close(timeoutMs: number): Promise<boolean>;
  /**
   * True: `send` is over when it returns, so it may take its time, and source files are then read as they are needed.
   * Default false: the first event that leads to a file is handed over some milliseconds later.
   */
  readonly isSynchronous?: boolean;
  /** False: an envelope of this level would be shed at once, so it need not be built. Default: always true. */
  admits?(level: Level): boolean;
  /**
   * How full its queue is, from 0 to 1, for who can wait before the next `send`. Default: nobody need wait.
   *
   * @internal
   */
  fullness?(): number;
  /**
   * An envelope came that it does not admit, and waits elsewhere: it counts for the pace at which an outage ends.
   *
   * @internal
   */
  missed?(): void;
  /**
   * Called at the natural end of the process: a flush that waits for nothing but answers. Default: `flush`.
   *
   * @internal
   */
  finish?(timeoutMs: number): Promise<boolean>;
  /**
   * Called within the `exit` event: gives up everything that has no answer yet, for a thread to send it. Default: what
   * is left is lost.
   *
   * @internal
   */
  handOver?(): readonly Remainder[];
  /**
   * Called within the `exit` event, after all else: writes down what would be lost with the process.
   *
   * @internal
   */
  keep?(): void;
}

/** What a transport factory is given: the destination, the settled options, and where to speak. */
export interface TransportContext {
  readonly dsn: Dsn;
  readonly options: TransportOptions;
  /** Name and version for the auth header and the User-Agent. */
  readonly sdk: { readonly name: string; readonly version: string };
  /** One warning per code and process, for what the user must act on. Never holds a key. */
  warn(code: `JACKDAW_${string}`, message: string): void;
  /** Every failed attempt, for `onError` and `stats().lastError`. */
  error(error: Error): void;
  /** An envelope goes out once more, for `stats().retried`. */
  retried?(envelope: Envelope): void;
  /**
   * Every answer of the server, or the error in its place, and how long it took in ms, connection included. Never throws.
   *
   * @internal
   */
  answered?(reply: HttpReply | Error, ms: number): void;
  /**
   * Time and chance. Default: the machine's.
   *
   * @internal
   */
  readonly clock?: Clock;
}

/** The options every transport gets, with defaults filled in. Sizes in bytes before compression, times in ms. */
export interface TransportOptions {
  readonly maxQueueItems: number;
  readonly maxQueueBytes: number;
  /** How many requests may be under way at once, each on a keep-alive connection of its own. */
  readonly concurrency: number;
  readonly requestTimeoutMs: number;
  /** `auto`: gzip above 32 KiB. */
  readonly compress: boolean | 'auto';
  /** `false`: nothing is sent twice. */
  readonly retry: RetryPolicy | false;
  /** A URL that takes the envelopes in place of the DSN's server: with the public DSN inside, without authentication. */
  readonly tunnel?: string | undefined;
  /** The proxy on the way there; undefined: none. */
  readonly proxy?: ProxyServer | undefined;
  /** Certificates of authorities, each a text in PEM form, that are trusted in place of Node's. */
  readonly ca?: readonly string[] | undefined;
  /** Carries the requests in place of our own connections. The only option that cannot be cloned into another thread. */
  readonly dispatcher?: Dispatcher | undefined;
}

export type TransportFactory = (context: TransportContext) => Transport;
