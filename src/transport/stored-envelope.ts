import { decodeEnvelope } from '../protocol/decode-envelope.js';
import { type Envelope, type EnvelopeHeader, encodeEnvelope } from '../protocol/envelope.js';
import { LEVELS } from '../protocol/level.js';
import type { StoreRecord } from './store.js';

/** An envelope as it is kept: the bytes of the wire, whose `sent_at` is stamped anew when it goes out. */
export function toRecord(envelope: Envelope, now: number): StoreRecord {
  const { category, quantity, level } = envelope;
  return { category, quantity, level, payload: encodeEnvelope(envelope, now) };
}

/**
 * The envelope that was kept. Its level decides who goes first when the queue is full; one that is unknown is the highest.
 *
 * @throws EnvelopeError where the bytes are none
 */
export function fromRecord({ category, quantity, level, payload }: StoreRecord): Envelope {
  const { header, items } = decodeEnvelope(payload);
  const { sent_at: _, ...rest } = header;
  return {
    header: rest as EnvelopeHeader,
    items: items.map(({ header: { length: _length, ...itemHeader }, payload: bytes }) => ({
      header: itemHeader as Envelope['items'][number]['header'],
      payload: bytes,
    })),
    category: category === 'log_item' ? 'log_item' : 'error',
    quantity,
    level: LEVELS.find((known) => known === level) ?? 'fatal',
    isBacklog: true,
  };
}
