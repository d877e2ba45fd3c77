import { Writable } from 'node:stream';
import type { Client } from '../client/client.js';
import { type AdapterClient, adapterClient, type ClientSource } from './own-client.js';
import { PinoLevels } from './pino-levels.js';
import { LineReader } from './pino-line-reader.js';
import { LineSplitter } from './pino-line-splitter.js';
import { runningCall } from './pino-log-hook.js';
import { DEFAULT_KEYS, keysOf, levelsOf } from './pino-logger.js';
import { type LoggerFacts, PinoRecord } from './pino-record.js';
import { fragmentTime } from './pino-time.js';

/** No level: the write does not come from pino. */
const NOT_TOLD = -1;

/**
 * Where a pino logger of this thread writes to: errors become events, what led to them breadcrumbs.
 *
 * A write never waits, never throws and always asks for more. What is not written by pino, such as a stream that is piped
 * in, is read as lines of pino's format.
 */
export class JackdawDestination extends Writable {
  /** Set by pino before each write, and cleared after it: they would keep the host's objects alive. */
  lastLevel: number = NOT_TOLD;
  lastTime = '';
  lastMsg: unknown = undefined;
  lastObj: unknown = undefined;
  lastLogger: unknown = undefined;
  readonly #current: AdapterClient;
  readonly #threshold: number;
  readonly #clean: LoggerFacts['clean'] = (value) => this.client.clean(value);
  readonly #lines: LineSplitter;
  /** By the loggers' tables of levels: children share their parent's, unless they have levels of their own. */
  readonly #factsByLevels = new WeakMap<object, LoggerFacts>();
  #factsOf: object | undefined;
  #facts: LoggerFacts;

  /** @throws ConfigError, DsnError for wrong client options; TypeError where both `client` and client options are given. */
  constructor(source: ClientSource = {}) {
    super({ decodeStrings: false });
    this.#current = adapterClient(source);
    this.#threshold = this.client.threshold;
    this.#facts = { keys: DEFAULT_KEYS, levels: this.#levelsOf(), clean: this.#clean };
    const reader = new LineReader(this.client, this.#facts.keys, this.#facts.levels);
    this.#lines = new LineSplitter((line) => reader.take(line));
  }

  /** The client in use. */
  get client(): Client {
    return this.#current.client;
  }

  /** Takes a line of pino's, or a chunk of any lines. @returns true: it is never too much. */
  override write(chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    try {
      if (this.lastLevel === NOT_TOLD) this.#lines.push(chunk);
      else this.#take(String(chunk));
    } catch {
      // The client does not throw; a line that cannot even be read must not reach the host either.
    } finally {
      this.lastLevel = NOT_TOLD;
      this.lastMsg = undefined;
      this.lastObj = undefined;
      this.lastLogger = undefined;
    }
    const done = typeof encoding === 'function' ? encoding : callback;
    if (typeof done === 'function') process.nextTick(done as () => void);
    return true;
  }

  /** The chunk that was given to `end`. */
  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.write(chunk);
    done();
  }

  /** `finish` means delivered. */
  override _final(done: () => void): void {
    this.#lines.end();
    const { client, owned } = this.#current;
    const end = (): void => done();
    (owned ? client.close() : client.flush()).then(end, end);
  }

  /**
   * Waits until everything logged so far is delivered or dropped. `logger.flush(callback)` calls it, but not through
   * `pino.multistream`, which flushes nothing.
   *
   * @param callback gets an error when the client's `shutdownTimeoutMs` came first
   */
  flush(callback?: (error?: Error) => void): void {
    const late = (): Error => new Error('jackdaw: not everything was delivered in time');
    const done = (settled: boolean): void => callback?.(settled ? undefined : late());
    this.client.flush().then(done, (error: Error) => callback?.(error));
  }

  /** `logger.fatal` calls it: what waits is sent now. It does not wait for that. */
  flushSync(): void {
    this.flush();
  }

  #take(line: string): void {
    const logger = this.lastLogger;
    const facts = this.#factsFor(logger);
    const level = facts.levels.place(this.lastLevel);
    if (level.severity < this.#threshold) return;
    const metadata = { obj: this.lastObj, msg: this.lastMsg, logger, call: runningCall(logger) };
    this.client.captureRecord(new PinoRecord(line, level, fragmentTime(this.lastTime, Date.now), facts, metadata));
  }

  #factsFor(logger: unknown): LoggerFacts {
    const levels = (logger as { readonly levels?: unknown } | undefined)?.levels;
    if (levels === this.#factsOf || typeof levels !== 'object' || levels === null) return this.#facts;
    let facts = this.#factsByLevels.get(levels);
    if (facts === undefined) {
      facts = { keys: keysOf(logger as object), levels: this.#levelsOf(logger as object), clean: this.#clean };
      this.#factsByLevels.set(levels, facts);
    }
    this.#factsOf = levels;
    this.#facts = facts;
    return facts;
  }

  #levelsOf(logger?: object): PinoLevels {
    return new PinoLevels(logger && levelsOf(logger), this.client.settings.options.levelMap);
  }
}

/** Asks pino to describe each line before it writes it. */
Object.defineProperty(JackdawDestination.prototype, Symbol.for('pino.metadata'), { value: true });
