/** A stretch of a text and what takes its place. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

/** A text that is edited from its beginning to its end. */
export class Edits {
  readonly #text: string;
  #result = '';
  #done = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Up to here the text is done. */
  get done(): number {
    return this.#done;
  }

  /** The text with the edits; the text itself where there are none. */
  get result(): string {
    return this.#done === 0 ? this.#text : this.#result + this.#text.slice(this.#done);
  }

  add({ from, to, by }: Edit): void {
    this.#result += this.#text.slice(this.#done, from) + by;
    this.#done = to;
  }
}

/** The text with the edits that `find` makes of the matches of a global pattern; the search goes on behind each edit. */
export function replaceEach(text: string, pattern: RegExp, find: (match: RegExpExecArray) => Edit | undefined): string {
  const edits = new Edits(text);
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const edit = find(match);
    if (edit === undefined) continue;
    edits.add(edit);
    pattern.lastIndex = Math.max(edit.to, match.index + 1);
  }
  return edits.result;
}

/** The match of a sticky pattern at one place. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
