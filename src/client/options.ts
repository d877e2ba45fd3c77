import type { HttpLibrary } from '../hooks/http-breadcrumbs.js';
import type { ErrorPattern } from '../processors/error-pattern.js';
import type { Hint, Processor } from '../processors/processor.js';
import type { TextPattern } from '../processors/text-pattern.js';
import type { Breadcrumb, ErrorEvent, User } from '../protocol/event.js';
import type { Level } from '../protocol/level.js';
import type { LogItem } from '../protocol/log-item.js';
import type { Category, DropReason } from '../protocol/outcome.js';
import type { Detector, OptionalDetector, RedactOptions } from '../scrub/walk.js';
import type { Dispatcher } from '../transport/dispatcher.js';
import type { RetryPolicy } from '../transport/retry-schedule.js';
import type { Transport, TransportFactory } from '../transport/transport.js';
import type { World } from './world.js';

/** A threshold: records at or above the level pass; `false`: none does. */
export type Threshold = Level | 'warn' | false;

/**
 * What `createClient` takes. Names follow Sentry's unified SDK options where one exists.
 * Code wins over the environment, the environment over the default; an empty variable counts as unset.
 */
export interface ClientOptions {
  /**
   * Where to send: `https://<key>@<host>/<project>`. Default: `SENTRY_DSN`. `''` or absent: the client is disabled.
   * A scheme prefix picks the transport (`memory+https://…`), query parameters are transport options.
   */
  readonly dsn?: string | undefined;
  /** Default: `SENTRY_RELEASE`, then the platform's variables, the git commit, `name@version` of package.json. */
  readonly release?: string | undefined;
  readonly dist?: string | undefined;
  /** Default: `SENTRY_ENVIRONMENT`, else `production`; never NODE_ENV. */
  readonly environment?: string | undefined;
  /** Default: `SENTRY_NAME`, else the host name; `false` leaves it out. */
  readonly serverName?: string | false | undefined;
  /** Records at or above become events. Default `error`. */
  readonly eventLevel?: Threshold | undefined;
  /** Records at or above become breadcrumbs of the next event. Default `info`. */
  readonly breadcrumbLevel?: Threshold | undefined;
  /** Records at or above also go out as structured logs, whatever the other two say. Default `false`. */
  readonly logLevel?: Threshold | undefined;
  /** What a host's own level names or numbers mean: `{ audit: 'info' }`. */
  readonly levelMap?: Readonly<Record<string, Level>> | undefined;
  /** Breadcrumbs kept per scope; 0: none. Default 100. */
  readonly maxBreadcrumbs?: number | undefined;
  /** Share of events that is sent, 0 to 1. Default `SENTRY_SAMPLE_RATE`, else 1. A record's own `sampleRate` wins. */
  readonly sampleRate?: number | undefined;
  /** Numbers in [0, 1) for sampling. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Makes sampling repeatable; an integer. Not together with `random`. */
  readonly sampleSeed?: number | undefined;
  /**
   * Errors that make no event; they are counted as `ignored`, and stay breadcrumbs. See `ErrorPattern` for what matches.
   * Default none.
   */
  readonly ignoreErrors?: readonly ErrorPattern[] | undefined;
  /**
   * Loggers whose records make nothing: no event, no log (both counted as `ignored`), no breadcrumb. A name, a name with
   * `*` for any text, a RegExp, or one of these with the level from which records pass all the same. Default none.
   */
  readonly ignoreLoggers?: readonly (TextPattern | IgnoredLogger)[] | undefined;
  /** What holds for the records of some loggers. Of several rules for a logger all hold, field by field the last. Default none. */
  readonly rules?: readonly LoggerRule[] | undefined;
  /**
   * Whether an Error that has made an event is only a breadcrumb when it is seen again in the same request (by the trace
   * of its scope; a process that serves none has only the time), or within 5 s of the event; by any client of the
   * process with this DSN. An Error that has it as its cause is another one. Default true; `false` leaves one case: what
   * the host logs of an Error that `processHooks` has reported.
   */
  readonly dedupe?: boolean | undefined;
  /** Most events of one kind in a time. Default `false`: no such limit. */
  readonly flood?: FloodOptions | false | undefined;
  /** Run on every event in order, before `beforeSend`. */
  readonly processors?: readonly Processor[] | undefined;
  /** Built-in scrubbing. Default on; `false` switches it off; an object extends it. */
  readonly scrub?: boolean | ScrubSettings | undefined;
  /**
   * Fields of a record that are redacted by their paths, as by pino's option of that name. Default none. See
   * docs/scrubbing.md for what the paths reach.
   */
  readonly redact?: RedactOptions | undefined;
  /**
   * Whether events say who made the request that a record is about: its `body`, the client's IP address, which the server
   * may infer too, and headers such as `X-Forwarded-For`. What is a secret is masked all the same, and what you give
   * yourself, such as `user.email`, leaves all the same. Default false.
   */
  readonly sendDefaultPii?: boolean | undefined;
  /** Last word on an event; null drops it, a throw drops it too. Synchronous. */
  readonly beforeSend?: ((event: ErrorEvent, hint: Hint) => ErrorEvent | null) | undefined;
  /** Last word on a breadcrumb; null drops it, a throw drops it too. Synchronous. */
  readonly beforeBreadcrumb?: ((breadcrumb: Breadcrumb, hint: Hint) => Breadcrumb | null) | undefined;
  /** Last word on a structured log; null drops it, a throw drops it too. Synchronous. */
  readonly beforeSendLog?: ((log: LogItem) => LogItem | null) | undefined;
  /** Base data of every event. */
  readonly tags?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
  readonly user?: User | undefined;
  readonly contexts?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  /** Keys of a record's data that also become tags. */
  readonly contextTags?: readonly string[] | undefined;
  /** Whether events without an error carry the stack of the log call. Default false. */
  readonly attachStacktrace?: boolean | undefined;
  /**
   * Source lines before and after that of each frame, 0 to 50; 0: not even its own. Default 5. The first event that leads
   * to a file waits some milliseconds for them, or, where processors or `beforeSend` have to see it at once, goes without.
   */
  readonly contextLines?: number | undefined;
  /** The app's own code although it lies in node_modules: names of packages or scopes, or paths, absolute or below the root. */
  readonly inAppInclude?: readonly string[] | undefined;
  /** Not the app's own code, by the same words; wins over `inAppInclude`. */
  readonly inAppExclude?: readonly string[] | undefined;
  /** Whether events carry the versions of the app's dependencies. Default true. */
  readonly modules?: boolean | undefined;
  /** A transport, a factory, or a scheme name. Default `http`. */
  readonly transport?: Transport | TransportFactory | string | undefined;
  /** Most items waiting in memory. Default 1000. */
  readonly maxQueueItems?: number | undefined;
  /** Most bytes waiting in memory, before compression. Default 16 MiB. */
  readonly maxQueueBytes?: number | undefined;
  /** Requests under way at once, 1 to 64. Default 4. */
  readonly concurrency?: number | undefined;
  /** Longest time for one request in ms. Default 15 000. */
  readonly requestTimeoutMs?: number | undefined;
  /** gzip: `auto` above 32 KiB. Default `auto`. */
  readonly compress?: boolean | 'auto' | undefined;
  /**
   * What is sent again, with random waits that grow from 1 s to 60 s: after network errors and timeouts for 15 minutes,
   * after these statuses until `attempts` answers, after a 429 three times. Default `{ attempts: 5, statuses: [500, 502,
   * 503, 504] }`; `false`: nothing, to the letter of Sentry's SDK docs.
   */
  readonly retry?: Partial<RetryPolicy> | false | undefined;
  /**
   * A URL that takes the envelopes in place of the DSN's server, such as a relay of your own: with the public DSN inside
   * and without authentication. Redirects are not followed.
   */
  readonly tunnel?: string | undefined;
  /**
   * The proxy on the way to the server, `http://[<user>:<password>@]<host>[:<port>]` or `https://…`; `'env'`: the one that
   * `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY` names, unless `NO_PROXY` names the server. Default: none.
   */
  readonly proxy?: string | undefined;
  /**
   * Certificates of the authorities that are trusted in place of Node's, as in `node:tls`: texts in PEM form, or paths of
   * files with them, which are read at once. Default: Node's, with those of `NODE_EXTRA_CA_CERTS`.
   */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /**
   * A dispatcher of undici, such as an `Agent`, that carries the requests in place of jackdaw's own connections; it stays
   * yours to close. TLS, proxies, redirects, and whether its sockets keep the process alive, are then up to it. It cannot
   * be used any more within `process.exit()` or a crash: what is still queued there is lost, and counted, unless
   * there is a `spool`.
   */
  readonly dispatcher?: Dispatcher | undefined;
  /**
   * Whether a local inbox gets a copy of every envelope, or its URL; `true`: `http://localhost:8969/stream`. Nothing
   * waits for it, and it changes nothing about delivery. Default `SENTRY_SPOTLIGHT`, else false.
   */
  readonly spotlight?: boolean | string | undefined;
  /**
   * Keeps what is queued on the disk until the server has it: nothing of it is lost by `kill -9`, a power cut or a long
   * outage, and a burst finds room there. `true`: below the user's state directory; a text: that directory, which must be
   * the user's own. Default `false`.
   */
  readonly spool?: boolean | string | SpoolSettings | undefined;
  /** Whether the server is told what never reached it, by reason and category, at most twice a minute. Default true. */
  readonly sendClientReports?: boolean | undefined;
  /**
   * `flush()` and `close()` reject with the last `DeliveryError` when something was lost on its way; with the transport
   * `sync` the capture methods throw it. Default false.
   */
  readonly raiseSendErrors?: boolean | undefined;
  /** Longest time in ms that `close()` waits, and that the end of the process is held up while something is unsettled. Default 2000. */
  readonly shutdownTimeoutMs?: number | undefined;
  /**
   * Whether the end of the process still delivers what is queued: its natural end, `process.exit()` and a crash.
   * Default true.
   */
  readonly drainOnExit?: boolean | undefined;
  /**
   * Signals before whose default end of the process what is queued is delivered: `['SIGTERM']`. Where the application
   * listens for the signal too, jackdaw only delivers and leaves the process to it. Default none: no listener. Threads get
   * no signals, pino's worker included.
   */
  readonly drainOnSignals?: readonly NodeJS.Signals[] | undefined;
  /**
   * Whether uncaught exceptions and unhandled rejections are reported, by Node's monitor event, which never changes how
   * the process ends. What the host logs about the same Error is then no second event. Also whether child processes and
   * worker threads that end badly, and the process's warnings, leave breadcrumbs; those of `execSync` and its like do not.
   * Default true in the main thread.
   */
  readonly processHooks?: boolean | undefined;
  /**
   * Whether outgoing requests leave breadcrumbs, in the scope that started them: `http` is node:http and node:https,
   * `undici` is `fetch` and the package undici; a list picks. User-info never leaves, nor do the values of secret
   * parameters, nor requests to the hosts that clients report to. Default true.
   */
  readonly httpBreadcrumbs?: boolean | readonly HttpLibrary[] | undefined;
  /**
   * Time, chance and ids from elsewhere, so that the same input gives the same bytes: for tests, see `deterministic()` of
   * `jackdaw/testing`. Events then also leave out what tells of the machine: its contexts. Default: the real world.
   */
  readonly world?: World | undefined;
  /** Hears of every loss. What it logs through an instrumented logger is not recorded. */
  readonly onDrop?: ((reason: DropReason, category: Category, quantity: number, item?: unknown) => void) | undefined;
  /** Hears of every failed attempt and every mistake of a hook. */
  readonly onError?: ((error: Error) => void) | undefined;
  /** Hears which scrubbing rule masked how many values. */
  readonly onScrub?: ((rule: string, count: number) => void) | undefined;
  /** Prints what jackdaw does to stderr. Default `SENTRY_DEBUG`, else false. */
  readonly debug?: boolean | undefined;
}

