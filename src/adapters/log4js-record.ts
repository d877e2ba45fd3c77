import type { LoggingEvent } from 'log4js';
import type { Level } from '../protocol/level.js';
import type { ArgumentFields } from './argument-fields.js';
import { readFields } from './log4js-fields.js';
import type { Render } from './log4js-layout.js';
import { levelName } from './log4js-levels.js';
import type { Clean, PrintfArguments } from './printf-arguments.js';
import { PrintfRecord } from './printf-record.js';

/** A logging event as a record. */
export class Log4jsRecord extends PrintfRecord {
  readonly #event: LoggingEvent;
  readonly #render: Render | undefined;

  constructor(event: LoggingEvent, level: Level, clean: Clean, render?: Render) {
    const { startTime, categoryName } = event;
    const facts = {
      level,
      levelName: levelName(event.level),
      time: startTime instanceof Date ? startTime.getTime() : Date.now(),
      logger: typeof categoryName === 'string' ? categoryName : undefined,
      origin: 'log4js',
    };
    super(facts, listOf(event.data), clean);
    this.#event = event;
    this.#render = render;
  }

  protected override readFields(args: PrintfArguments): ArgumentFields {
    return readFields(this.#event, args);
  }

  protected override get rendersItself(): boolean {
    return this.#render !== undefined;
  }

  protected override rendered(clean: Clean): string | undefined {
    return this.#render?.(this.#event, clean);
  }
}

/** A hand-made event may lack its arguments. */
function listOf(data: unknown): readonly unknown[] {
  return Array.isArray(data) ? data : [];
}
