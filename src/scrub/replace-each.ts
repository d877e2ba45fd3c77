/** A stretch of a text and what takes its place. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

/**
 * The text with the edits that `find` makes of the matches of a global pattern; the search goes on behind each edit.
 *
 * @param find hears of the match and up to where the text is done
 */
export function replaceEach(
  text: string,
  pattern: RegExp,
  find: (match: RegExpExecArray, done: number) => Edit | undefined,
): string {
  let result = '';
  let done = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const edit = find(match, done);
    if (edit === undefined) continue;
    result += text.slice(done, edit.from) + edit.by;
    done = edit.to;
    pattern.lastIndex = Math.max(done, match.index + 1);
  }
  return done === 0 ? text : result + text.slice(done);
}

/** The match of a sticky pattern at one place. */
export function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
