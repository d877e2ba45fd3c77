import type { Level } from '../protocol/level.js';
import type { LaterContent, LogRecord, RecordContent, RecordContext } from '../record.js';
import { messageText } from './fields.js';
import { fromRaw, fromSerialized, isSerialized, tellsAll } from './pino-error.js';
import type { NamedLevel, PinoLevels } from './pino-levels.js';
import { type LineContent, loggerOfLine, parseLine, readContent } from './pino-line.js';
import type { LogCall } from './pino-log-hook.js';
import { hidesNothing, type LineKeys, writesPlainly } from './pino-logger.js';
import { findRaw, type RawError } from './pino-raw-error.js';
import { type Clean, filledText, fillsObjects } from './printf-arguments.js';

/** What is the same for all records of one logger. */
export interface LoggerFacts {
  readonly keys: LineKeys;
  readonly levels: PinoLevels;
  /** Makes the host's objects fit to stand in a text. */
  readonly clean: Clean;
}

/** What pino tells a destination about the line it writes, besides level and time; not redacted. */
export interface Metadata {
  readonly obj: unknown;
  readonly msg: unknown;
  readonly logger: unknown;
  readonly call: LogCall | undefined;
}

/** Lines up to this length, in UTF-16 units, are kept as they are until an event goes out. */
const MAX_KEPT_LINE = 4_096;
/** How the times of pino's own clocks begin. */
const TIME = ',"time":';
const UNREADABLE = '[unreadable line]';

/**
 * A line of a logger in this thread as a record. It is parsed when somebody asks, which for most breadcrumbs is never.
 *
 * Texts and values come from the line, which the logger may have redacted; the Error gives class, frames and structure.
 */
export class PinoRecord implements LogRecord {
  readonly level: Level;
  readonly levelName: string;
  readonly time: number;
  readonly origin = 'pino';
  readonly ownsData = true;
  readonly #line: string;
  readonly #facts: LoggerFacts;
  readonly #metadata: Metadata;
  #raw: { readonly found: RawError | undefined } | undefined;
  #content: LineContent | undefined;
  #message: string | undefined;
  #error: { readonly value: unknown } | undefined;

  constructor(line: string, { level, name }: NamedLevel, time: number, facts: LoggerFacts, metadata: Metadata) {
    this.level = level;
    this.levelName = name;
    this.time = time;
    this.#line = line;
    this.#facts = facts;
    this.#metadata = metadata;
  }

  get message(): string {
    this.#message ??= this.#cleanText() ?? this.#read().message;
    return this.#message;
  }

  get logger(): string {
    return this.#content?.logger ?? loggerOfLine(this.#line) ?? this.#read().logger;
  }

  get data(): Readonly<Record<string, unknown>> {
    return this.#read().data;
  }

  get context(): RecordContext | undefined {
    return this.#read().context;
  }

  get error(): unknown {
    this.#error ??= { value: this.#readError() };
    return this.#error.value;
  }

  /** The same Error may be thrown later, or was. */
  get errorIdentity(): Error | undefined {
    return this.#findRaw()?.error;
  }

