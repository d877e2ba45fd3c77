import { readFacts } from '../event/error-facts.js';
import { isError, readField } from './fields.js';

type Fields = Readonly<Record<string, unknown>>;

/** How pino's `err` serializer joins stacks. It joins messages with `: `. */
const CAUSED_BY = '\ncaused by: ';
/** Errors of one list, and causes in a row, that are read; events tell no more either. */
const MAX_ERRORS = 10;
/** What pino's serializers write of every error; all else are properties of its own. */
const TOLD = new Set(['type', 'name', 'message', 'stack', 'aggregateErrors']);

/** Whether a value of a line is what a serializer of pino's makes of an error. */
export function isSerialized(value: unknown): value is Fields {
  if (value === null || typeof value !== 'object') return false;
  const { type, message, stack } = value as Fields;
  return typeof message === 'string' && (typeof stack === 'string' || (typeof type === 'string' && type !== 'Object'));
}

/** An error out of its serialized form, with the causes that the `err` serializer joined into its texts. */
export function fromSerialized(told: Fields, depth = 0): Fields {
  const { type, name, message, stack, aggregateErrors, cause } = told;
  const stacks = typeof stack === 'string' ? stack.split(CAUSED_BY, MAX_ERRORS) : [];
  const [text, ...texts] = splitMessage(typeof message === 'string' ? message : '', stacks.slice(1));
  return {
    ...ownFields(told),
    name: name ?? type,
    message: text,
    stack: stacks[0],
    ...(isSerialized(cause) ? { cause: readTold(cause, depth + 1) } : joinedCause(texts, stacks)),
    ...(Array.isArray(aggregateErrors)
      ? { errors: firstOf(aggregateErrors, (error) => readTold(error, depth + 1)) }
      : {}),
  };
}

/** What a logger does with an Error on its way into the line. */
export interface Writing {
  /** Whether it hides nothing, so that a text which is not in the line was just not written. */
  readonly plain: boolean;
  /** Whether it hides no property: pino's `err` serializer writes those of an error, but not those of its causes. */
  readonly whole: boolean;
}

/** Whether the line has all properties of an Error, and its causes only in its texts. */
export function tellsAll(raw: Error, told: unknown): boolean {
  if (told === null || typeof told !== 'object' || Object.hasOwn(told, 'cause')) return false;
  // JSON has no words for the others.
  const isWritten = (key: string): boolean => !['undefined', 'function', 'symbol'].includes(typeof readField(raw, key));
  return keysOf(raw).every((key) => Object.hasOwn(told, key) || !isWritten(key));
}

/**
 * A copy of an Error as far as the line tells it: class, frames and structure are the Error's own; every text and
 * property is the line's, which the logger may have redacted.
 *
 * @param told what the line holds in the Error's place
 */
export function fromRaw(raw: Error, told: unknown, writing: Writing, seen: Map<Error, object> = new Map()): unknown {
  const known = seen.get(raw);
  if (known !== undefined) return known;
  if (seen.size > MAX_ERRORS) return readTold(told);
  const copy: object = Object.create(Object.getPrototypeOf(raw));
  seen.set(raw, copy);
  const line: Fields = told !== null && typeof told === 'object' ? (told as Fields) : { message: told };
  const split = fromSerialized(line);
  const { type, value, stack, headLength } = readFacts(raw, []);
  // Where the line has this very text, the message of each cause may be taken from the Error.
  const plain = writing.plain || line['message'] === joinedMessage(raw);
  const message = plain ? value : String(split['message']);
  for (const [key, field] of Object.entries(ownFields(line))) define(copy, key, field, true);
  define(copy, 'name', type);
  define(copy, 'message', message);
  if (stack !== undefined) define(copy, 'stack', `${type}: ${message}${framesOf(stack, headLength)}`);
  const cause = readField(raw, 'cause');
  if (isError(cause)) define(copy, 'cause', causeOf(cause, split['cause'], { ...writing, plain }, seen));
  else if (isSerialized(split['cause'])) define(copy, 'cause', split['cause']);
  const errors = readField(raw, 'errors');
  if (Array.isArray(errors)) define(copy, 'errors', copiesOf(errors, line, writing, seen));
  return copy;
}

