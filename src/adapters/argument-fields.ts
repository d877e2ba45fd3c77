import type { LogRecord } from '../record.js';
import { LIFTED_KEYS, readField, type SplitFields, splitFields } from './fields.js';
import { errorText, type PrintfArguments } from './printf-arguments.js';

/** What the arguments of a log call hold besides its text. */
export type ArgumentFields = Pick<LogRecord, 'data' | 'ownsData' | 'context' | 'error'>;

/** Under which keys people pass an Error. */
const ERROR_KEYS = ['err', 'error', 'exception'];

const MEANT: ReadonlySet<string> = new Set([...LIFTED_KEYS, ...ERROR_KEYS]);

const nothing = (): boolean => false;

/**
 * The fields of the sources, by default of the call's objects; of two with one name the later wins.
 *
 * @param host a field that is not the user's yields to one that is, and is then called `<host>.<name>`
 * @param more what the host knows besides, once the Error is known
 */
export function readArgumentFields(
  args: PrintfArguments,
  host: string,
  sources: readonly object[] = args.fields,
  more?: (error: unknown) => Readonly<Record<string, unknown>>,
): ArgumentFields {
  const { error, others } = args;
  const source = sources[0];
  const isPlainCall = others.length === 0 && more === undefined;
  if (isPlainCall && source === undefined) return { data: undefined, ownsData: true, context: undefined, error };
  if (isPlainCall && source !== undefined && sources.length === 1 && !hasMeanings(source)) {
    // The one copy that is needed is made by the core.
    return { data: source as Record<string, unknown>, ownsData: false, context: undefined, error };
  }
  const { data, context, errorKeys } = split(sources);
  const found = error ?? takeError(data, errorKeys);
  if (others.length > 0) add(data, host, 'arguments', others);
  for (const [key, value] of Object.entries(more?.(found) ?? {})) add(data, host, key, value);
  return { data, ownsData: true, context, error: found };
}

function add(data: Record<string, unknown>, host: string, key: string, value: unknown): void {
  data[Object.hasOwn(data, key) ? `${host}.${key}` : key] = value;
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
