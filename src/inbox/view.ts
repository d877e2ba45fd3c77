import { styleText } from 'node:util';

/** The formats in use; every terminal that knows colours knows these. */
export type Format = 'bold' | 'dim' | 'red' | 'yellow' | 'blue' | 'green' | 'cyan';

/** How to print: the columns there are, and what a format does to a text. */
export interface View {
  readonly width: number;
  paint(format: Format, text: string): string;
}

const DEFAULT_WIDTH = 80;
const MIN_WIDTH = 40;
/** Longer lines are hard to read. */
const MAX_WIDTH = 120;

/** The view for a stream: colours only on a terminal, and not where `NO_COLOR` is set (no-color.org). */
export function viewFor(
  stream: { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined },
  env: Readonly<Record<string, string | undefined>>,
): View {
  const colours = stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return {
    width: Math.min(Math.max(stream.columns ?? DEFAULT_WIDTH, MIN_WIDTH), MAX_WIDTH),
    // `validateStream` would ask process.stdout, which need not be the stream we print to.
    paint: (format, text) => (colours ? styleText(format, text, { validateStream: false }) : text),
  };
}
