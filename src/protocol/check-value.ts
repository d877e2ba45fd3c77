import type { Report } from './finding.js';

/** The levels of events; logs and hosts know others. */
const LEVELS: readonly unknown[] = ['fatal', 'error', 'warning', 'info', 'debug'];

/** RFC 3339, with or without its zone. */
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/i;

/** Whether a text has more than `max` characters. */
export function isLonger(text: string, max: number): boolean {
  return text.length > max && [...text].length > max;
}

/** What a value takes as JSON, in bytes of UTF-8. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

/** Checks that something is a text of at most `max` characters; what is absent is fine. True: it is such a text. */
export function checkText(value: unknown, path: string, max: number, report: Report): value is string {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'string') report('drop', path, 'is no text');
  else if (isLonger(value, max)) report('cut', path, `is longer than ${max} characters`);
  else return true;
  return false;
}

/** The items of a list, bare or in the `values` of an object, as the protocol knows both; none where there is neither. */
export function listAt(value: unknown, path: string, report: Report): readonly unknown[] {
  if (value === undefined || value === null) return [];
  const list: unknown = Array.isArray(value) ? value : (value as { readonly values?: unknown }).values;
  if (Array.isArray(list)) return list;
  report('drop', path, 'is no list');
  return [];
}

/** Checks that something is a level of events; what is absent is fine. */
export function checkLevel(value: unknown, path: string, report: Report): void {
  if (value !== undefined && value !== null && !LEVELS.includes(value))
    report('refuse', path, `is none of ${LEVELS.join(', ')}`);
}

/** Checks that something is a time; what is absent is fine. */
export function checkTime(value: unknown, path: string, report: Report): void {
  if (value === undefined || value === null) return;
  const isTime = typeof value === 'number' ? value >= 0 : typeof value === 'string' && TIME.test(value);
  if (!isTime) report('replace', path, 'is neither seconds since the epoch nor RFC 3339');
}

/** Checks how large a value is as JSON, in bytes, and how deep. */
export function checkSize(value: unknown, path: string, maxBytes: number, maxDepth: number, report: Report): void {
  if (jsonBytes(value) > maxBytes) report('cut', path, `is larger than ${maxBytes / 1024} KiB`);
  if (isDeeper(value, maxDepth)) report('cut', path, `is nested deeper than ${maxDepth}`);
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}
