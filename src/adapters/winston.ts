import type * as winston from 'winston';
import type { Client } from '../client/client.js';
import type { JsonValue } from '../scrub/walk.js';
import { isError } from './fields.js';
import { HostLevels } from './host-levels.js';
import { type AdapterClient, adapterClient, type ClientSource } from './own-client.js';
import { requirePeer } from './peer.js';
import { captureWithEchoes } from './winston-echo.js';
import {
  type Info,
  isUncaught,
  LEVEL,
  levelNameOf,
  listOf,
  ORIGINAL_ERROR,
  ORIGINALS,
  type Originals,
  SPLAT,
  toRecord,
} from './winston-record.js';

/** winston's own base class, as its typings would name it if they could: `winston.transport` cannot be extended. */
type HostTransportClass = new (
  options?: winston.transport.TransportStreamOptions,
) => winston.Logger['transports'][number];

const host = requirePeer(
  'winston',
  '3.8.0',
  () => require('winston') as typeof winston & { Transport: HostTransportClass },
);
const HostTransport: HostTransportClass = host.Transport;

/** What the typings leave out of a logger, and of a transport that it is piped into. */
interface Logger {
  readonly levels?: Readonly<Record<string, number>> | undefined;
  readonly exitOnError?: unknown;
  getMaxListeners(): number;
  setMaxListeners(count: number): unknown;
}
interface Piped {
  parent?: Logger | null;
  levels?: Logger['levels'];
}

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
  /** The transport itself and the loggers it serves: all that hold records back while one is under way. */
  #streams: readonly Logger[] = [this as Logger];
  #released = false;
  readonly #clean = (value: unknown): JsonValue => this.client.clean(value);

  constructor(options: JackdawTransportOptions = {}) {
    const { level, format, silent, handleExceptions, handleRejections, highWaterMark, ...source } = options;
    const given = { level, format, silent, handleExceptions, handleRejections, highWaterMark };
    super(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
    this.#source = source;
    this.#current = adapterClient(source);
    this.#levels = new HostLevels(this.client.settings.options.levelMap);
    // Shared by many loggers, each adds its listeners.
    this.setMaxListeners(0);
    this.on('pipe', (logger: Logger) => this.#attach(logger));
    this.on('unpipe', (logger: Logger) => this.#detach(logger));
  }

  /** The client in use. */
  get client(): Client {
    return this.#current.client;
  }

  /** winston calls this for every record at or above its level; `next` is called at once, whatever happens. */
  override log(info: unknown, next?: () => void): void {
    try {
      if (info === null || typeof info !== 'object' || this.silent === true) return;
      this.#take(info);
      if (this.listenerCount('logged') > 0) setImmediate(() => this.emit('logged', info));
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
    const uncaught = isUncaught(info, level);
    if (severity < client.threshold && !uncaught) return;
    const record = toRecord(info, level, levelName, Date.now(), this.#clean);
    captureWithEchoes(info, this.#streams, () => client.captureRecord(record));
    if (uncaught) this.#letWinstonExit();
  }

  /** After an uncaught exception winston waits for `finish` before it exits, and 3 s where nobody says it. */
  #letWinstonExit(): void {
    const { parent } = this as Piped;
    if (parent?.exitOnError === false) return;
    const finish = (): void => void this.emit('finish');
    this.client.finish(Math.min(this.client.settings.shutdownTimeoutMs, EXCEPTION_EXIT_MS)).then(finish, finish);
  }

  /** @throws ConfigError for a level of the logger, or of this transport, that nobody can place. */
  #attach(logger: Logger): void {
    if (!this.#streams.includes(logger)) this.#streams = [...this.#streams, logger];
    spendNoListeners(logger, 1);
    // Removed from its last logger, the transport closed its client; now it is wanted again.
    if (this.#released) this.#current = adapterClient(this.#source);
    this.#released = false;
    if ((this as Piped).parent === null) this.#follow(logger);
    const { levels } = logger;
    if (levels === undefined) return;
    this.#levels.check(Object.keys(levels), this.level);
    if (Object.keys(levels).some((name) => (this as Piped).levels?.[name] === undefined)) {
      this.client.warn(
        'JACKDAW_LEVELS_DIFFER',
        'one winston transport serves loggers with different levels: winston drops records of those that the first lacks; give each logger a transport of its own, with one client',
      );
    }
    if (this.level !== undefined && this.#levels.place(this.level).severity > this.client.threshold) {
      this.client.warn(
        'JACKDAW_LEVEL_HIDES',
        `level '${this.level}' of the winston transport hides records that eventLevel, breadcrumbLevel or logLevel ask for`,
      );
    }
  }

  /** `logger.remove()`, `close()`, `configure()`: winston only unpipes, and nobody waits. */
  #detach(logger: Logger): void {
    this.#streams = this.#streams.filter((stream) => stream !== logger);
    spendNoListeners(logger, -1);
    const [, next] = this.#streams;
    this.#follow(next ?? null);
    if (next !== undefined) return;
    if (!this.#current.owned) {
      void this.client.flush();
      return;
    }
    this.#released = true;
    void this.client.close();
  }

  /** Whose level holds where the transport has none. winston itself knows only the first logger, and only until it leaves. */
  #follow(logger: Logger | null): void {
    const piped = this as Piped;
    piped.parent = logger;
    if (logger !== null) piped.levels = logger.levels;
  }
}

/** A logger listens once per transport: many of ours must not look like a leak of the host's. 0 means no limit. */
function spendNoListeners(logger: Logger, more: 1 | -1): void {
  const limit = logger.getMaxListeners();
  if (limit > 0) logger.setMaxListeners(limit + more);
}

/**
 * A format to put first: it keeps the call's own message and arguments, which later formats overwrite, so that events
 * have the template, its parameters and the Error itself. Other transports do not see it.
 *
 * @example winston.createLogger({ format: winston.format.combine(keepOriginals(), winston.format.splat(), winston.format.json()) })
 */
export const keepOriginals: () => winston.Logform.Format = host.format((info) => {
  const target = info as { [ORIGINALS]?: Originals; [ORIGINAL_ERROR]?: Error };
  // The info of an Error alone is the Error: what stood on it would get on later ones, where it is passed beside a text.
  if (isError(target)) target[ORIGINAL_ERROR] = target;
  // A copy: `format.splat()` takes what is no parameter out of the list.
  else target[ORIGINALS] ??= { message: info.message, splat: [...listOf(info[SPLAT])] };
  return info;
});