/** Where, how much and how safely the spool keeps. */
export interface SpoolSettings {
  /** Created with mode 0700 where it is missing. Default: `jackdaw/spool` below the user's state directory. */
  readonly dir?: string;
  /** Most bytes for one destination; beyond, the oldest go, counted as `cache_overflow`. Default 64 MiB. */
  readonly maxBytes?: number;
  /** In ms; what is older is dropped, counted as `cache_overflow`. Default 24 hours. */
  readonly maxAgeMs?: number;
  /**
   * What a power cut may cost: with `interval` the last 200 ms, with `always` nothing, with `process` whatever the system
   * has not written yet. A killed process loses nothing of it in any mode. Default `interval`.
   */
  readonly sync?: 'interval' | 'always' | 'process';
}

/** A logger whose records are ignored, unless they are severe. */
export interface IgnoredLogger {
  /** A name, a name with `*` for any text, or a RegExp. */
  readonly name: TextPattern;
  /** Records at or above the level pass. Default: none. */
  readonly allowLevel?: Level | 'warn' | undefined;
}

/** What holds for the records of some loggers in place of the client's own option of that name. */
export interface LoggerRule {
  /** A name, a name with `*` for any text, or a RegExp: log4js's category, pino's `name`, winston's `label`. */
  readonly logger: TextPattern;
  readonly eventLevel?: Threshold | undefined;
  readonly breadcrumbLevel?: Threshold | undefined;
  readonly logLevel?: Threshold | undefined;
  /** Added to the client's `tags`; those of the scope and of the record win. */
  readonly tags?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** How the server groups the events; the scope's and the record's win. */
  readonly fingerprint?: readonly string[] | undefined;
  /** A record's own `sampleRate` wins. */
  readonly sampleRate?: number | undefined;
}

