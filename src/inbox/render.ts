import type { InboxItem, JsonObject } from './item.js';
import { objectsAt, textAt } from './json-fields.js';
import { heading, line, paintLevel, textWidth } from './layout.js';
import { printable } from './printable.js';
import { maskedRows, renderEvent } from './render-event.js';
import type { View } from './view.js';

/** How many logs, or entries of a client report, are shown of one item. */
const MAX_ROWS = 10;
/** The longest level of a log and two spaces. */
const LOG_LEVEL_WIDTH = 'error'.length + 2;

/** An item as readable text for a terminal: one or more lines, each ending with a newline. */
export function renderItem(item: InboxItem, view: View): string {
  return `${linesOf(item, view).join('\n')}\n`;
}

function linesOf(item: InboxItem, view: View): string[] {
  switch (item.header.type) {
    case 'event':
      return renderEvent(item, view);
    case 'log':
      return renderLogs(item, view);
    case 'client_report':
      return renderClientReport(item, view);
    default:
      return [heading(item.receivedAt, item.header.type, noteOn(item), view)];
  }
}

function renderLogs({ receivedAt, payload }: InboxItem, view: View): string[] {
  const logs = objectsAt(payload, 'items');
  const count = logs.length === 1 ? '1 line' : `${logs.length} lines`;
  return [
    heading(receivedAt, 'log', count, view),
    ...rows(logs, view, (log) => logRow(log, view)),
    ...maskedRows(payload, view),
  ];
}

function logRow(log: JsonObject, view: View): string {
  const level = printable(textAt(log, 'level') ?? '?', LOG_LEVEL_WIDTH - 2).padEnd(LOG_LEVEL_WIDTH);
  return `${paintLevel(level, view)}${printable(textAt(log, 'body') ?? '', textWidth(view) - LOG_LEVEL_WIDTH)}`;
}

function renderClientReport({ receivedAt, payload }: InboxItem, view: View): string[] {
  const discarded = objectsAt(payload, 'discarded_events');
  return [
    heading(receivedAt, 'client report', 'lost before they were sent', view),
    ...rows(discarded, view, (entry) => printable(discardedRow(entry), textWidth(view))),
  ];
}

function discardedRow(entry: JsonObject): string {
  const category = textAt(entry, 'category') ?? '?';
  return `${textAt(entry, 'reason') ?? '?'} × ${textAt(entry, 'quantity') ?? '?'} (${category})`;
}

function rows(entries: readonly JsonObject[], view: View, row: (entry: JsonObject) => string): string[] {
  const more = entries.length - MAX_ROWS;
  return [
    ...entries.slice(0, MAX_ROWS).map((entry) => line(row(entry))),
    ...(more > 0 ? [line(view.paint('dim', `and ${more} more`))] : []),
  ];
}

/** What little can be said of an attachment, a session or a type of the future. */
function noteOn({ header, payload }: InboxItem): string | undefined {
  const size = textAt(payload, 'size') ?? textAt(header, 'length');
  const parts = [textAt(header, 'filename'), size === undefined ? undefined : `${size} bytes`];
  return parts.filter((part) => part !== undefined).join(', ') || undefined;
}
