/** Units of time, the largest first. */
const TIME_UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];
const BYTE_UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A number of bytes with its unit: `3.4 MiB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const amount = bytes / 1024 ** power;
  return `${power === 0 ? bytes : amount.toFixed(1)} ${BYTE_UNITS[power]}`;
}

/** How long ago something was, in its largest unit: `3 h`. What lies ahead, as clocks differ, is now. */
export function formatAge(ms: number): string {
  const [unit, size] = TIME_UNITS.find(([, length]) => ms >= length) ?? ['s', 1_000];
  return `${Math.max(0, Math.floor(ms / size))} ${unit}`;
}

/** `1 record`, `2 records`. */
export function count(quantity: number, noun: string): string {
  return `${quantity} ${noun}${quantity === 1 ? '' : 's'}`;
}

/** What a ledger's quantities count, in words: `2 errors, 5 logs`; `nothing` where all are 0. */
export function formatQuantities(quantities: Iterable<readonly [category: string, quantity: number]>): string {
  const parts = [...quantities].flatMap(([category, quantity]) =>
    quantity === 0 ? [] : [count(quantity, category === 'log_item' ? 'log' : category)],
  );
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
