import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { detectRelease } from '../event/release.js';
import { type Dsn, DsnError, parseDsn } from '../protocol/dsn.js';
import { levelFromName, SEVERITY } from '../protocol/level.js';
import { knownSchemes } from '../transport/scheme.js';
import type { TransportOptions } from '../transport/transport.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { DEFAULTS } from './defaults.js';
import { given, isTrue } from './environment.js';
import { type Network, resolveNetwork, resolveSpotlight } from './network.js';
import type { ClientOptions, Threshold } from './options.js';
import { checkOption, validateOptions } from './validate-options.js';
import { REAL_WORLD, type World } from './world.js';

/** What becomes of records from which level on: as severity numbers; Infinity: of none. */
export interface Thresholds {
  readonly eventSeverity: number;
  readonly breadcrumbSeverity: number;
  readonly logSeverity: number;
}

/** The options as the client works with them: valid, complete. */
export interface Settings extends Thresholds {
  readonly options: ClientOptions;
  /** Undefined: the client is disabled. */
  readonly dsn: Dsn | undefined;
  readonly release: string | undefined;
  readonly environment: string;
  readonly serverName: string | undefined;
  readonly maxBreadcrumbs: number;
  readonly sampleRate: number;
  readonly shutdownTimeoutMs: number;
  readonly debug: boolean;
  readonly transport: TransportOptions;
  /** The URL that gets a copy of every envelope; undefined: none does. */
  readonly spotlight: string | undefined;
  readonly world: World;
  /** Query parameters of the DSN that mean nothing. */
  readonly unknownParams: readonly string[];
}

const TRANSPORT_OPTIONS = [
  'maxQueueItems',
  'maxQueueBytes',
  'concurrency',
  'requestTimeoutMs',
  'compress',
  'retry',
] as const;

/**
 * Code over environment over default.
 *
 * @throws ConfigError listing everything that is wrong; DsnError where only the DSN is malformed.
 */
export function resolveSettings(options: ClientOptions, env: NodeJS.ProcessEnv): Settings {
  const problems = validateOptions(options);
  // Without an object there is no option to read on.
  if (options === null || typeof options !== 'object') throw new ConfigError(problems);
  const sampleRate = options.sampleRate ?? sampleRateFrom(env, problems);
  const dsn = readDsn(options.dsn ?? env['SENTRY_DSN'] ?? '', problems);
  const params = readParams(dsn, problems);
  const network = readNetwork(options, dsn, env, problems);
  const spotlight = resolveSpotlight(options.spotlight, env, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    options,
    dsn,
    release: options.release ?? (dsn && detectRelease(env, mainDirectory())),
    environment: options.environment ?? given(env['SENTRY_ENVIRONMENT']) ?? DEFAULTS.environment,
    serverName:
      options.serverName === false ? undefined : (options.serverName ?? given(env['SENTRY_NAME']) ?? hostname()),
    eventSeverity: severityOf(options.eventLevel ?? DEFAULTS.eventLevel),
    breadcrumbSeverity: severityOf(options.breadcrumbLevel ?? DEFAULTS.breadcrumbLevel),
    logSeverity: severityOf(options.logLevel ?? DEFAULTS.logLevel),
    maxBreadcrumbs: options.maxBreadcrumbs ?? DEFAULTS.maxBreadcrumbs,
    sampleRate: sampleRate ?? DEFAULTS.sampleRate,
    shutdownTimeoutMs: options.shutdownTimeoutMs ?? DEFAULTS.shutdownTimeoutMs,
    debug: options.debug ?? isTrue(env['SENTRY_DEBUG']) ?? DEFAULTS.debug,
    transport: { ...transportDefaults(), ...params.known, ...definedOf(options), ...network },
    spotlight,
    world: options.world ?? REAL_WORLD,
    unknownParams: params.unknown,
  };
}

/** The directory of the main script: where the app's frames, package.json and git repository are looked for. */
export function mainDirectory(): string {
  const [, script] = process.argv;
  // The script of a worker thread may be anyone's: pino's, say.
  return script === undefined || !isMainThread ? process.cwd() : dirname(script);
}

/** Undefined for the empty text: the client is disabled. @throws DsnError where nothing else is wrong. */
function readDsn(text: unknown, problems: ConfigProblem[]): Dsn | undefined {
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  try {
    const dsn = parseDsn(text);
    if (dsn.transport !== undefined && !knownSchemes().includes(dsn.transport)) {
      problems.push({ option: 'dsn', problem: `names an unknown transport; known are ${knownSchemes().join(', ')}` });
    }
    return dsn;
  } catch (error) {
    if (!(error instanceof DsnError) || problems.length === 0) throw error;
    problems.push({ option: 'dsn', problem: `is malformed: ${error.message}` });
    return undefined;
  }
}

/** Nothing where there is no destination, or something is wrong already. */
function readNetwork(
  options: ClientOptions,
  dsn: Dsn | undefined,
  env: NodeJS.ProcessEnv,
  problems: ConfigProblem[],
): Network {
  return dsn === undefined || problems.length > 0 ? {} : resolveNetwork(options, dsn, env, problems);
}

/** Query parameters of the DSN that are transport options, checked like the options of that name. */
function readParams(dsn: Dsn | undefined, problems: ConfigProblem[]) {
  const known: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const [name, text] of Object.entries(dsn?.params ?? {})) {
    if (!TRANSPORT_OPTIONS.some((option) => option === name)) {
      unknown.push(name);
      continue;
    }
    const value = text === 'true' ? true : text === 'false' ? false : text === 'auto' ? text : Number(text);
    const problem = checkOption(name, value);
    if (problem !== undefined) problems.push({ option: `dsn parameter ${name}`, problem });
    known[name] = value;
  }
  return { known: known as Partial<TransportOptions>, unknown };
}

function transportDefaults(): TransportOptions {
  const { maxQueueItems, maxQueueBytes, concurrency, requestTimeoutMs, compress, retry } = DEFAULTS;
  return { maxQueueItems, maxQueueBytes, concurrency, requestTimeoutMs, compress, retry };
}

function definedOf(options: ClientOptions): Partial<TransportOptions> {
  const given = TRANSPORT_OPTIONS.filter((name) => options[name] !== undefined);
  const chosen: Partial<TransportOptions> = Object.fromEntries(given.map((name) => [name, options[name]]));
  if (!options.retry) return chosen;
  const { attempts = DEFAULTS.retry.attempts, statuses = DEFAULTS.retry.statuses } = options.retry;
  return { ...chosen, retry: { attempts, statuses } };
}

export function severityOf(threshold: Threshold): number {
  const level = threshold === false ? undefined : levelFromName(threshold);
  return level === undefined ? Number.POSITIVE_INFINITY : SEVERITY[level];
}

function sampleRateFrom(env: NodeJS.ProcessEnv, problems: ConfigProblem[]): number | undefined {
  const text = given(env['SENTRY_SAMPLE_RATE']);
  const problem = text === undefined ? undefined : checkOption('sampleRate', Number(text));
  if (problem !== undefined) problems.push({ option: 'SENTRY_SAMPLE_RATE', problem });
  return text === undefined ? undefined : Number(text);
}
