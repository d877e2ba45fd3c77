/**
 * A name with what may stand between it and its value: the end of its quotes or brackets, `:` or `=`. Names have a bound,
 * and begin where no other name goes on, so that no text takes more than linear time.
 */
const NAMED = /(?<![\w$-])([A-Za-z_$][\w$-]{0,99})["'`]?\]?\s*(?::|=(?![=>]))\s*/g;
const LITERAL = /(["'`])(?:\\.|(?!\1)[^\\])+(?:\1|\\?$)/g;

/** Which texts in source code are secrets. */
export interface LiteralRules {
  /** Whether a variable or key of this name holds one. */
  isSensitive(name: string): boolean;
  /** Stands for it. */
  readonly mask: string;
}

/**
 * Source code with the string literals masked that stand behind a sensitive name, until the end of the line where its
 * value begins: `password: 'x'`, `const apiKey = process.env.KEY ?? 'x'`. Elsewhere a key and its value are told apart by
 * the walk; here all is one text.
 */
export function maskLiterals(code: string, { isSensitive, mask }: LiteralRules): string {
  const parts: string[] = [];
  let end = 0;
  for (const named of code.matchAll(NAMED)) {
    const start = named.index + named[0].length;
    if (start < end || !isSensitive(named[1] ?? '')) continue;
    const lineEnd = code.indexOf('\n', start);
    const stop = lineEnd < 0 ? code.length : lineEnd;
    parts.push(
      code.slice(end, start),
      code.slice(start, stop).replace(LITERAL, (_, quote: string) => quote + mask + quote),
    );
    end = stop;
  }
  return parts.length === 0 ? code : parts.join('') + code.slice(end);
}
