import type { EventFields } from './build-event.js';
import { joinFields } from './build-event.js';

/** Relay and Bugsink refuse events above 1 MiB (uncompressed). */
export const MAX_EVENT_BYTES: number = 1_024 * 1_024;

/** What goes first when an event is too large, */
const FIRST = ['breadcrumbs', 'extra', 'request', 'modules'];
/** what goes after the fields that nobody but a hook knows of, ending with what says where the error was, */
const LATER = ['contexts', 'user', 'tags', 'debug_meta', 'threads', 'exception', 'logentry'];
/** and what is small, unless a hook has made it large. Without anything but its id an event still is one. */
const LAST = [
  'fingerprint',
  'transaction',
  'logger',
  'server_name',
  'dist',
  'environment',
  'release',
  'sdk',
  'platform',
  'level',
  'timestamp',
];
const NAMED: ReadonlySet<string> = new Set(['event_id', ...FIRST, ...LATER, ...LAST]);

/** The text of an event that every server takes, and the names of the fields that had to be left out for it. */
export interface FittedEvent {
  readonly text: string;
  readonly shed: readonly string[];
}

/** Leaves out whole fields in the order of their worth until the event is small enough. */
export function fitEvent(fields: Readonly<EventFields>): FittedEvent {
  const left = { ...fields };
  const shed: string[] = [];
  let text = joinFields(left);
  const others = Object.keys(fields).filter((field) => !NAMED.has(field));
  for (const field of [...FIRST, ...others, ...LATER, ...LAST]) {
    if (isSmall(text)) break;
    if (left[field] === undefined) continue;
    delete left[field];
    shed.push(field);
    text = joinFields({ ...left, tags: taggedAsShed(left['tags'], shed) });
  }
  return { text, shed };
}

/** Whether every server takes the text of an event. A character is at most three bytes, so most need no counting. */
export function isSmall(text: string): boolean {
  return text.length * 3 <= MAX_EVENT_BYTES || Buffer.byteLength(text) <= MAX_EVENT_BYTES;
}

/** The reader of the event must be able to see that something is missing. A tag has at most 200 characters. */
function taggedAsShed(tags: string | undefined, shed: readonly string[]): string {
  const known = tags === undefined ? {} : (JSON.parse(tags) as Record<string, string>);
  return JSON.stringify({ ...known, 'jackdaw.shed': shed.join(',').slice(0, 200) });
}
