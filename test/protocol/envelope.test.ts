import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEnvelope } from '../../src/protocol/decode-envelope.js';
import { type Envelope, type EnvelopeItem, encodeEnvelope, envelopeBytes } from '../../src/protocol/envelope.js';

const SENT_AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const ID = '9ec79c33ec9942ab8353589fcb2e04dc';

function envelopeOf(items: readonly EnvelopeItem[], header: Envelope['header'] = {}): Envelope {
  return { header, items, category: 'error', quantity: 1, level: 'error' };
}

function encoded(items: readonly EnvelopeItem[], header?: Envelope['header']): string {
  return encodeEnvelope(envelopeOf(items, header), SENT_AT).toString();
}

describe('encodeEnvelope', () => {
  it('writes header, item header and payload on lines of their own', () => {
    const event = { header: { type: 'event' }, payload: '{"message":"hello"}' };
    const sdk = { name: 'jackdaw.node', version: '1.2.3' };
    expect(encoded([event], { event_id: ID, sdk })).toBe(
      [
        `{"event_id":"${ID}","sdk":{"name":"jackdaw.node","version":"1.2.3"},"sent_at":"2026-01-02T03:04:05.678Z"}`,
        '{"type":"event","length":19}',
        '{"message":"hello"}',
      ].join('\n'),
    );
  });

  it('stamps the time of each attempt anew', () => {
    const envelope = envelopeOf([]);
    expect(encodeEnvelope(envelope, 0).toString()).toBe('{"sent_at":"1970-01-01T00:00:00.000Z"}');
    expect(encodeEnvelope(envelope, 1000).toString()).toBe('{"sent_at":"1970-01-01T00:00:01.000Z"}');
  });

  it.each([
    ['ASCII', 'abc', 3],
    ['two and three byte characters', 'hé€', 6],
    ['an emoji', '🐦', 4],
    ['a lone surrogate, which becomes U+FFFD', '\ud83d', 3],
    ['nothing', '', 0],
    ['bytes', Buffer.from([0, 10, 255]), 3],
  ])('states the length of a payload in bytes: %s', (_name, payload, length) => {
    expect(encoded([{ header: { type: 'x' }, payload }])).toContain(`{"type":"x","length":${length}}\n`);
  });

  it('does not let a stale length in the item header win', () => {
    expect(encoded([{ header: { type: 'x', length: 99 }, payload: 'ab' }])).toContain('{"type":"x","length":2}\nab');
  });

  it('C08: keeps a forged item inside the payload it came in', () => {
    const forged = 'x\n{"type":"event","length":2}\n{}\r\n\n{"event_id":"x"}';
    const { items } = decodeEnvelope(encodeEnvelope(envelopeOf([{ header: { type: 'x' }, payload: forged }]), SENT_AT));
    expect(items.map(({ payload }) => payload.toString())).toEqual([forged]);
  });

  it('leaves the envelope it encodes unchanged', () => {
    const envelope = envelopeOf([{ header: { type: 'x' }, payload: 'ab' }], { event_id: ID });
    const copy = structuredClone(envelope);
    encodeEnvelope(envelope, SENT_AT);
    expect(envelope).toEqual(copy);
  });

  it('is read back exactly, whatever the headers and payloads', () => {
    const text = fc.string({ unit: 'binary' });
    const payload = fc.oneof(text, fc.uint8Array(), fc.constantFrom('\n', '\n\n', '{}\n{}', '\r', '\ud83d'));
    const value = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
    const item = fc
      .record({ type: fc.string().filter((type) => type !== 'log'), extra: fc.dictionary(fc.string(), value), payload })
      .map(({ type, extra, payload: data }): EnvelopeItem => ({ header: { ...extra, type }, payload: data }));
    fc.assert(
      fc.property(fc.array(item, { maxLength: 6 }), (items) => {
        const decoded = decodeEnvelope(encodeEnvelope(envelopeOf(items, { event_id: ID }), SENT_AT));
        expect(decoded.header).toEqual({ event_id: ID, sent_at: '2026-01-02T03:04:05.678Z' });
        expect(decoded.items.map(({ payload: bytes }) => bytes)).toEqual(
          items.map(({ payload: sent }) => (typeof sent === 'string' ? Buffer.from(sent) : Buffer.from(sent))),
        );
        expect(decoded.items.map(({ header }) => Object.entries(header))).toEqual(
          items.map(({ header, payload: sent }) => Object.entries({ ...header, length: Buffer.byteLength(sent) })),
        );
      }),
    );
  });
});

describe('envelopeBytes', () => {
  it('counts payloads in bytes and each header with 200', () => {
    expect(envelopeBytes(envelopeOf([]))).toBe(200);
    const items = [
      { header: { type: 'x' }, payload: '€' },
      { header: { type: 'x' }, payload: Buffer.alloc(1000) },
    ];
    expect(envelopeBytes(envelopeOf(items))).toBe(200 + 203 + 1200);
  });

  it('is never below what goes on the wire for an event', () => {
    const header = { event_id: ID, sdk: { name: 'jackdaw.node', version: '10.20.30' } };
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (payload) => {
        const envelope = envelopeOf([{ header: { type: 'event', content_type: 'application/json' }, payload }], header);
        expect(envelopeBytes(envelope)).toBeGreaterThanOrEqual(encodeEnvelope(envelope, SENT_AT).length);
      }),
    );
  });
});
