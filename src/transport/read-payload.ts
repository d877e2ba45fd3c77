import type { EnvelopeItem } from '../protocol/envelope.js';

/** The payload of an item as a value; as text when it is no JSON. */
export function readPayload({ payload }: EnvelopeItem): unknown {
  const text = typeof payload === 'string' ? payload : Buffer.from(payload).toString();
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
