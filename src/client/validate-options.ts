import { constants } from 'node:os';
import { HTTP_LIBRARIES } from '../hooks/http-breadcrumbs.js';
import { LEVELS } from '../protocol/level.js';
import { OPTIONAL_DETECTORS } from '../scrub/walk.js';
import { knownSchemes } from '../transport/scheme.js';
import { NETWORK_CHECKS, networkConflicts } from './check-network.js';
import { type Check, expected, flag, hook, isRecord, listOf, number, objectProblem, record, text } from './checks.js';
import type { ConfigProblem } from './config-error.js';
import { MAX_TIMER_MS } from './defaults.js';
import { flood, ignoreErrors, ignoreLoggers, rules, threshold } from './event-checks.js';
import type { ClientOptions } from './options.js';
import { redact } from './redact-check.js';
import { world } from './world.js';

const levelMap: Check = (value) => {
  if (!isRecord(value)) return expected('an object of level names', value);
  const wrong = Object.entries(value).find(([, level]) => !LEVELS.includes(level as never));
  return wrong && `.${wrong[0]} ${expected(`one of ${LEVELS.join(', ')}`, wrong[1])}`;
};

const transport: Check = (value) => {
  if (typeof value === 'function') return undefined;
  if (typeof value === 'string') {
    return knownSchemes().includes(value) ? undefined : expected(`one of ${knownSchemes().join(', ')}`, value);
  }
  const methods = isRecord(value) ? value : {};
  const missing = ['send', 'flush', 'close'].filter((method) => typeof methods[method] !== 'function');
  return missing.length === 0
    ? undefined
    : `must be a scheme name, a factory or a transport: it lacks ${missing.join(', ')}`;
};

/** All but those that nobody can listen for. */
const SIGNALS = Object.keys(constants.signals).filter((name) => name !== 'SIGKILL' && name !== 'SIGSTOP');

const signal: Check = (value) =>
  SIGNALS.some((name) => name === value) ? undefined : expected(`one of ${SIGNALS.join(', ')}`, value);

const detector: Check = (value) =>
  OPTIONAL_DETECTORS.some((name) => name === value) ||
  (isRecord(value) && typeof value['name'] === 'string' && typeof value['scrub'] === 'function')
    ? undefined
    : expected('a detector', value);

const SCRUB_KEYS: Readonly<Record<string, Check>> = {
  mode: (value) => (value === 'deny' || value === 'allow' ? undefined : expected("'deny' or 'allow'", value)),
  denyKeys: listOf(text, 'strings'),
  ignoreKeys: listOf(text, 'strings'),
  keys: listOf(text, 'strings'),
  detectors: listOf(detector, `detectors, or ${OPTIONAL_DETECTORS.map((name) => `'${name}'`).join(', ')}`),
  mask: text,
};

const scrub: Check = (value) => {
  if (typeof value === 'boolean') return undefined;
  if (!isRecord(value)) return expected('true, false or an object', value);
  const allow = value['mode'] === 'allow';
  if (allow && value['keys'] === undefined) return "must name its keys in mode 'allow'";
  return objectProblem(
    value,
    SCRUB_KEYS,
    allow ? ['mode', 'keys', 'detectors', 'mask'] : ['mode', 'denyKeys', 'ignoreKeys', 'detectors', 'mask'],
  );
};

const httpLibraries = listOf(
  (value) =>
    HTTP_LIBRARIES.some((name) => name === value) ? undefined : expected(`one of ${HTTP_LIBRARIES.join(', ')}`, value),
  'libraries',
);

const httpBreadcrumbs: Check = (value) => {
  if (typeof value === 'boolean') return undefined;
  return Array.isArray(value) ? httpLibraries(value) : expected('true, false or a list of libraries', value);
};

const isRetryStatus = number(400, 599);

const RETRY_KEYS: Readonly<Record<string, Check>> = {
  attempts: number(1, 100),
  // A 429 has its own rule, and what is too large once is too large for ever.
  statuses: listOf(
    (status) => (status === 413 || status === 429 ? `${status} is never retried` : isRetryStatus(status)),
    'statuses',
  ),
};

