import type { LoggingEvent } from 'log4js';
import type { LogRecord } from '../record.js';
import { LIFTED_KEYS, readField, type SplitFields, splitFields } from './fields.js';
import { errorText, type PrintfArguments } from './printf-arguments.js';

/** What a logging event holds besides its text. */
export type Log4jsFields = Pick<LogRecord, 'data' | 'ownsData' | 'context' | 'error'>;

/** Under which keys people pass an Error. */
const ERROR_KEYS = ['err', 'error', 'exception'];

const MEANT: ReadonlySet<string> = new Set([...LIFTED_KEYS, ...ERROR_KEYS]);

const nothing = (): boolean => false;

/** The fields of the logger's context and of the call's objects; of two with one name the later wins. */
export function readFields(event: LoggingEvent, args: PrintfArguments): Log4jsFields {
  const { error, fields } = args;
  const sources = hasFields(event.context) ? [event.context as object, ...fields] : fields;
  const source = sources[0];
  const isPlainCall = args.others.length === 0 && event.fileName === undefined && !isForeign(event);
  if (isPlainCall && source === undefined) return { data: undefined, ownsData: true, context: undefined, error };
  if (isPlainCall && source !== undefined && sources.length === 1 && !hasMeanings(source)) {
    // The one copy that is needed is made by the core.
    return { data: source as Record<string, unknown>, ownsData: false, context: undefined, error };
  }
  const { data, context, errorKeys } = split(sources);
  const found = error ?? takeError(data, errorKeys);
  tell(data, event, args.others, found);
  return { data, ownsData: true, context: withWorker(context, event), error: found };
}

/** Whether log4js brought the event here from another process: a worker of a cluster, a client of its TCP server. */
export function isForeign({ pid }: LoggingEvent): boolean {
  return pid !== process.pid && typeof pid === 'number';
}

function hasFields(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  for (const _key in value) return true;
  return false;
}

/** Whether a key may mean more than its value. */
function hasMeanings(source: object): boolean {
  try {
    for (const key in source) if (MEANT.has(key)) return true;
    return false;
  } catch {
    // A Proxy that does not name its keys is to be read with care.
    return true;
  }
}

function split(sources: readonly object[]): SplitFields {
  const [only] = sources;
  if (only === undefined || sources.length > 1) return splitFields(join(sources), nothing);
  try {
    return splitFields(only, nothing);
  } catch {
    return splitFields(join(sources), nothing);
  }
}

function join(sources: readonly object[]): object {
  // Without a prototype a key `__proto__` is a key like any other.
  const joined: Record<string, unknown> = Object.create(null);
  for (const source of sources) {
    try {
      for (const key of Object.keys(source)) joined[key] = readField(source, key);
    } catch {
      joined['arguments'] = '[Unreadable]';
    }
  }
  return joined;
}

/** The Error among the fields; there its text is enough. */
function takeError(data: Record<string, unknown>, errorKeys: readonly string[]): unknown {
  const key = ERROR_KEYS.find((name) => errorKeys.includes(name));
  const error = key === undefined ? undefined : data[key];
  if (key !== undefined) data[key] = errorText(error as Error);
  return error;
}

/** Adds what the event knows that no field says; a field of the user's that has the name keeps it. */
function tell(data: Record<string, unknown>, event: LoggingEvent, others: readonly unknown[], error: unknown): void {
  if (others.length > 0) add(data, 'arguments', others);
  if (isForeign(event)) add(data, 'pid', event.pid);
  // With an Error the place is that of its first frame, which the event shows anyway.
  if (event.fileName !== undefined && error === undefined) add(data, 'callSite', callSite(event));
}

function add(data: Record<string, unknown>, key: string, value: unknown): void {
  data[Object.hasOwn(data, key) ? `log4js.${key}` : key] = value;
}

/** Where the call stands, as a stack's line says it. log4js knows under `enableCallStack`. */
function callSite({ functionName, fileName, lineNumber, columnNumber }: LoggingEvent): string {
  const place = `${fileName}:${lineNumber}:${columnNumber}`;
  return functionName ? `${functionName} (${place})` : place;
}

function withWorker(context: LogRecord['context'], { cluster }: LoggingEvent): LogRecord['context'] {
  if (cluster === undefined) return context;
  return { ...context, tags: { 'cluster.worker': cluster.workerId, ...(context?.tags as object | undefined) } };
}
