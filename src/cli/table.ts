import type { View } from '../inbox/view.js';

/** Between two columns. */
const GAP = '  ';

/** A table with a dim head: the first column to the left, all others, which are amounts, to the right. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[], view: View): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join(GAP);
  return [view.paint('dim', line(head)), ...rows.map(line)].map((text) => `${text}\n`).join('');
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
