import { types } from 'node:util';
import { describePrimitive } from '../scrub/describe.js';

/** What one thrown value says about itself; read with care, not yet clean. */
export interface ErrorFacts {
  /** The class's name; `NonError` for a thrown value that is no error. */
  readonly type: string;
  /** The message. */
  readonly value: string;
  readonly stack?: string | undefined;
  /** How many characters of `stack` are name and message; undefined where the stack does not repeat the message. */
  readonly headLength?: number | undefined;
  /** The other properties (`code`, `status`), by reference; of a value that is no error: itself, as `__serialized__`. */
  readonly own: Readonly<Record<string, unknown>>;
}

/** What an error holds, and where: `cause` or `errors[2]`. An error, or beside errors in a list any value. */
export interface HeldError {
  readonly source: string;
  readonly error: unknown;
}

/** The errors of an error. */
export interface HeldErrors {
  readonly held: readonly HeldError[];
  /** Whether they came in a list. */
  readonly isGroup: boolean;
  /** How many the list has beyond those that were read. */
  readonly more: number;
}

const GENERIC = 'Error';
const MAX_OWN_PROPERTIES = 20;
/** The keys of a value that is no error stand for its message. */
const MAX_LISTED_KEYS = 10;
/** In characters: how much may stand before the message. `vm` and source maps put the faulty line there. */
const HEAD_WINDOW = 2_048;

/** Reads a property of anything; undefined where there is none or a getter throws. */
function read(target: unknown, key: PropertyKey): unknown {
  if ((typeof target !== 'object' && typeof target !== 'function') || target === null) return undefined;
  try {
    return Reflect.get(target, key);
  } catch {
    return undefined;
  }
}

/** An Error of this or another realm, or what a serializer made of one. */
function isErrorLike(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (types.isNativeError(value) || isInstance(value)) return true;
  const hasTwo = typeof read(value, 'stack') === 'string' || typeof read(value, 'name') === 'string';
  return hasTwo && typeof read(value, 'message') === 'string';
}

function isInstance(value: object): boolean {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}

/** The errors an error holds, of a list the first `limit`. A cause or list without errors is an own property instead. */
export function heldErrors(value: unknown, limit: number): HeldErrors {
  if (!isErrorLike(value)) return { held: [], isGroup: false, more: 0 };
  const cause = read(value, 'cause');
  const errors = read(value, 'errors');
  const length = arrayLength(errors);
  const listed = Array.from({ length: Math.min(length, limit) }, (_, index) => read(errors, index));
  const isGroup = listed.some(isErrorLike);
  const held: HeldError[] = isErrorLike(cause) ? [{ source: 'cause', error: cause }] : [];
  if (isGroup) held.push(...listed.map((error, index) => ({ source: `errors[${index}]`, error })));
  return { held, isGroup, more: isGroup ? length - listed.length : 0 };
}

/** 0 for what is no array; a Proxy of one may name any length. */
function arrayLength(value: unknown): number {
  try {
    return Array.isArray(value) && Number.isSafeInteger(value.length) ? Math.max(0, value.length) : 0;
  } catch {
    return 0;
  }
}

/** The facts of one thrown value; never throws. `held` are the errors told apart from it. */
export function readFacts(value: unknown, held: readonly HeldError[]): ErrorFacts {
  if (!isErrorLike(value)) return nonErrorFacts(value);
  const message = primitiveText(read(value, 'message'));
  const stack = read(value, 'stack');
  const own = ownProperties(value, held);
  if (typeof stack !== 'string') return { type: className(value) ?? GENERIC, value: message, own };
  const headLength = lengthOfHead(stack, message);
  const type = className(value) ?? headerName(stack, message, headLength) ?? GENERIC;
  return { type, value: message, stack, headLength, own };
}

/** `name`, unless it is the generic one and the class has another; undefined where neither says more than `Error`. */
function className(error: object): string | undefined {
  const name = read(error, 'name');
  return typeof name === 'string' && name !== '' && name !== GENERIC ? name : constructorName(error);
}

function constructorName(value: object): string | undefined {
  const name = read(read(value, 'constructor'), 'name');
  return typeof name === 'string' && !['', GENERIC, 'Object'].includes(name) ? name : undefined;
}

/** V8 writes `Name: message`, and only `message` for an error without a name. */
function lengthOfHead(stack: string, message: string): number | undefined {
  if (message === '') return undefined;
  if (stack.startsWith(`${message}\n`)) return message.length;
  const start = stack.slice(0, HEAD_WINDOW + message.length).indexOf(`: ${message}\n`);
  return start < 0 ? undefined : start + ': '.length + message.length;
}

/** The class as the stack's head spells it: a copy of an error that crossed a process keeps it nowhere else. */
function headerName(stack: string, message: string, headLength: number | undefined): string | undefined {
  if (headLength === message.length) return undefined;
  const messageStart = headLength === undefined ? 0 : headLength - message.length;
  const lineStart = messageStart === 0 ? 0 : stack.lastIndexOf('\n', messageStart - 1) + 1;
  // Node's own errors have their code behind the name: `TypeError [ERR_INVALID_ARG_TYPE]: …`.
  return /^([A-Za-z_$][\w$.]*)(?: \[\w+\])?(?::|\n|$)/.exec(stack.slice(lineStart, lineStart + HEAD_WINDOW))?.[1];
}

function primitiveText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

function ownProperties(error: object, held: readonly HeldError[]): Record<string, unknown> {
  const told = new Set(['name', 'message', 'stack', ...held.map(({ source }) => source.split('[', 1)[0])]);
  // Not enumerable on an Error, yet it may be a plain value: `new Error('…', { cause: { status: 503 } })`.
  const keys = new Set([...keysOf(error).slice(0, MAX_OWN_PROPERTIES), 'cause', 'errors']);
  const entries: [string, unknown][] = [];
  for (const key of keys) {
    const value = told.has(key) ? undefined : read(error, key);
    if (value !== undefined && typeof value !== 'function') entries.push([key, value]);
  }
  return Object.fromEntries(entries);
}

/** The names of a value's own fields; none for what has one per element. */
function keysOf(value: object): string[] {
  try {
    const isIndexed = Array.isArray(value) || ArrayBuffer.isView(value) || types.isBoxedPrimitive(value);
    return isIndexed ? [] : Object.keys(value);
  } catch {
    return [];
  }
}

/** Sentry's words for thrown values that are no errors, so that the texts of their issues stay the same. */
function nonErrorFacts(value: unknown): ErrorFacts {
  const type = 'NonError';
  if (typeof value !== 'object' || value === null) return { type, value: describe(value), own: {} };
  const own = { __serialized__: value };
  const message = read(value, 'message');
  if (typeof message === 'string') return { type, value: message, own };
  const name = constructorName(value);
  const keys = keysOf(value).sort().slice(0, MAX_LISTED_KEYS).join(', ');
  const label = name === undefined ? 'Object' : `'${name}'`;
  return { type, value: `${label} captured as exception with keys: ${keys || '[object has no keys]'}`, own };
}

function describe(value: unknown): string {
  const hasWord = typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function';
  return hasWord ? describePrimitive(value) : String(value);
}
