import { hostname } from 'node:os';
import type { RecordContext } from '../record.js';
import { messageText, splitFields } from './fields.js';
import { isSerialized } from './pino-error.js';
import type { PinoLevels } from './pino-levels.js';
import { ERROR_KEYS, type LineKeys } from './pino-logger.js';
import { type CarriedScope, carriedScope, SCOPE_KEY } from './pino-scope.js';
import { timeOf } from './pino-time.js';

/** The fields of one line of a pino log. */
export type LineFields = Readonly<Record<string, unknown>>;

/** What a line says beside its level and time. */
export interface LineContent {
  readonly message: string;
  readonly logger: string;
  readonly data: Record<string, unknown>;
  readonly context: RecordContext | undefined;
  /** What stands in an error's place: as pino's serializers write it, or censored. */
  readonly error: unknown;
}

const LEVEL_KEYS = ['level', 'severity'];
const TIME_KEYS = ['time', 'timestamp', '@timestamp'];
/** A key and nothing else: in a text quotes are escaped. */
const NAME_KEY = '"name"';
/** The name of loggers without one. */
const NO_NAME = 'pino';
const HOSTNAME: string = hostname();

/** The fields of a line; undefined where it is not a JSON object. */
export function parseLine(line: string): LineFields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as LineFields) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Sorts the fields of a line. What says nothing beyond the record itself is left out: level, time, message, logger name,
 * and process id and host name where they are those of this process.
 *
 * @param errorKey where the error is, if that is known; else it is looked for
 */
export function readContent(fields: LineFields, keys: LineKeys, levels: PinoLevels, errorKey?: string): LineContent {
  const nested = keys.nestedKey === undefined ? undefined : objectAt(fields, keys.nestedKey);
  const own = nested === undefined ? fields : { ...fields, ...nested };
  const message = fields[keys.messageKey];
  const { name } = fields;
  const found = errorKey ?? errorKeyOf(own, keys.errorKey);
  const levelKey = levelKeyOf(fields, levels);
  const timeKey = timeKeyOf(fields);
  const omitted = (key: string): boolean =>
    key === levelKey ||
    key === timeKey ||
    key === found ||
    key === SCOPE_KEY ||
    (key === keys.messageKey && (message === null || typeof message !== 'object')) ||
    (key === 'name' && typeof name === 'string') ||
    (key === 'pid' && own[key] === process.pid) ||
    (key === 'hostname' && own[key] === HOSTNAME) ||
    (key === keys.nestedKey && nested !== undefined);
  const { data, context } = splitFields(own, omitted);
  return {
    message: messageText(message),
    logger: typeof name === 'string' && name !== '' ? name : NO_NAME,
    data,
    context,
    error: found === undefined ? undefined : own[found],
  };
}

/**
 * The logger of a line of pino's, by its text: names stand in front, among what all lines of a logger share. Undefined
 * where only parsing can tell.
 */
export function loggerOfLine(line: string): string | undefined {
  const at = line.indexOf(NAME_KEY);
  if (at < 0) return NO_NAME;
  const start = at + NAME_KEY.length + 2;
  const isText = line.startsWith(':"', start - 2) && /[{,]/.test(line.charAt(at - 1));
  const object = line.indexOf('{', 1);
  // Within an object it is the name of something else, and of two the last counts.
  if (!isText || (object >= 0 && object < at) || line.indexOf(NAME_KEY, start) >= 0) return undefined;
  const name = line.slice(start, line.indexOf('"', start));
  return name.includes('\\') ? undefined : name || NO_NAME;
}

/** The key of the level: `formatters.level` may rename it and write a label, but it stays first. */
export function levelKeyOf(fields: LineFields, levels: PinoLevels): string | undefined {
  const named = LEVEL_KEYS.find((key) => typeof fields[key] === 'number' || levels.knows(fields[key]));
  const [first] = Object.keys(fields);
  return named ?? (first !== undefined && levels.knows(fields[first]) ? first : undefined);
}

/**
 * Where the fields of a call are, in a line of a logger that does not tell its `nestedKey`: where the error lies, or what
 * `scopeMixin` adds.
 */
export function guessNestedKey(fields: LineFields, errorKey: string): string | undefined {
  if (SCOPE_KEY in fields || serializedAt(fields, errorKey) !== undefined) return undefined;
  return Object.keys(fields).find((key) => {
    const inner = objectAt(fields, key) ?? {};
    return carriedScope(inner[SCOPE_KEY]) !== undefined || serializedAt(inner, errorKey) !== undefined;
  });
}

/** What a line carries of the scope it was written in. */
export function scopeIn(fields: LineFields, { nestedKey }: LineKeys): CarriedScope | undefined {
  const holder = nestedKey === undefined ? fields : objectAt(fields, nestedKey);
  return carriedScope(holder?.[SCOPE_KEY]);
}

/** When a line was written, in ms since the epoch; `now` tells where it does not say. */
export function lineTime(fields: LineFields, now: () => number): number {
  const key = timeKeyOf(fields);
  return key === undefined ? now() : timeOf(fields[key], now);
}

function timeKeyOf(fields: LineFields): string | undefined {
  return TIME_KEYS.find((key) => typeof fields[key] === 'number' || typeof fields[key] === 'string');
}

/** The key of the error. At a key that does not promise one, a type is no sign of an error; a stack is. */
function errorKeyOf(fields: LineFields, errorKey: string): string | undefined {
  const promised = [errorKey, ...ERROR_KEYS].find((key) => serializedAt(fields, key) !== undefined);
  return promised ?? Object.keys(fields).find((key) => typeof serializedAt(fields, key)?.['stack'] === 'string');
}

function serializedAt(fields: LineFields, key: string): LineFields | undefined {
  const value = objectAt(fields, key);
  return isSerialized(value) ? value : undefined;
}

function objectAt(fields: LineFields, key: string): LineFields | undefined {
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined;
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as LineFields) : undefined;
}