/**
 * Of the events of one kind the first `limit` in a time are sent. Further ones are counted as `backpressure`, and one
 * event tells of them when the time is over, or at `flush`, `close` and the end of the process: the first of them, with
 * their `count`, `first` and `last` time under `contexts.flood`.
 *
 * Of one kind are events with the same fingerprint of their own; else with errors of one class from one place (the newest
 * frames outside of node_modules and Node); else with one template; else with one text. A thousand kinds are watched at
 * once, and of a hundred it is told; beyond that they are counted alone.
 */
export interface FloodOptions {
  /** Events; at least 1. */
  readonly limit: number;
  /** How long it holds from the first of them on, in ms. */
  readonly windowMs: number;
}

/** Extends the built-in rules, or turns them round: only what is allowed leaves. */
export type ScrubSettings =
  | {
      readonly mode?: 'deny';
      /** Keys whose values are masked, besides the built-in ones. */
      readonly denyKeys?: readonly string[];
      /** Keys that are never masked, built-in or not. */
      readonly ignoreKeys?: readonly string[];
      /** What is looked for in texts, besides the built-in kinds: `'email'`, `'ip'`, or detectors of your own. */
      readonly detectors?: readonly (OptionalDetector | Detector)[];
      /** What replaces a value; always the same text. Default `[Filtered]`. */
      readonly mask?: string;
    }
  | {
      readonly mode: 'allow';
      /** The only keys whose values leave. */
      readonly keys: readonly string[];
      /** As with deny rules: what is masked even below these keys. */
      readonly detectors?: readonly (OptionalDetector | Detector)[];
      readonly mask?: string;
    };
