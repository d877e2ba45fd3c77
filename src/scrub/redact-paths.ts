import type { JsonValue } from './json.js';
import { addProperty } from './own-property.js';
import { type PathPart, parsePath, writePath } from './redact-path.js';

/** What is redacted by where it stands in the fields of a record. */
export interface RedactOptions {
  /** As in pino: `user.email`, `*.ssn`, `items[*].iban`, `headers["x-key"]`, letters in this case. */
  readonly paths: readonly string[];
  /**
   * What stands there instead, or a synchronous function that makes it of the value, which is scrubbed already, and its
   * path; `undefined` from it leaves the field out. Default: the mask of `scrub`.
   */
  readonly censor?: string | ((value: unknown, path: readonly string[]) => unknown) | undefined;
  /** Leaves the fields out; of a list's item a null stays. Default false. */
  readonly remove?: boolean | undefined;
}

/** What a redactor needs of its scrubber. */
export interface RedactTools {
  readonly mask: string;
  /** Makes fit to leave what a censor returns. */
  readonly clean: (value: unknown) => JsonValue;
  /** Hears of each value that was redacted. */
  readonly onHit: () => void;
}

/** What is left of a clean value that lies at `at` in the fields of a record; undefined: nothing. Never throws. */
export type Redact = (value: JsonValue, at: readonly string[]) => JsonValue | undefined;

type Replace = (value: unknown, path: readonly string[]) => unknown;
type FastRedact = (options: {
  readonly paths: readonly string[];
  readonly censor: Replace;
  readonly serialize: false;
  readonly strict: false;
}) => (value: object) => unknown;

/** A path in two: `first` is walked here, for fast-redact misses what stands behind two wildcards and a name. */
interface SplitPath {
  readonly first: readonly PathPart[];
  readonly rest: readonly PathPart[];
}

/** Why valid paths cannot work in this process, or undefined. */
export function redactProblem(paths: readonly string[]): string | undefined {
  try {
    for (const path of paths) compile([splitPath(path).rest], () => undefined);
    return undefined;
  } catch {
    // The paths are valid: what fails is that fast-redact makes functions of them.
    return 'runs code made of the paths, which --disallow-code-generation-from-strings forbids in this process';
  }
}

/**
 * Applies paths by fast-redact: to a copy of its own without prototypes, in which `__proto__`, `constructor` and `length` are
 * keys like any other; nothing is serialized or restored.
 *
 * @throws Error where `redactProblem` names one
 */
export function createRedactor(options: RedactOptions, tools: RedactTools): Redact {
  const paths = [...new Set(options.paths)].map(splitPath);
  let before: readonly string[] = [];
  const replace: Replace = (value, path) => {
    // Where there is none the log may say so.
    if (value === null) return null;
    tools.onHit();
    const by =
      options.remove === true ? undefined : replacement(options.censor, plain(value), [...before, ...path], tools);
    return new Censored(by);
  };
  const fixed = paths.filter(({ rest }) => !rest.some(({ isWildcard }) => isWildcard));
  const steps = paths.filter((path) => !fixed.includes(path)).map(({ first, rest }) => ({ first, rests: [rest] }));
  if (fixed.length > 0) steps.unshift({ first: [], rests: fixed.map(({ rest }) => rest) });
  const compiled = steps.map(({ first, rests }) => ({ first, run: compile(rests, replace) }));
  const heads = new Set(paths.map(({ first, rest }) => [...first, ...rest][0]?.key));
  return function redact(value, at) {
    const isMeant = at[0] === undefined ? typeof value === 'object' : heads.has(at[0]) || heads.has('*');
    if (!isMeant) return value;
    try {
      const root = at.reduceRight<unknown>((inner, key) => bareObject([[key, inner]]), bare(value));
      for (const { first, run } of compiled) {
        for (const { target, keys } of targetsOf(root, first)) {
          before = keys;
          run(target);
        }
      }
      const left = at.reduce<unknown>((inner, key) => (isBare(inner) ? inner[key] : inner), root);
      return plain(left);
    } catch {
      // Fails closed: rather nothing than what was not looked through.
      return tools.mask;
    }
  };
}

