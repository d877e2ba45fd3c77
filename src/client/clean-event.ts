import type { EventFields } from '../event/build-event.js';
import { cleanContexts, cleanObject, cleanTags, cleanTexts } from '../event/scope-content.js';
import { EVENT_BOUNDS } from '../processors/sections.js';
import { eventLevel, levelFromName } from '../protocol/level.js';
import { isList } from '../scrub/is-list.js';
import type { JsonValue, Scrubber } from '../scrub/walk.js';

/** Relay's limit for a name in `sdk` and `modules`, in characters. */
const NAME_LENGTH = 200;

/** Fields whose shape servers rely on: an allow list, which knows only keys of data, must not mask it. */
const STRUCTURE: ReadonlySet<string> = new Set([
  'event_id',
  'timestamp',
  'platform',
  'type',
  'logger',
  'transaction',
  'server_name',
  'release',
  'dist',
  'environment',
  'exception',
  'threads',
  'debug_meta',
  'breadcrumbs',
]);

/** Where data lies inside of that structure: of breadcrumbs and mechanisms, and of stack frames. */
const DATA_KEYS: ReadonlySet<string> = new Set(['data', 'vars']);

/**
 * The fields of an event from a user's hand or hook, clean. `structure` walks what servers rely on, `data` all else; they
 * differ where only listed keys survive.
 */
export function cleanEventFields(event: object, structure: Scrubber, data: Scrubber): EventFields {
  const fields: EventFields = {};
  for (const [name, value] of Object.entries(event)) {
    // As in JSON, a field that is undefined is none: the usual way of hooks to remove one.
    if (value === undefined) continue;
    const clean = cleanField(name, value, structure, data);
    if (clean !== undefined) fields[structure.text(name, NAME_LENGTH)] = JSON.stringify(clean);
  }
  return fields;
}

function cleanField(name: string, value: unknown, structure: Scrubber, data: Scrubber): JsonValue | undefined {
  switch (name) {
    case 'level':
      return cleanLevel(value);
    case 'tags':
      return isList(value) ? byKey(name, value, data) : cleanTags(value, data);
    case 'modules':
    case 'sdk':
      return cleanNames(value, structure);
    case 'extra':
      return data.redact(byKey(name, value, data)) ?? {};
    case 'contexts':
      return cleanContexts(value, EVENT_BOUNDS, data);
    case 'fingerprint':
      return isList(value) ? cleanTexts(value, EVENT_BOUNDS, structure) : byKey(name, value, structure);
    case 'logentry':
      return cleanLogEntry(value, structure, data);
    default:
      if (!STRUCTURE.has(name)) return data.redact(byKey(name, value, data), name) ?? {};
      return revive(byKey(name, value, structure), (key, inner) =>
        DATA_KEYS.has(key) ? cleanData(inner, data) : inner,
      );
  }
}

/** Servers refuse an event for a word they do not know, such as `warn`; where there is none, it is an error to them. */
function cleanLevel(value: unknown): JsonValue | undefined {
  const level = typeof value === 'string' ? levelFromName(value) : undefined;
  return level && eventLevel(level);
}

/** Empty where paths redact all of it. */
function cleanData(value: unknown, data: Scrubber): JsonValue {
  return data.redact(data.clean(value, EVENT_BOUNDS)) ?? {};
}

/** A module called `session` is no secret: here keys are names, and only texts are scrubbed. */
function cleanNames(value: unknown, scrubber: Scrubber): JsonValue {
  try {
    return revive(value, (_key, inner) => (typeof inner === 'string' ? scrubber.text(inner, NAME_LENGTH) : inner));
  } catch {
    // Not JSON: a cycle, a bigint.
    return scrubber.clean(value, EVENT_BOUNDS);
  }
}

function cleanLogEntry(value: unknown, structure: Scrubber, data: Scrubber): JsonValue {
  const clean = cleanObject(value, EVENT_BOUNDS, structure);
  if (clean === undefined) return structure.clean(value, EVENT_BOUNDS);
  const { params } = value as { readonly params?: unknown };
  return isList(params) ? { ...clean, params: cleanTexts(params, EVENT_BOUNDS, data) } : clean;
}

function byKey(name: string, value: unknown, scrubber: Scrubber): JsonValue {
  return Object.values(cleanObject({ [name]: value }, EVENT_BOUNDS, scrubber) ?? {})[0] ?? null;
}

/** A copy by way of JSON, each value of which `change` may replace. */
function revive(value: unknown, change: (key: string, value: JsonValue) => JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(value) ?? 'null', change) as JsonValue;
}
