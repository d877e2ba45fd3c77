import type { AppenderFunction, LayoutsParam, LoggingEvent } from 'log4js';
import { ConfigError } from '../client/config-error.js';
import { processState } from '../client/process-state.js';
import { Scope } from '../client/scope.js';
import { isForeign } from './log4js-fields.js';
import { rendererFor } from './log4js-layout.js';
import { Log4jsLevels } from './log4js-levels.js';
import { Log4jsRecord } from './log4js-record.js';
import { type AdapterClient, adapterClient, type ClientSource } from './own-client.js';
import { requirePeer } from './peer.js';

// log4js loads this module, and hands over what is needed of it: only its presence and version are checked here.
requirePeer('log4js', '6.4.0', () => require('log4js/package.json') as { readonly version: string });

/** What an appender of this type takes: a function that returns a client, or client options; and how log4js names it. */
export type JackdawAppenderOptions = ClientSource & {
  readonly type: unknown;
  /** A layout of log4js that makes the text of events, breadcrumbs and logs. It gets clean copies. Default: the message. */
  readonly layout?: { readonly type: string } | undefined;
};

/** Other processes whose breadcrumbs are kept apart at a time. */
const MAX_PROCESSES = 100;

/** The client keeps its deadline by itself; a transport of the user's may not. */
const GRACE_MS = 50;

const COPIED =
  'log4js copies its configuration, which breaks clients, transports, RegExps and other instances in it: ' +
  'create the client yourself and give `client: () => client`';

/**
 * Called by log4js for an appender of type `jackdaw/log4js`: reports errors as events, what led to them as breadcrumbs.
 *
 * A log call never waits and never throws because of it. `log4js.shutdown(callback)` delivers what is queued and calls
 * back within `shutdownTimeoutMs`.
 *
 * @throws ConfigError, DsnError for wrong options; TypeError where both `client` and client options are given.
 * @example log4js.configure({
 *   appenders: { out: { type: 'stdout' }, jackdaw: { type: 'jackdaw/log4js', dsn } },
 *   categories: { default: { appenders: ['out', 'jackdaw'], level: 'info' } },
 * });
 */
export function configure(config: JackdawAppenderOptions, layouts?: LayoutsParam): AppenderFunction {
  const { type: _type, layout, ...source } = config;
  const render = layout && rendererFor(layout, layouts);
  const adapter = clientFor(source);
  const { client } = adapter;
  const levels = new Log4jsLevels(client.settings.options.levelMap);
  const scopes = new Map<number, Scope>();
  const clean = (value: unknown) => client.clean(value);

  /** This process's scope has nothing to do with what happened in another. */
  function captureApart(record: Log4jsRecord, pid: number): void {
    processState().activeScope.run(scopeOf(pid, scopes), () => client.captureRecord(record));
  }

  function jackdawAppender(event: LoggingEvent): void {
    try {
      const { level, severity } = levels.place(event.level);
      if (severity < client.threshold) return;
      const record = new Log4jsRecord(event, level, clean, render);
      if (isForeign(event)) captureApart(record, event.pid);
      else client.captureRecord(record);
    } catch {
      // The client does not throw; an event that cannot even be looked at must not reach the host either.
    }
  }
  return Object.assign(jackdawAppender, { shutdown: shutdownFor(adapter) });
}

/** @throws ConfigError also for what log4js's copy of the configuration has broken. */
function clientFor(source: ClientSource & { readonly client?: unknown }): AdapterClient {
  if (source.client !== null && typeof source.client === 'object') {
    throw new ConfigError([{ option: 'client', problem: `must be a function: ${COPIED}` }]);
  }
  try {
    return adapterClient(source);
  } catch (error) {
    throw error instanceof ConfigError ? explained(error, source) : error;
  }
}

function explained({ problems }: ConfigError, source: object): ConfigError {
  const values = new Map<string, unknown>(Object.entries(source));
  return new ConfigError(
    problems.map(({ option, problem }) => ({
      option,
      problem: isBroken(values.get(option), option) ? `${problem} (${COPIED})` : problem,
    })),
  );
}

/** What a copy leaves of a RegExp is empty, of a transport or a dispatcher an object without methods. */
function isBroken(value: unknown, key: string): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (key === 'transport' || key === 'dispatcher') return true;
  const inner = Object.entries(value);
  return inner.length === 0 ? !Array.isArray(value) : inner.some(([name, one]) => isBroken(one, name));
}

/** The scope of another process, whose events log4js brought here. */
function scopeOf(pid: number, scopes: Map<number, Scope>): Scope {
  const known = scopes.get(pid);
  if (known !== undefined) return known;
  const [oldest] = scopes.keys();
  if (oldest !== undefined && scopes.size >= MAX_PROCESSES) scopes.delete(oldest);
  const scope = new Scope();
  scopes.set(pid, scope);
  return scope;
}

/** log4js waits for ever for a callback that does not come, and calls its user's twice for one that comes twice. */
function shutdownFor({ client, owned }: AdapterClient): (done?: () => void) => void {
  const asked = new WeakSet<object>();
  return function shutdown(done = () => {}) {
    if (asked.has(done)) return;
    asked.add(done);
    let timer: NodeJS.Timeout | undefined;
    const finish = (): void => {
      if (timer === undefined) return;
      clearTimeout(timer);
      timer = undefined;
      // Outside of the promise: what the user's callback throws must not become an unhandled rejection.
      process.nextTick(() => done());
    };
    // Not unref'd: somebody waits for the callback.
    timer = setTimeout(() => {
      // A second timer: after a blocked event loop the client's own deadline has only just come, too.
      timer = setTimeout(finish, GRACE_MS);
    }, client.settings.shutdownTimeoutMs);
    (owned ? client.close() : client.flush()).then(finish, finish);
  };
}
