import type { Bounds, JsonValue, Scrubber } from '../scrub/walk.js';
import { type ErrorFacts, heldErrors, readFacts } from './error-facts.js';

/** One error of a chain or group, and its place in it. */
export interface LinkedError extends ErrorFacts {
  readonly link: ErrorLink;
}

/** Where an error was found (Sentry SDK docs, "Exception Interface"). */
interface ErrorLink {
  /** 0: the thrown one. */
  readonly id: number;
  /** The id of the error that holds this one. */
  readonly parent?: number | undefined;
  /** What it is to its parent: `cause` or `errors[2]`. */
  readonly source?: string | undefined;
  /** Whether it holds a list of errors, as an AggregateError does. */
  readonly isGroup: boolean;
  /** How many of the errors it holds are not told, for want of room. */
  readonly omitted: number;
}

export interface EncodeExceptionsOptions {
  /** How the error came to us: `auto.log.winston`, `generic`. */
  readonly mechanismType: string;
  /** Whether the host survived it. */
  readonly handled: boolean;
  readonly scrubber: Scrubber;
  /** The JSON text of a stack's frames. */
  readonly encodeStack: (stack: string, head?: number) => string | undefined;
}

/** Errors per event, the thrown one included; so a chain is also at most this deep and a group this wide. */
const MAX_ERRORS = 10;
/** Relay's limits in characters. */
const TYPE_LENGTH = 256;
const VALUE_LENGTH = 8_192;
/** Relay keeps 8 KiB per context. */
export const OWN: Bounds = { depth: 4, breadth: 50, nodes: 500, stringLength: 1_024, bytes: 8 * 1_024 };

interface Found {
  readonly value: unknown;
  readonly parent?: number;
  readonly source?: string;
}

/**
 * What was thrown and the errors it holds, as `cause` and in `errors`: the thrown one last, each before the one that
 * holds it. At most 10; those nearest to the thrown one are kept. Never throws.
 */
export function readErrors(thrown: unknown): LinkedError[] {
  const found: Found[] = [{ value: thrown }];
  const seen = new Set<unknown>([thrown]);
  const errors: LinkedError[] = [];
  // Grows while it is read, so nearer errors come first.
  for (const [id, { value, parent, source }] of found.entries()) {
    const { held, isGroup, more } = heldErrors(value, MAX_ERRORS);
    let omitted = more;
    for (const child of held) {
      if (seen.has(child.error)) continue;
      seen.add(child.error);
      if (found.length < MAX_ERRORS) found.push({ value: child.error, parent: id, source: child.source });
      else omitted += 1;
    }
    errors.push({ ...readFacts(value, held), link: { id, parent, source, isGroup, omitted } });
  }
  return errors.reverse();
}

/** The JSON text of an event's `exception` field; every string in it is clean. */
export function encodeExceptions(errors: readonly LinkedError[], options: EncodeExceptionsOptions): string {
  const isChain = errors.length > 1;
  return `{"values":[${errors.map((error) => encodeException(error, isChain, options)).join(',')}]}`;
}

function encodeException(error: LinkedError, isChain: boolean, options: EncodeExceptionsOptions): string {
  const { scrubber, encodeStack } = options;
  const text = JSON.stringify({
    type: scrubber.text(error.type, TYPE_LENGTH),
    value: scrubber.text(error.value, VALUE_LENGTH),
    mechanism: mechanism(error.link, isChain, options),
  });
  const stacktrace = error.stack === undefined ? undefined : encodeStack(error.stack, error.headLength);
  return stacktrace === undefined ? text : `${text.slice(0, -1)},"stacktrace":${stacktrace}}`;
}

function mechanism(link: ErrorLink, isChain: boolean, options: EncodeExceptionsOptions): Record<string, unknown> {
  return {
    type: link.parent === undefined ? options.mechanismType : 'chained',
    handled: options.handled,
    source: link.source,
    exception_id: isChain ? link.id : undefined,
    parent_id: link.parent,
    is_exception_group: link.isGroup ? true : undefined,
    data: link.omitted > 0 ? { omitted_errors: link.omitted } : undefined,
  };
}

/**
 * The errors' own properties, clean, under their class's name: `{ HttpError: { code: 'E_X', status: 500 } }`.
 * A second error of the same class goes under its name and `exception_id`. Undefined: there are none.
 */
export function errorExtras(errors: readonly LinkedError[], scrubber: Scrubber): Record<string, JsonValue> | undefined {
  const extras = new Map<string, JsonValue>();
  for (const { type, own, link } of errors.toReversed()) {
    if (Object.keys(own).length === 0) continue;
    const name = scrubber.text(type, TYPE_LENGTH);
    extras.set(extras.has(name) ? `${name} ${link.id}` : name, scrubber.clean(own, OWN));
  }
  return extras.size === 0 ? undefined : Object.fromEntries(extras);
}
