import { isUtf8 } from 'node:buffer';
import { type DecodedEnvelope, type DecodedItem, decodeEnvelope, EnvelopeError } from '../protocol/decode-envelope.js';
import type { InboxItem, JsonObject } from './item.js';
import { asObject } from './json-fields.js';
import { Rejection } from './rejection.js';

/** Relay's limit for one event or one container of logs, in bytes. */
const MAX_JSON_BYTES = 1024 * 1024;
/** serde_json, with which Relay reads, goes no deeper. */
const MAX_DEPTH = 128;
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
  if (payload.length > MAX_JSON_BYTES) {
    throw new Rejection(413, `${header.type} too large`, [`${payload.length} bytes, the limit is ${MAX_JSON_BYTES}`]);
  }
  const value = parseObject(payload);
  if (value === undefined) throw new Rejection(400, `invalid ${header.type}`, ['the payload is no JSON object']);
  requireReadable(value, header.type);
  return value;
}

/** Sessions, transactions and types of the future are JSON; attachments stay bytes, even when they happen to be JSON. */
function readAny({ header, payload }: DecodedItem): JsonObject {
  const small = payload.length <= MAX_JSON_BYTES;
  const value = small && header.type !== 'attachment' ? parseObject(payload) : undefined;
  if (value !== undefined && flaw(value, MAX_DEPTH) === undefined) return value;
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
  const reason = flaw(value, MAX_DEPTH);
  if (reason !== undefined) throw new Rejection(400, `invalid ${what}`, [reason]);
}

/** What `JSON.parse` lets pass and serde_json does not. The first also keeps our own `JSON.stringify` from overflowing. */
function flaw(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : 'a string with a lone surrogate';
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === 0) return `nested deeper than ${MAX_DEPTH}`;
  for (const [key, inner] of Object.entries(value)) {
    const reason = flaw(key, 0) ?? flaw(inner, depth - 1);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