function compile(paths: readonly (readonly PathPart[])[], censor: Replace): (value: object) => unknown {
  // Loaded where it is used alone: it is 40 KB that nobody else needs.
  const fastRedact = require('fast-redact') as FastRedact;
  return fastRedact({ paths: paths.map(writePath), censor, serialize: false, strict: false });
}

function splitPath(path: string): SplitPath {
  const parts = parsePath(path) ?? [];
  const wildcards = parts.flatMap(({ isWildcard }, index) => (isWildcard ? [index] : []));
  const cut = (wildcards.at(-2) ?? -1) + 1;
  return { first: parts.slice(0, cut), rest: parts.slice(cut) };
}

/** All that a row of parts leads to. */
function targetsOf(root: unknown, parts: readonly PathPart[]): { target: Bare; keys: readonly string[] }[] {
  let found: { target: unknown; keys: readonly string[] }[] = [{ target: root, keys: [] }];
  for (const { key, isWildcard } of parts) {
    found = found.flatMap(({ target, keys }) => {
      if (!isBare(target)) return [];
      const own = isWildcard ? Object.keys(target) : [key].filter((name) => name in target);
      return own.map((name) => ({ target: target[name], keys: [...keys, name] }));
    });
  }
  return found.flatMap(({ target, keys }) => (isBare(target) ? [{ target, keys }] : []));
}

/** Fails closed: a censor that throws, or is asynchronous, has the mask in its place. */
function replacement(
  censor: RedactOptions['censor'],
  value: unknown,
  path: readonly string[],
  { mask, clean }: RedactTools,
): JsonValue | undefined {
  if (typeof censor !== 'function') return censor ?? mask;
  try {
    const made = censor(value, path);
    if (typeof (made as { then?: unknown } | null | undefined)?.then !== 'function') {
      return made === undefined ? undefined : clean(made);
    }
    Promise.resolve(made).catch(() => {});
  } catch {
    // What it threw may quote the value.
  }
  return mask;
}

/** Stands in the copy for a value that is gone: an object in which there is nothing to be found. */
class Censored {
  readonly #by: JsonValue | undefined;

  constructor(by: JsonValue | undefined) {
    this.#by = by;
    Object.setPrototypeOf(this, null);
  }

  /** Undefined for anything else. */
  static read(value: object): { readonly by: JsonValue | undefined } | undefined {
    return #by in value ? { by: value.#by } : undefined;
  }
}

/** An object, or a list by its indices, without a prototype. */
interface Bare {
  [key: string]: unknown;
  [IS_LIST]?: boolean;
}

const IS_LIST: unique symbol = Symbol('list');

function isBare(value: unknown): value is Bare {
  return typeof value === 'object' && value !== null && Censored.read(value) === undefined;
}

function bare(value: JsonValue): unknown {
  if (value === null || typeof value !== 'object') return value;
  const object = bareObject(Object.entries(value).map(([key, inner]) => [key, bare(inner)]));
  if (Array.isArray(value)) object[IS_LIST] = true;
  return object;
}

function bareObject(entries: readonly (readonly [key: string, value: unknown])[]): Bare {
  const object: Bare = Object.create(null);
  for (const [key, value] of entries) object[key] = value;
  return object;
}

/** The copy as JSON again, without what was removed. */
function plain(value: unknown): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return value as JsonValue;
  const censored = Censored.read(value);
  if (censored !== undefined) return censored.by;
  const bared = value as Bare;
  if (bared[IS_LIST] === true) return Object.keys(bared).map((key) => plain(bared[key]) ?? null);
  const object: Record<string, JsonValue> = {};
  for (const key of Object.keys(bared)) {
    const left = plain(bared[key]);
    if (left !== undefined) addProperty(object, key, left);
  }
  return object;
}
