/** A source file in memory: its lines can be had by their numbers without a walk through it. */
export class SourceText {
  readonly #text: string;
  /** Where each line begins. */
  readonly #starts: Uint32Array;

  constructor(text: string) {
    const starts = [0];
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
    this.#text = text;
    this.#starts = Uint32Array.from(starts);
  }

  /** In UTF-16 units. */
  get length(): number {
    return this.#text.length;
  }

  /** The line of a 1-based number, without its end; undefined where there is none. */
  line(number: number): string | undefined {
    const start = this.#starts[number - 1];
    if (start === undefined) return undefined;
    const next = this.#starts[number];
    const end = next === undefined ? this.#text.length : next - 1;
    return this.#text.slice(start, this.#text[end - 1] === '\r' && end > start ? end - 1 : end);
  }
}
