import { type Level, SEVERITY } from '../protocol/level.js';
import type { LogRecord } from '../record.js';
import { isError, messageText, readField, type SplitFields, splitFields } from './fields.js';
import { type Clean, filledText, fillsObjects } from './printf-arguments.js';

/** winston's own symbols (triple-beam). */
export const LEVEL: unique symbol = Symbol.for('level');
export const SPLAT: unique symbol = Symbol.for('splat');
/** Where `keepOriginals()` leaves what later formats overwrite. */
export const ORIGINALS: unique symbol = Symbol.for('jackdaw.originals');
/** Where it leaves the Error of a call with nothing else: `format.errors()` puts a copy in its place, with this on it. */
export const ORIGINAL_ERROR: unique symbol = Symbol.for('jackdaw.error');

/** What a log call was given, before any format ran. */
export interface Originals {
  readonly message: unknown;
  readonly splat: readonly unknown[];
}

/** An info as it reaches a transport: whatever the logger's formats left, so every field may be anything. */
export type Info = object & {
  readonly [LEVEL]?: unknown;
  readonly [ORIGINALS]?: Originals;
  readonly [ORIGINAL_ERROR]?: Error;
};

/** Under which keys people pass an Error. `cause` is not among them: winston copies an Error's cause onto the info. */
const ERROR_KEYS = ['error', 'err', 'exception'];
/** What winston adds to an uncaught exception: command line, memory, load. The arguments may hold secrets. */
const EXCEPTION_NOISE: ReadonlySet<string> = new Set([
  'exception',
  'rejection',
  'date',
  'process',
  'os',
  'trace',
  'stack',
]);

/** The level's name without colours: a format may have painted `info.level`, never the symbol. */
export function levelNameOf(info: Info): string {
  const name = info[LEVEL] ?? readField(info, 'level');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ANSI escapes begin with one
  return typeof name === 'string' ? name.replace(/\u001b\[[0-9;]*m/g, '') : '';
}

/** Whether winston made this record of an uncaught exception or an unhandled rejection. */
export function isUncaught(info: Info, level: Level): boolean {
  if (SEVERITY[level] < SEVERITY.error) return false;
  return readField(info, 'exception') === true || readField(info, 'rejection') === true;
}

/** A winston info as a record. Reads only; `now` in ms since the epoch. */
export function toRecord(info: Info, level: Level, levelName: string, now: number, clean: Clean): LogRecord {
  const uncaught = isUncaught(info, level);
  const { data, context, errorKeys } = splitFields(info, uncaught ? isOmittedOfUncaught : isOmitted);
  const found = findError(info, data, errorKeys);
  if (found !== undefined) for (const key of copiedKeys(found, data)) delete data[key];
  const original = templateOf(info[ORIGINALS]);
  const message = readField(info, 'message');
  if (message !== null && typeof message === 'object' && !isError(message)) data['message'] = message;
  const record: LogRecord = {
    level: uncaught ? 'fatal' : level,
    levelName,
    time: now,
    message: messageText(message),
    template: original.template,
    params: original.params,
    error: found?.error,
    logger: loggerOf(info),
    data,
    ownsData: true,
    context,
    handled: !uncaught,
    origin: 'winston',
  };
  return withCleanText(record, clean);
}

/**
 * Objects that `splat()` wrote into the text are written again as clean copies, when the text is needed: the copying may
 * run code of the host's.
 */
function withCleanText(record: LogRecord, clean: Clean): LogRecord {
  const { message, template, params = [] } = record;
  if (template === undefined || message === template || !fillsObjects(template, params)) return record;
  let text: string | undefined;
  return Object.defineProperty(record, 'message', {
    get: () => {
      text ??= filledText(template, params, clean);
      return text;
    },
  });
}

/** What says nothing about the record but what the record already holds, or is winston's own noise. */
function isOmitted(key: string): boolean {
  switch (key) {
    case 'level':
    case 'message':
    case 'timestamp':
    case 'label':
    case 'logger':
    case 'splat':
      return true;
    default:
      return false;
  }
}

function isOmittedOfUncaught(key: string): boolean {
  return isOmitted(key) || EXCEPTION_NOISE.has(key);
}

/** What the data only repeats of the Error. A cause that is no Error is a field of the user's own. */
function copiedKeys({ key = 'stack' }: FoundError, data: SplitFields['data']): readonly string[] {
  return isError(data['cause']) ? ['stack', 'cause', key] : ['stack', key];
}

interface FoundError {
  readonly error: unknown;
  /** The field of the data that holds it. */
  readonly key?: string | undefined;
}

/**
 * The Error behind a record, wherever the call or a format put it, in the order of how much of it is left:
 * the Error itself first, a copy of its fields last.
 */
function findError(info: Info, data: SplitFields['data'], errorKeys: readonly string[]): FoundError | undefined {
  if (isError(info)) return { error: info };
  const message = readField(info, 'message');
  if (isError(message)) return { error: message };
  const originals = info[ORIGINALS];
  const passed = listOf(readField(info, SPLAT)).find(isError);
  const kept = originals && [originals.message, ...originals.splat].find(isError);
  const error = passed ?? kept ?? info[ORIGINAL_ERROR];
  const holding = errorKeys.filter((name) => name !== 'cause' && (error === undefined || data[name] === error));
  const key = ERROR_KEYS.find((name) => holding.includes(name)) ?? holding[0];
  if (error !== undefined) return { error, key };
  return key === undefined ? rebuiltError(info, message) : { error: data[key], key };
}

/** What `format.errors` and child loggers leave of an Error: its fields on the info. */
function rebuiltError(info: Info, message: unknown): FoundError | undefined {
  const stack = readField(info, 'stack');
  if (typeof stack !== 'string' || !/\n\s+at /.test(stack.slice(0, 4_096))) return undefined;
  const name = readField(info, 'name');
  const cause = readField(info, 'cause');
  return {
    error: {
      ...(typeof name === 'string' ? { name } : {}),
      message: messageText(message),
      stack,
      ...(cause === undefined ? {} : { cause }),
    },
  };
}

/** The text before its placeholders were filled, and what filled them; undefined where there were none to fill. */
function templateOf(originals: Originals | undefined): Pick<LogRecord, 'template' | 'params'> {
  const { message, splat = [] } = originals ?? {};
  if (typeof message !== 'string' || splat.length === 0) return {};
  const placeholders = message.match(/%[%scdjifoO]/g)?.filter((token) => token !== '%%') ?? [];
  return placeholders.length === 0 ? {} : { template: message, params: splat.slice(0, placeholders.length) };
}

function loggerOf(info: Info): string {
  const name = readField(info, 'label') ?? readField(info, 'logger');
  return typeof name === 'string' && name !== '' ? name : 'winston';
}

/** The value where it is a list, else an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
