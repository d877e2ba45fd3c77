import { StringDecoder } from 'node:string_decoder';

/** In UTF-16 units; a longer line is no record of anybody's, and waiting for its end would fill the memory. */
const MAX_LINE = 16 * 1_024 * 1_024;

/** Cuts chunks into lines, wherever the chunks end. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  /** Inside a line that is too long: all of it is left out. */
  #skips = false;

  /** `onLine` gets each line without its end; a line that is too long as far as it came. */
  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: unknown): void {
    const text = chunk instanceof Uint8Array ? this.#decoder.write(chunk) : String(chunk);
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#finish(text.slice(start, end));
      start = end + 1;
    }
    if (this.#skips) return;
    this.#rest += text.slice(start);
    if (this.#rest.length <= MAX_LINE) return;
    this.#finish('');
    this.#skips = true;
  }

  /** The last line may lack its end. */
  end(): void {
    this.#finish(this.#decoder.end());
  }

  #finish(text: string): void {
    const line = this.#rest + text;
    this.#rest = '';
    if (!this.#skips) this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    this.#skips = false;
  }
}
