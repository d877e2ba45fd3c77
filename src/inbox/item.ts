import type { JsonObject } from '../protocol/json-object.js';

export type { JsonObject } from '../protocol/json-object.js';

/** One item of an envelope that the inbox accepted. */
export interface InboxItem {
  /** When it arrived, ISO 8601 in UTC. */
  readonly receivedAt: string;
  /** The project in the path it was posted to; `spotlight` for a copy, posted to `/stream`. */
  readonly project: string;
  /** The header of the envelope it came in: `event_id`, `sent_at`, `sdk`, … */
  readonly envelope: JsonObject;
  /** Its own header: `type`, `length`, … */
  readonly header: JsonObject & { readonly type: string };
  /** The parsed JSON. For attachments, and for what is no JSON object, `{ size, base64 }`, without `base64` above 1 MiB. */
  readonly payload: JsonObject;
}