const retry: Check = (value) => {
  if (value === false) return undefined;
  return isRecord(value) ? objectProblem(value, RETRY_KEYS) : expected('false or an object', value);
};

const SPOOL_KEYS: Readonly<Record<string, Check>> = {
  dir: (value) => (typeof value === 'string' && value !== '' ? undefined : expected('the path of a directory', value)),
  maxBytes: number(64 * 1_024, 2 ** 40),
  maxAgeMs: number(1, 365 * 24 * 3_600_000),
  sync: (value) =>
    value === 'interval' || value === 'always' || value === 'process'
      ? undefined
      : expected("'interval', 'always' or 'process'", value),
};

const spool: Check = (value) => {
  if (typeof value === 'boolean' || (typeof value === 'string' && value !== '')) return undefined;
  return isRecord(value) ? objectProblem(value, SPOOL_KEYS) : expected('true, false, a directory or an object', value);
};

const CHECKS: { readonly [option in keyof Required<ClientOptions>]: Check } = {
  dsn: text,
  release: text,
  dist: text,
  environment: text,
  serverName: (value) =>
    value === false || typeof value === 'string' ? undefined : expected('a string or false', value),
  eventLevel: threshold,
  breadcrumbLevel: threshold,
  logLevel: threshold,
  levelMap,
  maxBreadcrumbs: number(0, 1_000),
  sampleRate: number(0, 1, 'a number'),
  random: hook,
  sampleSeed: number(-(2 ** 53) + 1, 2 ** 53 - 1),
  ignoreErrors,
  ignoreLoggers,
  rules,
  dedupe: flag,
  flood,
  processors: listOf(hook, 'functions'),
  scrub,
  redact,
  sendDefaultPii: flag,
  beforeSend: hook,
  beforeBreadcrumb: hook,
  beforeSendLog: hook,
  tags: record,
  extra: record,
  user: record,
  contexts: record,
  contextTags: listOf(text, 'strings'),
  attachStacktrace: flag,
  contextLines: number(0, 50),
  inAppInclude: listOf(text, 'strings'),
  inAppExclude: listOf(text, 'strings'),
  modules: flag,
  transport,
  maxQueueItems: number(1, 1_000_000),
  maxQueueBytes: number(1_024, 2 ** 40),
  concurrency: number(1, 64),
  requestTimeoutMs: number(1, MAX_TIMER_MS),
  compress: (value) =>
    value === 'auto' || typeof value === 'boolean' ? undefined : expected("true, false or 'auto'", value),
  retry,
  ...NETWORK_CHECKS,
  spool,
  sendClientReports: flag,
  raiseSendErrors: flag,
  shutdownTimeoutMs: number(0, MAX_TIMER_MS),
  drainOnExit: flag,
  drainOnSignals: listOf(signal, 'signals'),
  processHooks: flag,
  httpBreadcrumbs,
  world,
  onDrop: hook,
  onError: hook,
  onScrub: hook,
  debug: flag,
};

/** Everything that is wrong with the options: unknown names, wrong types, impossible values, conflicts. */
export function validateOptions(options: unknown): ConfigProblem[] {
  if (!isRecord(options)) return [{ option: 'options', problem: expected('an object', options) }];
  const problems: ConfigProblem[] = [];
  for (const option of Object.keys(options)) {
    const value = options[option];
    if (!Object.hasOwn(CHECKS, option)) {
      problems.push({ option, problem: `is unknown; allowed are ${Object.keys(CHECKS).join(', ')}` });
    } else if (value !== undefined) {
      const problem = checkOption(option, value);
      if (problem !== undefined) problems.push({ option, problem });
    }
  }
  if (options['random'] !== undefined && options['sampleSeed'] !== undefined) {
    problems.push({ option: 'sampleSeed', problem: 'cannot stand beside random: give one of the two' });
  }
  problems.push(...networkConflicts(options));
  return problems;
}

/** What is wrong with the value of one known option. */
export function checkOption(option: string, value: unknown): string | undefined {
  return CHECKS[option as keyof ClientOptions]?.(value);
}
