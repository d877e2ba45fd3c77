import { types } from 'node:util';
import { fieldsOf, viewFields } from './fields.js';

/** What the walk sees in place of an object that is more, or less, than its own properties. */
export type View =
  /** A text or another value stands for it. */
  | { readonly leaf: unknown }
  /** The first of `total` items. */
  | { readonly items: readonly unknown[]; readonly total: number }
  /** The first of `total` keys, to be read from `source`. */
  | { readonly source: object; readonly keys: readonly string[]; readonly total: number };

/** What an Error holds outside its enumerable properties. */
const ERROR_KEYS: readonly string[] = ['name', 'message', 'stack', 'code', 'cause', 'errors'];

/** The conversion of a BigInt to text takes quadratic time. */
const MAX_BIGINT = 10n ** 300n;

// Taken at load: the host may patch the prototypes, a subclass may override the methods.
const dateToISOString = Date.prototype.toISOString;
const dateGetTime = Date.prototype.getTime;
const mapEntries = Map.prototype.entries;
const mapSize = sizeOf(Map.prototype);
const setValues = Set.prototype.values;
const setSize = sizeOf(Set.prototype);

/** A view of `value`, of containers at most `most` entries, 1 or more; undefined where its own enumerable properties say it all. */
export function viewOf(value: object, most: number): View | undefined {
  if (types.isNativeError(value) || value instanceof Error) return viewError(value, most);
  if (types.isDate(value)) return { leaf: describeDate(value) };
  if (types.isMap(value)) return viewMap(value, most);
  if (types.isSet(value)) return { items: first(setValues.call(value), most), total: setSize.call(value) };
  if (types.isBoxedPrimitive(value)) return { leaf: unbox(value) };
  const fields = fieldsOf(value);
  if (fields !== undefined) return viewFields(fields, most);
  const leaf = describeObject(value);
  return leaf === undefined ? undefined : { leaf };
}

/** What the value's own `toJSON` makes of it; the value itself where it has none. */
export function toJson(value: object): unknown {
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON !== 'function') return value;
  try {
    return Reflect.apply(toJSON, value, ['']);
  } catch {
    return '[toJSON threw]';
  }
}

/** A text for what JSON has no word for and is no object. */
export function describePrimitive(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return -MAX_BIGINT < value && value < MAX_BIGINT ? `[BigInt: ${value}]` : '[BigInt]';
    case 'symbol':
      return `[Symbol(${value.description ?? ''})]`;
    case 'function':
      return `[Function: ${functionName(value)}]`;
    default:
      return `[${String(value)}]`;
  }
}

function functionName(value: object): string {
  try {
    const { name } = value as { readonly name?: unknown };
    return typeof name === 'string' && name !== '' ? name : 'anonymous';
  } catch {
    return 'anonymous';
  }
}

function viewError(error: object, most: number): View {
  const own = Object.keys(error);
  const known = ERROR_KEYS.filter((key) => key in error);
  const others = own.slice(0, most + ERROR_KEYS.length).filter((key) => !known.includes(key));
  const keys = [...known, ...others];
  return { source: error, keys, total: keys.length + Math.max(0, own.length - most - ERROR_KEYS.length) };
}

/** An object where all keys are strings, else a list of pairs. */
function viewMap(map: ReadonlyMap<unknown, unknown>, most: number): View {
  const total = mapSize.call(map);
  const entries = first(mapEntries.call(map), most);
  const source: Record<string, unknown> = Object.create(null);
  for (const [key, value] of entries) {
    if (typeof key !== 'string') return { items: entries, total };
    source[key] = value;
  }
  return { source, keys: Object.keys(source), total };
}

function first<Item>(items: Iterable<Item>, most: number): Item[] {
  const taken: Item[] = [];
  for (const item of items) if (taken.push(item) >= most) break;
  return taken;
}

function describeDate(date: Date): string {
  return Number.isNaN(dateGetTime.call(date)) ? '[Invalid Date]' : dateToISOString.call(date);
}

function unbox(value: object): unknown {
  const primitive: unknown = value.valueOf();
  return typeof primitive === 'object' ? '[Object]' : primitive;
}

function sizeOf(prototype: object): () => number {
  return Object.getOwnPropertyDescriptor(prototype, 'size')?.get as () => number;
}

function describeObject(value: object): string | undefined {
  if (ArrayBuffer.isView(value)) {
    const name = Buffer.isBuffer(value) ? 'Buffer' : Object.prototype.toString.call(value).slice(8, -1);
    return `[${name} ${value.byteLength} bytes]`;
  }
  if (types.isAnyArrayBuffer(value)) return `[ArrayBuffer ${value.byteLength} bytes]`;
  if (types.isRegExp(value)) return `/${value.source}/${value.flags}`;
  if (types.isPromise(value)) return '[Promise]';
  if (types.isWeakMap(value)) return '[WeakMap]';
  if (types.isWeakSet(value)) return '[WeakSet]';
  return value instanceof URL ? value.href : undefined;
}