/** The cause with the texts of the line, and with properties of its own where the line has just no place for them. */
function causeOf(cause: Error, told: unknown, writing: Writing, seen: Map<Error, object>): unknown {
  if (!writing.whole || (told !== undefined && !isSerialized(told))) return fromRaw(cause, told, writing, seen);
  const own = Object.fromEntries(keysOf(cause).map((key) => [key, readField(cause, key)]));
  return fromRaw(cause, { ...own, ...told }, writing, seen);
}

function copiesOf(errors: readonly unknown[], line: Fields, writing: Writing, seen: Map<Error, object>): unknown[] {
  const told = line['aggregateErrors'] ?? line['errors'];
  return firstOf(errors, (error, index) => {
    const toldError: unknown = Array.isArray(told) ? told[index] : undefined;
    return isError(error) ? fromRaw(error, toldError, writing, seen) : readTold(toldError);
  });
}

/** The message as pino's `err` serializer writes it. */
function joinedMessage(error: object, seen: Set<object> = new Set()): string {
  const own = readField(error, 'message');
  const message = typeof own === 'string' ? own : '';
  if (seen.has(error)) return `${message}: ...`;
  // A text of so many parts need not be told apart.
  if (seen.size > 10 * MAX_ERRORS) return message;
  seen.add(error);
  const cause = readField(error, 'cause');
  const joins = cause !== null && typeof cause === 'object' && typeof readField(cause, 'message') === 'string';
  return joins ? `${message}: ${joinedMessage(cause, seen)}` : message;
}

/**
 * The message of an error and of its causes, of which each stack begins with its own. Where they do not fit, one was
 * changed or redacted: then the whole stays with the error, and the causes have none.
 */
function splitMessage(message: string, causes: readonly string[]): string[] {
  const texts = causes.map(headOf);
  const tail = texts.map((text) => `: ${text}`).join('');
  if (!message.endsWith(tail)) return [message, ...texts.map(() => '')];
  return [message.slice(0, message.length - tail.length), ...texts];
}

/** The message at the head of a stack: behind the class's name. */
function headOf(stack: string): string {
  const end = stack.search(/\n\s+at /);
  const head = end < 0 ? stack : stack.slice(0, end);
  const name = /^[A-Za-z_$][\w$.]*(?: \[\w+\])?(?:: |$)/.exec(head)?.[0] ?? '';
  return head.slice(name.length);
}

/** The chain of causes whose texts are `texts`; their stacks stand behind the first of `stacks`. */
function joinedCause(texts: readonly string[], stacks: readonly string[], at = 0): { readonly cause?: Fields } {
  const message = texts[at];
  if (message === undefined) return {};
  return { cause: { message, stack: stacks[at + 1], ...joinedCause(texts, stacks, at + 1) } };
}

/** The frames of a stack: what is above them may be a message that the line does not show. */
function framesOf(stack: string, headLength = 0): string {
  const below = stack.slice(headLength);
  const start = below.search(/^[ \t]*at /m);
  return start < 0 ? '' : `\n${below.slice(start)}`;
}

function ownFields(told: Fields): Fields {
  const isOwn = (key: string): boolean => !TOLD.has(key) && !(key === 'cause' && isSerialized(told[key]));
  return Object.fromEntries(Object.entries(told).filter(([key]) => isOwn(key)));
}

/** The names of an Error's properties, but for what is told of every error and what it holds. */
function keysOf(error: Error): string[] {
  try {
    return Object.keys(error).filter((key) => !TOLD.has(key) && key !== 'cause' && key !== 'errors');
  } catch {
    // A Proxy's trap.
    return [];
  }
}

function readTold(told: unknown, depth = 0): unknown {
  return isSerialized(told) && depth < MAX_ERRORS ? fromSerialized(told, depth) : told;
}

/** The first errors of a list; the rest are holes, which events count and do not read. */
function firstOf(errors: readonly unknown[], read: (error: unknown, index: number) => unknown): unknown[] {
  const first = errors.slice(0, MAX_ERRORS).map(read);
  first.length = errors.length;
  return first;
}

function define(target: object, key: string, value: unknown, enumerable = false): void {
  Object.defineProperty(target, key, { value, enumerable, configurable: true, writable: true });
}
