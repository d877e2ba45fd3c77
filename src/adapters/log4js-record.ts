import type { LoggingEvent } from 'log4js';
import type { Level } from '../protocol/level.js';
import type { LaterContent, LogRecord, RecordContext } from '../record.js';
import { isError } from './fields.js';
import { LaterText } from './later-text.js';
import { type Log4jsFields, readFields } from './log4js-fields.js';
import type { Render } from './log4js-layout.js';
import { levelName } from './log4js-levels.js';
import {
  type Clean,
  errorText,
  isLight,
  keptArguments,
  type PrintfArguments,
  printfParams,
  printfText,
  readArguments,
} from './printf-arguments.js';

/**
 * A logging event as a record. Each part is made when it is asked for, and once: a breadcrumb needs no parameters, and
 * what runs code of the host's (getters, toJSON) runs where the client is on guard against its logging again.
 */
export class Log4jsRecord implements LogRecord {
  readonly level: Level;
  readonly levelName: string;
  readonly time: number;
  readonly logger: string | undefined;
  readonly origin = 'log4js';
  readonly #event: LoggingEvent;
  readonly #clean: Clean;
  readonly #render: Render | undefined;
  #arguments: PrintfArguments | undefined;
  #fields: Log4jsFields | undefined;
  #message: string | undefined;

  constructor(event: LoggingEvent, level: Level, clean: Clean, render?: Render) {
    const { startTime, categoryName } = event;
    this.level = level;
    this.levelName = levelName(event.level);
    this.time = startTime instanceof Date ? startTime.getTime() : Date.now();
    this.logger = typeof categoryName === 'string' ? categoryName : undefined;
    this.#event = event;
    this.#clean = clean;
    this.#render = render;
  }

  get message(): string {
    this.#message ??= this.#render?.(this.#event, this.#clean) ?? this.#text();
    return this.#message;
  }

  get template(): string | undefined {
    return this.params === undefined ? undefined : this.#args.template;
  }

  get params(): readonly unknown[] | undefined {
    return printfParams(this.#args);
  }

  get error(): unknown {
    return this.#read.error;
  }

  get data(): LogRecord['data'] {
    return this.#read.data;
  }

  get ownsData(): boolean | undefined {
    return this.#read.ownsData;
  }

  get context(): RecordContext | undefined {
    return this.#read.context;
  }

  /** The text of primitives is not made before an event needs it. */
  get readLater(): LaterContent | undefined {
    if (this.#render !== undefined || !isLight(this.#args) || this.data !== undefined) return undefined;
    return new LaterText(keptArguments(this.#args), this.logger, this.#clean);
  }

  get #args(): PrintfArguments {
    this.#arguments ??= readArguments(listOf(this.#event.data));
    return this.#arguments;
  }

  get #read(): Log4jsFields {
    this.#fields ??= readFields(this.#event, this.#args);
    return this.#fields;
  }

  #text(): string {
    const { template, words } = this.#args;
    const { error } = this.#read;
    const isSilent = template === undefined && words.length === 0;
    return isSilent && isError(error) ? errorText(error) : printfText(this.#args, this.#clean);
  }
}

/** A hand-made event may lack its arguments. */
function listOf(data: unknown): readonly unknown[] {
  return Array.isArray(data) ? data : [];
}
