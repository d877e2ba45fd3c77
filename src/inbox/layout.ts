import { printable } from './printable.js';
import type { Format, View } from './view.js';

/** Everything but the time of the first line stands right of this column. */
const INDENT = 10;
const LABEL_WIDTH = 13;

const LEVEL_FORMATS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['fatal', 'red'],
  ['error', 'red'],
  ['warning', 'yellow'],
  ['warn', 'yellow'],
  ['info', 'blue'],
]);

/** `14:03:22  error  checkout`: local time, what it is, whose it is. */
export function heading(receivedAt: string, kind: string, note: string | undefined, view: View): string {
  const time = new Date(receivedAt).toTimeString().slice(0, INDENT - 2);
  const word = printable(kind, 20);
  const tail = note === undefined ? '' : `  ${printable(note, textWidth(view) - word.length - 2)}`;
  return `${view.paint('dim', time)}  ${paintLevel(word, view)}${tail}`;
}

/** A line below the heading. The text must be printable and fit `textWidth` already, as colours would count. */
export function line(text: string): string {
  return `${' '.repeat(INDENT)}${text}`;
}

/** A line with a label: `tags         region=eu-1`. The text must be printable and fit `detailWidth` already. */
export function detail(label: string, text: string, view: View): string {
  return line(`${view.paint('dim', label.padEnd(LABEL_WIDTH))}${text}`);
}

/** A level in its colour; the unremarkable ones are dim. */
export function paintLevel(level: string, view: View): string {
  return view.paint(LEVEL_FORMATS.get(level.trim()) ?? 'dim', level);
}

/** The columns there are for a line below the heading. */
export function textWidth(view: View): number {
  return view.width - INDENT;
}

/** The columns there are right of a label. */
export function detailWidth(view: View): number {
  return textWidth(view) - LABEL_WIDTH;
}
