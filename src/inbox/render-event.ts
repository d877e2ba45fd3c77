import { checkEvent } from '../protocol/check-event.js';
import { describeFinding, type Finding } from '../protocol/finding.js';
import type { InboxItem, JsonObject } from './item.js';
import { asText, objectAt, objectsAt, textAt } from './json-fields.js';
import { detail, detailWidth, heading, line, textWidth } from './layout.js';
import { maskedPaths } from './masked-paths.js';
import { printable, printableList } from './printable.js';
import type { View } from './view.js';

/** Of the rules that an event breaks so many are shown. */
const MAX_FINDINGS = 5;

/** An event: what happened, where, and what else it carries. One line each, nothing that is not there. */
export function renderEvent({ receivedAt, envelope, payload: event }: InboxItem, view: View): string[] {
  const exceptions = objectsAt(event, 'exception');
  const thrown = exceptions.at(-1);
  const place = thrown && placeOf(thrown);
  return [
    heading(receivedAt, textAt(event, 'level') ?? 'error', textAt(event, 'logger'), view),
    line(view.paint('bold', printable(titleOf(event), textWidth(view)))),
    ...(place === undefined ? [] : [line(view.paint('cyan', printable(`at ${place}`, textWidth(view))))]),
    ...details(event, exceptions, view),
    // The envelope's id counts, too, and is the one that wins.
    ...findingRows({ ...event, event_id: envelope['event_id'] ?? event['event_id'] }, view),
  ];
}

/** What an event is about: its error, else its message. Not fit for a terminal yet. */
export function titleOf(event: JsonObject): string {
  const thrown = objectsAt(event, 'exception').at(-1);
  if (thrown === undefined) return messageOf(event) ?? '(no message)';
  const value = textAt(thrown, 'value');
  return value === undefined ? typeOf(thrown) : `${typeOf(thrown)}: ${value}`;
}

/** The row of masked places, none when nothing was masked. */
export function maskedRows(payload: JsonObject, view: View): string[] {
  const paths = maskedPaths(payload);
  return paths.length === 0
    ? []
    : [detail('masked', view.paint('green', printableList(paths, detailWidth(view))), view)];
}

/** A row for each rule whose breach costs something: what a server fills in is nobody's loss. */
function findingRows(event: JsonObject, view: View): string[] {
  const findings = checkEvent(event).filter(({ effect }) => effect !== 'fill in');
  const worstFirst = findings.toSorted((one, other) => weightOf(other) - weightOf(one));
  const shown = worstFirst.slice(0, MAX_FINDINGS);
  const texts = shown.map((finding) => `would ${describeFinding(finding)}`);
  const more = findings.length - shown.length;
  return [...texts, ...(more > 0 ? [`would object to ${more} more`] : [])].map((text) =>
    detail('a server', view.paint('yellow', printable(text, detailWidth(view))), view),
  );
}

function weightOf({ effect }: Finding): number {
  return effect === 'refuse' ? 1 : 0;
}

function details(event: JsonObject, exceptions: readonly JsonObject[], view: View): string[] {
  const width = detailWidth(view);
  const logEntry = objectAt(event, 'logentry');
  const message = messageOf(event);
  const template = textAt(logEntry, 'message');
  const causes = exceptions.slice(0, -1).reverse().map(typeOf);
  const release = textAt(event, 'release');
  const versions = [release, textAt(event, 'environment')].filter((part) => part !== undefined);
  const thrown = exceptions.at(-1);
  const rows: readonly (readonly [label: string, text: string | undefined])[] = [
    ['caused by', printableList(causes, width)],
    ['message', thrown !== undefined && message !== textAt(thrown, 'value') ? message : undefined],
    ['template', template === message ? undefined : template],
    ['tags', printableList(tagsOf(event), width)],
    [release === undefined ? 'environment' : 'release', printableList(versions, width)],
    ['breadcrumbs', String(objectsAt(event, 'breadcrumbs').length || '')],
  ];
  return [
    ...rows.flatMap(([label, text = '']) => (text === '' ? [] : [detail(label, printable(text, width), view)])),
    ...maskedRows(event, view),
  ];
}

/** The final text; `message` at the top is how old SDKs spell it. */
function messageOf(event: JsonObject): string | undefined {
  const logEntry = objectAt(event, 'logentry');
  return textAt(logEntry, 'formatted') ?? textAt(logEntry, 'message') ?? textAt(event, 'message');
}

function typeOf(exception: JsonObject): string {
  return textAt(exception, 'type') ?? 'Error';
}

/** The frame nearest to the throw that is the user's own, else the nearest of all: `charge (src/payments.js:42)`. */
function placeOf(exception: JsonObject): string | undefined {
  const frames = objectsAt(objectAt(exception, 'stacktrace'), 'frames');
  const frame = frames.findLast((candidate) => candidate['in_app'] === true) ?? frames.at(-1);
  if (frame === undefined) return undefined;
  const file = textAt(frame, 'filename') ?? textAt(frame, 'abs_path') ?? '?';
  const lineNumber = textAt(frame, 'lineno');
  const name = textAt(frame, 'function');
  const position = lineNumber === undefined ? file : `${file}:${lineNumber}`;
  // `?` is how the protocol spells a function without a name.
  return name === undefined || name === '?' ? position : `${name} (${position})`;
}

/** `key=value`; the protocol allows an object and a list of pairs. */
function tagsOf(event: JsonObject): string[] {
  const tags = event['tags'];
  const pairs: readonly unknown[] = Array.isArray(tags) ? tags : Object.entries(objectAt(event, 'tags'));
  return pairs.flatMap((pair) => {
    const [key, value] = Array.isArray(pair) ? pair.map(asText) : [];
    return key === undefined ? [] : [`${key}=${value ?? ''}`];
  });
}
