import type * as winston from 'winston';
import type { Client } from '../client/client.js';
import { ConfigError } from '../client/config-error.js';
import { SEVERITY } from '../protocol/level.js';
import { HostLevels } from './host-levels.js';
import { type AdapterClient, adapterClient, type ClientSource } from './own-client.js';
import { requirePeer } from './peer.js';
import {
  type Info,
  isUncaught,
  LEVEL,
  levelNameOf,
  listOf,
  ORIGINALS,
  type Originals,
  SPLAT,
  toRecord,
} from './winston-record.js';

/** winston's own base class, as its typings would name it if they could: `winston.transport` cannot be extended. */
type HostTransportClass = new (
  options?: winston.transport.TransportStreamOptions,
) => winston.Logger['transports'][number];

const host = requirePeer('winston', 3, () => require('winston') as typeof winston & { Transport: HostTransportClass });
const HostTransport: HostTransportClass = host.Transport;

/** winston gives a transport that handles exceptions 3 s before it ends the process. */
const EXCEPTION_EXIT_MS = 2_800;

/** winston's own transport options, and either a client or the options of one. */
export type JackdawTransportOptions = winston.transport.TransportStreamOptions & {
  /** Records winston may buffer for this transport. Default 16. */
  readonly highWaterMark?: number;
} & ClientSource;

/**
 * Reports winston's records: errors as events, what led to them as breadcrumbs.
 *
 * A log call never waits, never throws and never stalls the logger because of it: records are queued in the client.
 *
 * @throws ConfigError, DsnError for wrong client options; TypeError where both `client` and client options are given.
 * @example logger.add(new JackdawTransport({ dsn }))
 */
export class JackdawTransport extends HostTransport {
  readonly #source: ClientSource;
  readonly #levels: HostLevels;
  #current: AdapterClient;
  #loggers = 0;
  #released = false;

  constructor(options: JackdawTransportOptions = {}) {
    const { level, format, silent, handleExceptions, handleRejections, highWaterMark, ...source } = options;
    const given = { level, format, silent, handleExceptions, handleRejections, highWaterMark };
    super(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
    this.#source = source;
    this.#current = adapterClient(source);
    this.#levels = new HostLevels(this.client.settings.options.levelMap);
    // Shared by many loggers, each adds its listeners.
    this.setMaxListeners(0);
    this.on('pipe', (logger: object) => this.#attach(logger));
    this.on('unpipe', () => this.#detach());
  }

  /** The client in use. */
  get client(): Client {
    return this.#current.client;
  }

  /** winston calls this for every record at or above its level; `next` is called at once, whatever happens. */
  override log(info: unknown, next?: () => void): void {
    try {
      if (info !== null && typeof info === 'object' && this.silent !== true) this.#take(info);
    } catch (error) {
      // The client does not throw; a record that cannot even be read must not reach the host either.
      this.emit('warn', error);
    } finally {
      next?.();
    }
  }

  /** Waits until everything logged so far is delivered or dropped. @returns false when `timeoutMs` came first. */
  flush(timeoutMs?: number): Promise<boolean> {
    return this.client.flush(timeoutMs);
  }

  /** `logger.end()`: winston's `finish` means delivered. */
  override _final(done: (error?: Error | null) => void): void {
    const { client, owned } = this.#current;
    const end = (): void => done();
    (owned ? client.close() : client.flush()).then(end, end);
  }

  #take(info: Info): void {
    const { client } = this.#current;
    const name = info[LEVEL];
    const levelName = typeof name === 'string' ? name : levelNameOf(info);
    const { level, severity } = this.#levels.place(levelName);
    const uncaught = severity >= SEVERITY.error && isUncaught(info);
    if (severity < client.threshold && !uncaught) return;
    client.captureRecord(toRecord(info, level, levelName, Date.now()));
    if (this.listenerCount('logged') > 0) setImmediate(() => this.emit('logged', info));
    if (uncaught) this.#letWinstonExit();
  }

  /** After an uncaught exception winston waits for `finish` before it exits, and 3 s where nobody says it. */
  #letWinstonExit(): void {
    const { parent } = this as { parent?: { exitOnError?: unknown } | null };
    if (parent?.exitOnError === false) return;
    const finish = (): void => void this.emit('finish');
    this.client.finish(Math.min(this.client.settings.shutdownTimeoutMs, EXCEPTION_EXIT_MS)).then(finish, finish);
  }

  /** @throws ConfigError for a level of the logger, or of this transport, that nobody can place. */
  #attach(logger: object): void {
    this.#loggers += 1;
    // Removed from its last logger, the transport closed its client; now it is wanted again.
    if (this.#released) this.#current = adapterClient(this.#source);
    this.#released = false;
    const { levels } = logger as { levels?: unknown };
    if (levels === null || typeof levels !== 'object') return;
    const names = Object.keys(levels);
    this.#levels.check(names);
    if (this.level === undefined) return;
    if (!names.includes(this.level)) {
      const problem = `must be one of the logger's own levels (${names.join(', ')}), not '${this.level}'`;
      throw new ConfigError([{ option: 'level', problem }]);
    }
    if (this.#levels.place(this.level).severity > this.client.threshold) {
      this.client.warn(
        'JACKDAW_LEVEL_HIDES',
        `level '${this.level}' of the winston transport hides records that eventLevel, breadcrumbLevel or logLevel ask for`,
      );
    }
  }

  /** `logger.remove()`, `close()`, `configure()`: winston only unpipes, and nobody waits. */
  #detach(): void {
    this.#loggers -= 1;
    if (this.#loggers > 0) return;
    if (!this.#current.owned) {
      void this.client.flush();
      return;
    }
    this.#released = true;
    void this.client.close();
  }
}

/**
 * A format to put first: it keeps the call's own message and arguments, which later formats overwrite, so that events
 * have the template, its parameters and the Error itself. Other transports do not see it.
 *
 * @example winston.createLogger({ format: winston.format.combine(keepOriginals(), winston.format.splat(), winston.format.json()) })
 */
export const keepOriginals: () => winston.Logform.Format = host.format((info) => {
  const target = info as { [ORIGINALS]?: Originals };
  // A copy: `format.splat()` takes what is no parameter out of the list.
  target[ORIGINALS] ??= { message: info.message, splat: [...listOf(info[SPLAT])] };
  return info;
});
