import type { Level } from '../protocol/level.js';
import type { LaterContent, LogRecord, RecordContext } from '../record.js';
import type { ArgumentFields } from './argument-fields.js';
import { isError } from './fields.js';
import { LaterText } from './later-text.js';
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

/** What is known of a call without a look at its arguments. */
type CallFacts = Pick<LogRecord, 'level' | 'levelName' | 'time' | 'logger' | 'origin'>;

/**
 * A printf-style log call as a record. Each part is made when it is asked for, and once: a breadcrumb needs no parameters,
 * and what runs code of the host's (getters, toJSON) runs where the client is on guard against its logging again.
 */
export abstract class PrintfRecord implements LogRecord {
  readonly level: Level;
  readonly levelName: string;
  readonly time: number;
  readonly logger: string | undefined;
  readonly origin: string;
  readonly #values: readonly unknown[];
  readonly #clean: Clean;
  #arguments: PrintfArguments | undefined;
  #fields: ArgumentFields | undefined;
  #message: string | undefined;

  constructor({ level, levelName, time, logger, origin }: CallFacts, values: readonly unknown[], clean: Clean) {
    this.level = level;
    this.levelName = levelName;
    this.time = time;
    this.logger = logger;
    this.origin = origin;
    this.#values = values;
    this.#clean = clean;
  }

  get message(): string {
    this.#message ??= this.rendered(this.#clean) ?? this.#text();
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
    if (this.rendersItself || !isLight(this.#args) || this.data !== undefined) return undefined;
    return new LaterText(keptArguments(this.#args), this.logger, this.#clean);
  }

  protected abstract readFields(args: PrintfArguments): ArgumentFields;

  /** Whether the host makes the text in a way of its own. */
  protected get rendersItself(): boolean {
    return false;
  }

  /** That text. */
  protected rendered(_clean: Clean): string | undefined {
    return undefined;
  }

  get #args(): PrintfArguments {
    this.#arguments ??= readArguments(this.#values);
    return this.#arguments;
  }

  get #read(): ArgumentFields {
    this.#fields ??= this.readFields(this.#args);
    return this.#fields;
  }

  #text(): string {
    const { template, words } = this.#args;
    const { error } = this.#read;
    const isSilent = template === undefined && words.length === 0;
    return isSilent && isError(error) ? errorText(error) : printfText(this.#args, this.#clean);
  }
}