  /** Only where the line has the text that came of it: else the logger redacts messages. */
  get template(): string | undefined {
    const { call, msg } = this.#metadata;
    if (call === undefined || call.params.length === 0 || msg !== this.#read().message) return undefined;
    return /%[sdifjoOc]/.test(call.template) ? call.template : undefined;
  }

  /** An argument is shown as far as the line may show it. */
  get params(): readonly unknown[] | undefined {
    const { call, logger } = this.#metadata;
    if (call === undefined || this.template === undefined) return undefined;
    if (writesPlainly(logger, this.#facts.keys.messageKey)) return call.params;
    const isShown = (param: unknown): boolean =>
      typeof param !== 'object' && this.#read().message.includes(String(param));
    return call.params.map((param) => (isShown(param) ? param : '[Redacted]'));
  }

  get readLater(): LaterContent | undefined {
    const isKept = this.#content === undefined && !this.#fillsObjects && this.#line.length <= MAX_KEPT_LINE;
    const { msg } = this.#metadata;
    return isKept ? new LaterLine(this.#line, this.#facts, typeof msg === 'string' ? msg : undefined) : undefined;
  }

  #read(): LineContent {
    this.#content ??= contentOf(this.#line, this.#facts, this.#findRaw()?.key) ?? this.#unreadable();
    return this.#content;
  }

  /** Whether pino wrote objects of the call into its text. */
  get #fillsObjects(): boolean {
    const { call, logger } = this.#metadata;
    // A logger that redacts has censored them in its text: its word holds.
    const isPlain = call !== undefined && writesPlainly(logger, this.#facts.keys.messageKey);
    return isPlain && fillsObjects(call.template, call.params);
  }

  #cleanText(): string | undefined {
    const { template } = this;
    if (template === undefined || !this.#fillsObjects) return undefined;
    // To `util.format`, `%o` is not JSON.
    const asJson = template.replace(/%[%oO]/g, (token) => (token === '%%' ? token : '%j'));
    return filledText(asJson, this.#metadata.call?.params ?? [], this.#facts.clean);
  }

  #readError(): unknown {
    const raw = this.#findRaw();
    const told = this.#read().error;
    if (raw === undefined) return isSerialized(told) ? fromSerialized(told) : undefined;
    const { logger } = this.#metadata;
    const { errorKey } = this.#facts.keys;
    // What stands at the logger's error key has been through the serializer of `err`.
    const plain = writesPlainly(logger, raw.key ?? '') && (raw.key !== errorKey || writesPlainly(logger, 'err'));
    const whole = plain || (hidesNothing(logger) && tellsAll(raw.error, told));
    return fromRaw(raw.error, told, { plain, whole });
  }

  #findRaw(): RawError | undefined {
    this.#raw ??= { found: findRaw(this.#metadata.obj, this.#facts.keys.errorKey) };
    return this.#raw.found;
  }

  /** A `streamWrite` hook may write anything; and for a Symbol as its message pino itself writes no JSON. */
  #unreadable(): LineContent {
    const { logger, msg } = this.#metadata;
    const message = writesPlainly(logger, this.#facts.keys.messageKey) ? messageText(msg) : UNREADABLE;
    return { message, logger: 'pino', data: {}, context: undefined, error: undefined };
  }
}

function contentOf(line: string, { keys, levels }: LoggerFacts, errorKey?: string): LineContent | undefined {
  const fields = parseLine(line);
  return fields && readContent(fields, keys, levels, errorKey);
}

/** It must not hold more than texts and facts: it lives as long as the breadcrumb. */
class LaterLine implements LaterContent {
  readonly #line: string;
  readonly #facts: LoggerFacts;
  /** The call's text: to compare it takes less than to compare lines, which pino leaves to V8 in pieces. */
  readonly #text: string | undefined;

  constructor(line: string, facts: LoggerFacts, text: string | undefined) {
    this.#line = line;
    this.#facts = facts;
    this.#text = text;
  }

  read(): RecordContent {
    return contentOf(this.#line, this.#facts) ?? { message: UNREADABLE, logger: 'pino' };
  }

  repeats(before: LaterContent): boolean {
    if (!(before instanceof LaterLine) || before.#line.length !== this.#line.length) return false;
    return before.#text === this.#text && before.#facts === this.#facts && isSameButTime(before.#line, this.#line);
  }
}

/** Of two lines of one length. A time is known where pino's own clocks write it. */
function isSameButTime(before: string, line: string): boolean {
  const time = line.indexOf(TIME);
  const end = line.indexOf(',', time + TIME.length);
  if (time < 0) return before === line;
  if (end < 0 || before.slice(end) !== line.slice(end)) return false;
  return before.slice(0, time + TIME.length) === line.slice(0, time + TIME.length);
}
