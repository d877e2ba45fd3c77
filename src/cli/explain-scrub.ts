import { asObject } from '../protocol/json-object.js';
import { itemPath, memberPath } from '../protocol/json-path.js';
import type { JsonValue } from '../scrub/walk.js';

/** A place where what leaves is not what was given. */
export interface Change {
  /** As in what leaves, as a key may itself be a secret; empty: all of it. */
  readonly path: string;
  /** The rules that masked it; none where it was cut, or replaced by a description. */
  readonly rules: readonly string[];
}

/** What became of a value, and where. */
export interface Explanation {
  readonly leaves: JsonValue;
  readonly changes: readonly Change[];
}

/** Makes a value fit to leave, and tells each rule that masked something. */
export type Clean = (value: unknown, onRule: (rule: string) => void) => JsonValue;

/** Where a value stands in what leaves. */
type Keys = readonly (string | number)[];
type JsonRecord = Readonly<Record<string, JsonValue>>;

/** A place that differs. */
interface Difference {
  readonly path: string;
  /** Where to put something back, and what, to hear of the rules again; undefined: there is more than fits, no rule cut it. */
  readonly restore?: { readonly keys: Keys; readonly value: unknown };
}

/**
 * Cleans a value and says which rule masked what.
 *
 * To find the rule for a place it cleans what leaves once more, with what was given put back in that one place: what is
 * clean stays as it is, so only the rules for that place are heard of, whatever in its surroundings they go by.
 */
export function explainScrub(given: unknown, clean: Clean): Explanation {
  const leaves = clean(given, () => {});
  const changes = [...differences(given, leaves, '', [])].map(({ path, restore }) => {
    const rules = new Set<string>();
    if (restore !== undefined) clean(putBack(leaves, restore.keys, restore.value), (rule) => rules.add(rule));
    return { path, rules: [...rules] };
  });
  return { leaves, changes };
}

function* differences(given: unknown, leaves: JsonValue | undefined, path: string, keys: Keys): Generator<Difference> {
  const [from, to] = [asObject(given), asObject(leaves)];
  if (Array.isArray(given) && Array.isArray(leaves)) yield* itemDifferences(given, leaves, path, keys);
  else if (from !== undefined && to !== undefined) yield* keyDifferences(from, to as JsonRecord, path, keys);
  else if (given !== leaves) yield { path, restore: { keys, value: given } };
}

/** The last item of a list that was cut tells how many more there were. */
function* itemDifferences(
  given: readonly unknown[],
  leaves: readonly JsonValue[],
  path: string,
  keys: Keys,
): Generator<Difference> {
  const isCut = given.length > leaves.length;
  for (const [index, item] of given.slice(0, isCut ? leaves.length - 1 : undefined).entries()) {
    yield* differences(item, leaves[index], itemPath(path, index), [...keys, index]);
  }
  if (isCut) yield { path };
}

/** Keys keep their order, even those that are masked or cut themselves. */
function* keyDifferences(
  given: Readonly<Record<string, unknown>>,
  leaves: JsonRecord,
  path: string,
  keys: Keys,
): Generator<Difference> {
  const names = Object.keys(leaves);
  const givenKeys = Object.keys(given);
  const isCut = givenKeys.length > names.length;
  for (const [index, key] of givenKeys.entries()) {
    if (Object.hasOwn(leaves, key)) {
      yield* differences(given[key], leaves[key], memberPath(path, key), [...keys, key]);
      continue;
    }
    const name = names[index];
    if (name === undefined || (isCut && index >= names.length - 1)) break;
    const member = Object.entries(leaves).map((entry) => (entry[0] === name ? [key, given[key]] : entry));
    yield { path: memberPath(path, name), restore: { keys, value: Object.fromEntries(member) } };
  }
  if (isCut) yield { path };
}

/** A copy with the value in one place; own properties only, whatever their names. */
function putBack(value: JsonValue, [key, ...rest]: Keys, given: unknown): unknown {
  if (key === undefined) return given;
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? putBack(item, rest, given) : item));
  const object = value as JsonRecord;
  return { ...object, [key]: putBack(object[key] ?? null, rest, given) };
}
