import { describePrimitive } from './describe.js';
import type { JsonValue } from './json.js';

/** How the walk writes undefined. */
export const UNDEFINED: string = describePrimitive(undefined);

/** Under these an entry of a list of headers, variables or parameters has its name: `{ name: 'Cookie', value: … }`. */
const NAME_KEYS: readonly string[] = ['name', 'key', 'header', 'field'];

/** And under this its value. */
export const VALUE_KEY = 'value';

/** Headers whose names are words; the others have a hyphen, as no other word in a list is likely to. */
const HEADERS: ReadonlySet<string> = new Set(['authorization', 'cookie']);
const HYPHENATED = /^[a-z\d]+(?:-[a-z\d]+)+$/i;
/** Longer than any header's name. */
const LONG = 128;

/** Tells whether a list's item at an odd place is the value of the secret that the item before it names. */
export type NameTest = (name: unknown) => boolean;

/** Node's own `rawHeaders` and `rawTrailers`: names and values in turn. */
export function isRawHeaders(key: string): boolean {
  return /raw[-_]?(?:headers|trailers)$/i.test(key);
}

/** Whether a text is the name of a header rather than any word. */
export function isHeaderName(text: string): boolean {
  return text.length <= LONG && (HYPHENATED.test(text) || HEADERS.has(text.toLowerCase()));
}

/** @param hasNames whether the list has names at its even places, whatever they look like */
export function nameTest(hasNames: boolean, isSensitive: (key: string) => boolean): NameTest {
  return function isSecretName(name) {
    return typeof name === 'string' && (hasNames || isHeaderName(name)) && isSensitive(name);
  };
}

/** Whether an object with these keys is the entry of a secret. */
export function isSecretEntry(
  keys: readonly string[],
  values: readonly unknown[],
  isSensitive: (key: string) => boolean,
): boolean {
  return (
    keys.includes(VALUE_KEY) &&
    NAME_KEYS.some((key) => {
      const name = values[keys.indexOf(key)];
      return typeof name === 'string' && name.length <= LONG && isSensitive(name);
    })
  );
}

/** Masks the items of a clean list that stand behind the names of secrets, in place. */
export function maskNamed(
  list: JsonValue[],
  isSecretName: NameTest,
  masked: (value: JsonValue | undefined) => JsonValue,
): JsonValue[] {
  for (let index = 1; index < list.length; index += 2) {
    if (isSecretName(list[index - 1]) && !isMoreMarker(list[index])) list[index] = masked(list[index]);
  }
  return list;
}

/** Masks the value of a clean object that is the entry of a secret, in place. */
export function maskEntry(
  record: Record<string, JsonValue>,
  isSensitive: (key: string) => boolean,
  masked: (value: JsonValue | undefined) => JsonValue,
): Record<string, JsonValue> {
  if (Object.hasOwn(record, VALUE_KEY) && isSecretEntry(Object.keys(record), Object.values(record), isSensitive)) {
    record[VALUE_KEY] = masked(record[VALUE_KEY]);
  }
  return record;
}

/** What the walk says of items it left out, cut or not: nothing to mask. */
export function isMoreMarker(item: unknown): boolean {
  return typeof item === 'string' && item.length < 40 && /^\[… \d+ more\]$|^\[… \d*[ more]*…$/.test(item);
}

/** Nothing tells more of a secret than that there is one; where there is none the log may say so. */
export function isNoSecret(value: unknown): value is JsonValue | undefined {
  return value === undefined || value === null || value === '' || value === UNDEFINED;
}
