import { isUtf8 } from 'node:buffer';
import { type DecodedEnvelope, type DecodedItem, decodeEnvelope, EnvelopeError } from '../protocol/decode-envelope.js';
import { MAX_ITEM_BYTES } from '../protocol/envelope.js';
import { asObject, type JsonObject } from '../protocol/json-object.js';
import { unreadable } from '../protocol/unreadable.js';
import type { InboxItem } from './item.js';
import { Rejection } from './rejection.js';

/** The types whose payload has to be a JSON object. */
const JSON_TYPES: ReadonlySet<string> = new Set(['event', 'log', 'client_report']);

/**
 * Takes an envelope apart.
 *
 * @throws Rejection 400 for bytes that are no envelope
 */
export function readEnvelope(bytes: Uint8Array): DecodedEnvelope {
  try {
    return decodeEnvelope(bytes);
  } catch (error) {
    if (error instanceof EnvelopeError) throw new Rejection(400, 'invalid envelope', [error.message]);
    throw error;
  }
}

/**
 * The items of an envelope as the inbox keeps them: all of them or, when one is refused, none.
 *
 * @throws Rejection 413 for an event or logs of more than 1 MiB, 400 for JSON that a server could not read
 */
export function readItems(envelope: DecodedEnvelope, project: string, now: Date): InboxItem[] {
  requireReadable(envelope.header, 'envelope header');
  return envelope.items.map((item) => {
    requireReadable(item.header, 'item header');
    return {
      receivedAt: now.toISOString(),
      project,
      envelope: envelope.header,
      header: item.header,
      payload: JSON_TYPES.has(item.header.type) ? readJson(item) : readAny(item),
    };
  });
}

function readJson({ header, payload }: DecodedItem): JsonObject {
  if (payload.length > MAX_ITEM_BYTES) {
    throw new Rejection(413, `${header.type} too large`, [`${payload.length} bytes, the limit is ${MAX_ITEM_BYTES}`]);
  }
  const value = parseObject(payload);
  if (value === undefined) throw new Rejection(400, `invalid ${header.type}`, ['the payload is no JSON object']);
  requireReadable(value, header.type);
  return value;
}

/** Sessions, transactions and types of the future are JSON; attachments stay bytes, even when they happen to be JSON. */
function readAny({ header, payload }: DecodedItem): JsonObject {
  const small = payload.length <= MAX_ITEM_BYTES;
  const value = small && header.type !== 'attachment' ? parseObject(payload) : undefined;
  if (value !== undefined && unreadable(value) === undefined) return value;
  return small ? { size: payload.length, base64: payload.toString('base64') } : { size: payload.length };
}

function parseObject(payload: Buffer): JsonObject | undefined {
  if (!isUtf8(payload)) return undefined;
  try {
    return asObject(JSON.parse(payload.toString()));
  } catch {
    return undefined;
  }
}

function requireReadable(value: JsonObject, what: string): void {
  const reason = unreadable(value);
  if (reason !== undefined) throw new Rejection(400, `invalid ${what}`, [reason]);
}
