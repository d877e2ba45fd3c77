import type { Format, View } from '../inbox/view.js';

/** A label, what it is about, and how the label is painted; default dim. */
export type Row = readonly [label: string, text: string, format?: Format];

/** The column where the texts start. */
export const LABEL_WIDTH = 12;

/** A table of labels and texts, one line each. */
export function formatRows(rows: readonly Row[], view: View): string {
  return rows
    .map(([label, text, format = 'dim']) => `${view.paint(format, label.padEnd(LABEL_WIDTH))}${text}\n`)
    .join('');
}
