import { format } from 'node:util';
import { detach } from '../scrub/detach.js';
import type { JsonValue } from '../scrub/walk.js';
import { isError, messageText, readField } from './fields.js';

/** What a printf-style log call was given, told apart. Holds the caller's values: to be read at once. */
export interface PrintfArguments {
  /** The first argument where it is a text; it may have placeholders. */
  readonly template: string | undefined;
  /** What fills the template's placeholders, then what stands behind it in the text, in order. */
  readonly words: readonly unknown[];
  /** The first Error. */
  readonly error: Error | undefined;
  /** Plain objects beyond the placeholders: their fields are the record's. */
  readonly fields: readonly object[];
  /** Lists and instances beyond the placeholders, and what is beyond all bounds. */
  readonly others: readonly unknown[];
}

/** Makes a value fit to stand in a text: plain, bounded, without secrets. */
export type Clean = (value: unknown) => JsonValue;

/** Each argument in a text costs a walk; nobody reads a line of more. */
export const MAX_ARGUMENTS: number = 100;
/** In characters: longer texts are cut by the walk, and no template is as long. */
const LONG = 8_192;

/** What may follow the percent sign. */
const PLACEHOLDERS = 'sdijfoOc';

/** Of texts that are kept until they are needed: most words, and their length in characters. */
const FEW = 10;
const SHORT = 512;

const NONE: readonly never[] = [];

/** Tells the arguments apart by the rules of `util.format`, but for plain objects: beyond the placeholders they are data. */
export function readArguments(args: readonly unknown[]): PrintfArguments {
  const first = args[0];
  const template = typeof first === 'string' && (first.length <= LONG || args.length === 1) ? first : undefined;
  const start = template === undefined ? 0 : 1;
  const end = Math.min(args.length, MAX_ARGUMENTS);
  const filling = template === undefined || end === start ? start : start + countPlaceholders(template);
  let words: readonly unknown[] = NONE;
  let fields: readonly object[] = NONE;
  let others: readonly unknown[] = args.length > end ? args.slice(end) : NONE;
  let error: Error | undefined;
  for (let index = start; index < end; index++) {
    const value = args[index];
    const kind = kindOf(value);
    if (kind === 'error') error ??= value as Error;
    if (kind === 'primitive' || kind === 'error' || index < filling) words = append(words, value);
    else if (kind === 'plain') fields = append(fields, value as object);
    else others = append(others, value);
  }
  return { template, words, error, fields, others };
}

/** Most calls have none or one of a kind. */
function append<T>(list: readonly T[], value: T): readonly T[] {
  return list.length === 0 ? [value] : list.concat([value]);
}

/** What `util.format` would print, but: Errors without their stacks, objects as clean copies, data left out or named. */
export function printfText({ template, words, fields, others }: PrintfArguments, clean: Clean): string {
  if (words.length === 0) return template ?? messageText(fields[0] ?? others[0]);
  const text = formatSafely(
    template ?? '',
    words.map((word) => printable(word, clean)),
  );
  return template === undefined ? text.slice(1) : text;
}

function formatSafely(template: string, words: readonly unknown[]): string {
  try {
    return format(template, ...words);
  } catch {
    // Even a plain copy has no number where one of its fields is called `toString`.
    return format(template, ...words.map((word) => (typeof word === 'object' ? JSON.stringify(word) : word)));
  }
}

/** Whether the text is still to be made, and of few short primitives: they may be kept until it is needed. */
export function isLight({ template, words }: PrintfArguments): boolean {
  if (words.length === 0 || words.length > FEW || (template !== undefined && template.length > SHORT)) return false;
  return words.every((word) => (typeof word === 'string' ? word.length <= SHORT : isPlainPrimitive(word)));
}

/** The arguments of a light text, for keeping. */
export function keptArguments(light: PrintfArguments): PrintfArguments {
  const words = light.words.map((word) => (typeof word === 'string' ? detach(word) : word));
  return { ...light, template: light.template && detach(light.template), words };
}

/** Whether the host wrote an object into the text, as it is: no rule about keys can read it there. */
export function fillsObjects(template: string, params: readonly unknown[]): boolean {
  return params.some(isObject) && fillers(template, params).some(isObject);
}

/** The text that the template and what fills it make, of clean copies. */
export function filledText(template: string, params: readonly unknown[], clean: Clean): string {
  return printfText(readArguments([template, ...fillers(template, params)]), clean);
}

function fillers(template: string, params: readonly unknown[]): readonly unknown[] {
  return params.slice(0, countPlaceholders(template));
}

function isObject(value: unknown): boolean {
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}

/** What filled the template or followed it; undefined where nothing did. Errors are parameters by their texts. */
export function printfParams({ template, words }: PrintfArguments): readonly unknown[] | undefined {
  if (template === undefined || words.length === 0) return undefined;
  return words.map((word) => (kindOf(word) === 'error' ? errorText(word as Error) : word));
}

/** A value as `format` may have it: the host's own objects never get there, it would call their methods. */
export function printable(value: unknown, clean: Clean): unknown {
  if (isPlainPrimitive(value) || (typeof value === 'string' && value.length <= LONG)) return value;
  return kindOf(value) === 'error' ? errorText(value as Error) : clean(value);
}

/** Not symbols, functions and BigInts, whose texts may be of any length. */
function isPlainPrimitive(value: unknown): boolean {
  return value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean';
}

function kindOf(value: unknown): 'primitive' | 'plain' | 'error' | 'other' {
  if (value === null || typeof value !== 'object') return 'primitive';
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null) {
      // What speaks for itself is more than its fields.
      return Object.hasOwn(value, 'toJSON') ? 'other' : 'plain';
    }
  } catch {
    // A Proxy may refuse even that.
    return 'other';
  }
  return isError(value) ? 'error' : 'other';
}

/** How many arguments the template takes. `%%` takes none. */
function countPlaceholders(template: string): number {
  let count = 0;
  for (let at = template.indexOf('%'); at >= 0; at = template.indexOf('%', at + 2)) {
    if (PLACEHOLDERS.includes(template.charAt(at + 1) || ' ')) count += 1;
  }
  return count;
}

/** An Error as it may stand in a text: its stack belongs to the event's exception. */
export function errorText(error: Error): string {
  const [name, message] = [readField(error, 'name'), readField(error, 'message')];
  const type = typeof name === 'string' && name !== '' ? name : 'Error';
  return typeof message === 'string' && message !== '' ? `${type}: ${message}` : type;
}
