import type { RetryPolicy } from '../transport/retry-schedule.js';
import type { ClientOptions, SpoolSettings } from './options.js';

type Defaulted =
  | 'eventLevel'
  | 'breadcrumbLevel'
  | 'logLevel'
  | 'maxBreadcrumbs'
  | 'sampleRate'
  | 'ignoreErrors'
  | 'ignoreLoggers'
  | 'rules'
  | 'dedupe'
  | 'flood'
  | 'sendDefaultPii'
  | 'environment'
  | 'attachStacktrace'
  | 'contextLines'
  | 'modules'
  | 'maxQueueItems'
  | 'maxQueueBytes'
  | 'concurrency'
  | 'requestTimeoutMs'
  | 'compress'
  | 'sendClientReports'
  | 'raiseSendErrors'
  | 'shutdownTimeoutMs'
  | 'drainOnExit'
  | 'drainOnSignals'
  | 'processHooks'
  | 'httpBreadcrumbs'
  | 'debug';

type Defaults = { readonly [option in Defaulted]: NonNullable<ClientOptions[option]> } & {
  readonly transport: string;
  readonly retry: RetryPolicy;
  readonly spool: Required<Omit<SpoolSettings, 'dir'>>;
};

/** Every default in one place, with its reason. */
export const DEFAULTS: Defaults = {
  /** An error in the log is what people want to be told about (python, logback, Serilog: the same). */
  eventLevel: 'error',
  /** Chatter below info would push the useful breadcrumbs out (python, logback: the same). */
  breadcrumbLevel: 'info',
  /** Structured logs are billed by volume: only on request. */
  logLevel: false,
  /** Sentry's unified default. */
  maxBreadcrumbs: 100,
  /** Every event, until the user says otherwise. */
  sampleRate: 1,
  ignoreErrors: [],
  ignoreLoggers: [],
  rules: [],
  /** An Error that is logged, thrown on and logged again is one mishap. */
  dedupe: true,
  /** It holds events back: only on request. */
  flood: false,
  /** Who was on the other side is for the application to tell (Sentry's unified default). */
  sendDefaultPii: false,
  /** The spec's word for "not told"; NODE_ENV is often wrong on servers. */
  environment: 'production',
  /** A message says where it comes from by its logger and its text; a stack of its own costs each of them some 50 µs. */
  attachStacktrace: false,
  /** The spec's `frameContextLines`, and raven's. */
  contextLines: 5,
  modules: true,
  transport: 'http',
  /** The spec's capacity for back ends. */
  maxQueueItems: 1_000,
  /** 500 errors of 30 KB: enough for a burst, small beside a service's heap. */
  maxQueueBytes: 16 * 1_024 * 1_024,
  /** Errors travel one per request; four sockets keep a burst moving without looking like an attack. */
  concurrency: 4,
  /** Longer than any healthy server takes, short enough to free the slot. */
  requestTimeoutMs: 15_000,
  /** Below 32 KiB gzip costs more main-thread time than it saves on the wire (Sentry's node SDK: the same bound). */
  compress: 'auto',
  /** What a restart, a deployment or an overload answers with; four more attempts span up to half a minute. */
  retry: { attempts: 5, statuses: [500, 502, 503, 504] },
  /** Some 15,000 errors of 4 KB; a day is longer than most outages; 200 ms are cheap to risk and dear to sync. */
  spool: { maxBytes: 64 * 1_024 * 1_024, maxAgeMs: 24 * 3_600_000, sync: 'interval' },
  /** Sentry's unified default: the server can show what never reached it. */
  sendClientReports: true,
  /** Reporting must not break what it reports on. */
  raiseSendErrors: false,
  /** The spec's default for close. */
  shutdownTimeoutMs: 2_000,
  /** The last error before the end is the one that explains it. */
  drainOnExit: true,
  /** A listener changes what a signal does: only on request. */
  drainOnSignals: [],
  /** Monitors only; in the main thread, for what is uncaught in another one arrives there, too. */
  processHooks: true,
  /** What a service asked of others just before an error is the usual way to its cause. */
  httpBreadcrumbs: true,
  debug: false,
};

/** The longest delay a timer of Node can hold. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;
