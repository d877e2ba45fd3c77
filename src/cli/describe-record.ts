import { objectsAt, textAt } from '../inbox/json-fields.js';
import { titleOf } from '../inbox/render-event.js';
import { decodeEnvelope } from '../protocol/decode-envelope.js';
import { asObject, type JsonObject } from '../protocol/json-object.js';
import type { StoredRecord } from '../spool/segment-reader.js';

/** A record of a spool in the few words that tell it from others. Texts are as they were written. */
export interface RecordSummary {
  /** Of logs there is none. */
  readonly eventId?: string;
  readonly level: string;
  /** When it was appended, ISO 8601 in UTC. */
  readonly time: string;
  readonly category: string;
  readonly quantity: number;
  /** What the event is about; of logs the first. */
  readonly title: string;
  /** Of its envelope. */
  readonly bytes: number;
}

/** Never throws: what cannot be read says so. */
export function describeRecord({ category, quantity, level, time, payload }: StoredRecord): RecordSummary {
  return { ...contentOf(payload), level, time: timeOf(time), category, quantity, bytes: payload.length };
}

/** The checksum vouches for no more than that it was written so. */
function timeOf(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

function contentOf(payload: Uint8Array): { readonly eventId?: string; readonly title: string } {
  try {
    const { header, items } = decodeEnvelope(payload);
    const eventId = textAt(header, 'event_id');
    const [item] = items;
    const content = asObject(JSON.parse(item?.payload.toString() ?? '')) ?? {};
    const title = item?.header.type === 'log' ? logTitle(content) : titleOf(content);
    return eventId === undefined ? { title } : { eventId, title };
  } catch {
    return { title: '(unreadable)' };
  }
}

function logTitle(container: JsonObject): string {
  const [first, ...others] = objectsAt(container, 'items');
  const text = (first && textAt(first, 'body')) ?? '(no text)';
  return others.length === 0 ? text : `${text} (and ${others.length} more)`;
}
