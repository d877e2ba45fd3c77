import type { Level } from '../protocol/level.js';
import type { Trace } from '../protocol/trace.js';
import { isList } from '../scrub/is-list.js';
import type { Bounds, JsonValue, Scrubber } from '../scrub/walk.js';

/** What a scope or the client's options know about every event; contents are replaced as a whole, never changed. */
export interface ScopeContent {
  readonly tags: Readonly<Record<string, unknown>>;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly contexts: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>> | undefined;
  readonly fingerprint?: readonly string[] | undefined;
  readonly level?: Level | undefined;
  readonly transaction?: string | undefined;
  /** What `readRequest` took of it. */
  readonly request?: Readonly<Record<string, unknown>> | undefined;
  readonly trace?: Trace | undefined;
}

export type CleanObject = { readonly [key: string]: JsonValue };

/** A content after the walk: ready to be joined and serialized. */
export interface CleanContent {
  readonly tags: Readonly<Record<string, string>>;
  readonly extra: CleanObject;
  readonly contexts: CleanObject;
  readonly user: CleanObject | undefined;
}

/** Relay's limits for tags; older servers know only 32 characters of key, but cut by themselves. */
const TAG_LENGTH = 200;
const TAG_COUNT = 200;
/** Relay keeps 16 KiB per value and 256 KiB of extra in all, 8 KiB per context. */
export const EXTRA: Bounds = { depth: 7, breadth: 100, nodes: 5_000, stringLength: 8_192, bytes: 192 * 1_024 };
const CONTEXTS: Bounds = { depth: 6, breadth: 100, nodes: 2_000, stringLength: 4_096, bytes: 64 * 1_024 };
export const SMALL: Bounds = { depth: 4, breadth: 200, nodes: 1_000, stringLength: 1_024, bytes: 64 * 1_024 };

/** How the walk writes undefined. */
const UNDEFINED = '[undefined]';

/** Cleans contents by one client's rules; a content that did not change since the last event is not walked again. */
export function createContentCleaner(scrubber: Scrubber): (content: ScopeContent) => CleanContent {
  const known = new WeakMap<ScopeContent, CleanContent>();
  return function cleanContent(content) {
    let clean = known.get(content);
    if (clean === undefined) {
      clean = {
        tags: cleanTags(content.tags, scrubber),
        extra: cleanFields(content.extra, EXTRA, scrubber),
        contexts: cleanContexts(content.contexts, CONTEXTS, scrubber),
        user: cleanUser(content.user, scrubber),
      };
      known.set(content, clean);
    }
    return clean;
  };
}

/** A clean copy of an object; undefined for anything else. */
export function cleanObject(value: unknown, bounds: Bounds, scrubber: Scrubber): CleanObject | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const clean = scrubber.clean(value, bounds);
  return isCleanObject(clean) ? clean : undefined;
}

/** The fields of a record, or what stands beside them in an event's extra: clean, and redacted by their paths. */
export function cleanFields(value: unknown, bounds: Bounds, scrubber: Scrubber): CleanObject {
  const clean = scrubber.redact(cleanObject(value, bounds, scrubber) ?? {});
  return clean !== undefined && isCleanObject(clean) ? clean : {};
}

/** A clean copy of an object that lies in the fields of a record under one of these names. */
function cleanField(value: unknown, bounds: Bounds, scrubber: Scrubber, ...names: string[]): CleanObject | undefined {
  return redactField(cleanObject(value, bounds, scrubber), scrubber, ...names);
}

/** What paths leave of such a copy; undefined where it is no object any more. */
export function redactField(
  clean: CleanObject | undefined,
  scrubber: Scrubber,
  ...names: string[]
): CleanObject | undefined {
  let left: JsonValue | undefined = clean;
  for (const name of names) left = left && scrubber.redact(left, name);
  return left !== undefined && isCleanObject(left) ? left : undefined;
}

/**
 * Contexts by their names, each an object. A name is structure, often that of a class: `InvalidTokenError` masks no
 * object, only a bare value.
 */
export function cleanContexts(contexts: unknown, bounds: Bounds, scrubber: Scrubber): CleanObject {
  const walked = Object.entries(cleanObject(contexts, bounds, scrubber) ?? {});
  const given = walked.filter(([, value]) => value !== null && value !== UNDEFINED);
  return Object.fromEntries(
    given.map(([name, value]) => {
      const own = scrubber.isSensitive(name) ? cleanObject(read(contexts, name), bounds, scrubber) : undefined;
      return [name, own ?? (isCleanObject(value) ? value : { value })];
    }),
  );
}

/**
 * Strings are the one form of params and fingerprints that every server accepts. Each stands alone: to the walk, two in
 * a list could be a key and its value.
 */
export function cleanTexts(values: readonly unknown[], bounds: Bounds, scrubber: Scrubber): string[] {
  // An adapter of somebody else's may hand over anything.
  if (!isList(values)) return [];
  const alone = values.map((value) => [value]);
  const clean = scrubber.clean(alone, { ...bounds, depth: bounds.depth + 1 });
  return Array.isArray(clean) ? clean.map((item) => plainText(Array.isArray(item) ? (item[0] ?? null) : item)) : [];
}

/** A user's fields; those that are undefined are left out, for servers show what is there: `email: [undefined]`. */
export function cleanUser(user: unknown, scrubber: Scrubber): CleanObject | undefined {
  const clean = cleanField(user, SMALL, scrubber, 'user');
  return clean && Object.fromEntries(Object.entries(clean).filter(([, value]) => value !== UNDEFINED));
}

/**
 * Tags as servers take them: names of a small alphabet, values of one line of text. Empty and undefined ones are left
 * out.
 */
export function cleanTags(tags: unknown, scrubber: Scrubber): Record<string, string> {
  const clean: Record<string, string> = {};
  const walked = cleanField(tags, SMALL, scrubber, 'tags') ?? {};
  for (const key of Object.keys(walked).slice(0, TAG_COUNT)) {
    const name = key.replace(/[^A-Za-z0-9_.:-]/g, '-').slice(0, TAG_LENGTH);
    const value = scrubber.text(oneLine(plainText(walked[key] ?? '')), TAG_LENGTH);
    if (name !== '' && name !== '__proto__' && value !== '' && value !== UNDEFINED) clean[name] = value;
  }
  return clean;
}

/** A clean value as text: strings as they are, all else as JSON. */
export function plainText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Loggers, tags and transactions are lines: servers refuse a line break in them. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ');
}

function read(object: unknown, name: string): unknown {
  try {
    return (object as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

function isCleanObject(value: JsonValue): value is { [key: string]: JsonValue } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
