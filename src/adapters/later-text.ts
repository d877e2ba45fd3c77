import type { LaterContent, RecordContent } from '../record.js';
import { type Clean, type PrintfArguments, printfText } from './printf-arguments.js';

/** A light text that is made when an event needs it. */
export class LaterText implements LaterContent {
  readonly #args: PrintfArguments;
  readonly #logger: string | undefined;
  readonly #clean: Clean;

  /** `args`: for keeping. */
  constructor(args: PrintfArguments, logger: string | undefined, clean: Clean) {
    this.#args = args;
    this.#logger = logger;
    this.#clean = clean;
  }

  read(): RecordContent {
    return { message: printfText(this.#args, this.#clean), logger: this.#logger, data: undefined };
  }

  repeats(before: LaterContent): boolean {
    if (!(before instanceof LaterText) || before.#logger !== this.#logger) return false;
    const { template, words } = before.#args;
    const own = this.#args;
    return (
      template === own.template &&
      words.length === own.words.length &&
      words.every((word, index) => Object.is(word, own.words[index]))
    );
  }
}
