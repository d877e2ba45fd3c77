import type { Bounds, JsonValue, Scrubber } from '../scrub/walk.js';
import type { LinkedError } from './exception.js';

/** What paths call the error of a record: pino's word, and winston's. */
const NAMES: readonly string[] = ['err', 'error'];
/** In UTF-16 units, as servers cut it. */
const MESSAGE_LENGTH = 8_192;
/** How an own property is called that is the thrown value itself. */
const ITSELF = '__serialized__';

/**
 * The errors of a record without what paths redact: `err.config.headers`, `err.message`, `err.stack`, `err.cause.sql`,
 * `err.errors[0].query`, or all of `err` but its class. An error is redacted as its serialized form would be.
 *
 * @param bounds of an error's own properties
 */
export function redactErrors(
  errors: readonly LinkedError[],
  bounds: Bounds,
  scrubber: Scrubber,
): readonly LinkedError[] {
  if (!scrubber.hasPaths) return errors;
  const byId = new Map(errors.map((error) => [error.link.id, error]));
  return errors.map((error) => redactError(error, pathOf(error, byId), bounds, scrubber));
}

/** Where an error is below the thrown one: `cause`, `errors`, `0`. */
function pathOf({ link }: LinkedError, byId: ReadonlyMap<number, LinkedError>): readonly string[] {
  const holder = link.parent === undefined ? undefined : byId.get(link.parent);
  const own = (link.source ?? '').split(/[[\]]/).filter((part) => part !== '');
  return holder === undefined ? own : [...pathOf(holder, byId), ...own];
}

function redactError(error: LinkedError, path: readonly string[], bounds: Bounds, scrubber: Scrubber): LinkedError {
  const own = asObject(scrubber.clean(error.own, bounds)) ?? {};
  const thrown = ITSELF in own ? asObject(own[ITSELF]) : undefined;
  const { stack } = error;
  const facts = {
    type: error.type,
    message: scrubber.text(error.value, MESSAGE_LENGTH),
    ...(stack && { stack: 'given' }),
  };
  let left: JsonValue | undefined = { ...(thrown ?? own), ...facts };
  for (const name of NAMES) left = left && scrubber.redact(left, name, ...path);
  const fields = asObject(left);
  if (fields === undefined) return { ...error, value: asText(left), stack: undefined, own: {} };
  const { type: _type, message, stack: kept, ...others } = fields;
  return {
    ...error,
    value: asText(message),
    stack: kept === facts.stack ? stack : undefined,
    own: thrown === undefined ? others : { [ITSELF]: others },
  };
}

function asText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
}

function asObject(value: JsonValue | undefined): { readonly [key: string]: JsonValue } | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
}
