import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEnvelope, EnvelopeError } from '../../src/protocol/decode-envelope.js';

const ID = '{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc"}';
const LOG =
  '{"version":2,"items":[{"timestamp":1544719860.5,"trace_id":"5b8efff798038103d269b633813fc60c","level":"info","body":"x","severity_number":9,"attributes":{"a":{"value":1,"type":"integer"}}}]}';
const LOG_TYPE = '"content_type":"application/vnd.sentry.items.log+json"';

type Valid = readonly [name: string, text: string, items: readonly (readonly [type: string, bytes: number])[]];
type Invalid = readonly [name: string, text: string, reason: RegExp];

const VALID: readonly Valid[] = [
  ['header only, no newline', `${ID}`, []],
  ['header only, newline', `${ID}\n`, []],
  ['empty header object', '{}\n', []],
  [
    'two items with lengths',
    `${ID}\n{"type":"attachment","length":10,"content_type":"text/plain","filename":"hello.txt"}\n\ufeffHello\r\n\n{"type":"event","length":41,"content_type":"application/json"}\n{"message":"hello world","level":"error"}\n`,
    [
      ['attachment', 10],
      ['event', 41],
    ],
  ],
  [
    'two items, final newline omitted',
    `${ID}\n{"type":"attachment","length":10}\n\ufeffHello\r\n\n{"type":"event","length":41}\n{"message":"hello world","level":"error"}`,
    [
      ['attachment', 10],
      ['event', 41],
    ],
  ],
  [
    'two empty attachments',
    `${ID}\n{"type":"attachment","length":0}\n\n{"type":"attachment","length":0}\n\n`,
    [
      ['attachment', 0],
      ['attachment', 0],
    ],
  ],
  [
    'two empty attachments, last newline omitted',
    `${ID}\n{"type":"attachment","length":0}\n\n{"type":"attachment","length":0}\n`,
    [
      ['attachment', 0],
      ['attachment', 0],
    ],
  ],
  ['empty item, header ends the buffer', `${ID}\n{"type":"attachment","length":0}`, [['attachment', 0]]],
  ['implicit length, newline end', `${ID}\n{"type":"attachment"}\nhelloworld\n`, [['attachment', 10]]],
  ['implicit length, EOF end', `${ID}\n{"type":"attachment"}\nhelloworld`, [['attachment', 10]]],
  ['implicit length, nothing follows', `${ID}\n{"type":"attachment"}`, [['attachment', 0]]],
  ['implicit length keeps CR', `${ID}\n{"type":"attachment"}\nhi\r\n`, [['attachment', 3]]],
  ['length counts UTF-8 bytes', `${ID}\n{"type":"attachment","length":6}\nhé€\n`, [['attachment', 6]]],
  ['payload with newline needs length', `${ID}\n{"type":"attachment","length":3}\na\nb\n`, [['attachment', 3]]],
  ['unknown item type kept', `${ID}\n{"type":"invalid_unknown"}\nhelloworld\n`, [['invalid_unknown', 10]]],
  [
    'unknown header keys allowed',
    '{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc","x_future":1}\n{"type":"event","length":2,"x":true}\n{}\n',
    [['event', 2]],
  ],
  ['sent_at null', '{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc", "sent_at": null}\n', []],
  ['dashed event_id', '{"event_id":"9ec79c33-ec99-42ab-8353-589fcb2e04dc"}\n', []],
  [
    'log container',
    `{"sdk":{"name":"x.node","version":"1.0.0"}}\n{"type":"log","item_count":1,"content_type":"application/vnd.sentry.items.log+json","length":190}\n${LOG}\n`,
    [['log', 190]],
  ],
  [
    'client report',
    '{}\n{"type":"client_report"}\n{"timestamp":1580998560.0,"discarded_events":[{"reason":"queue_overflow","category":"error","quantity":23}]}\n',
    [['client_report', 108]],
  ],
  ['an item with an explicit null length', '{}\n{"type":"x","length":null}\nab\n', [['x', 2]]],
  ['nulls for optional header keys', '{"event_id":null,"sent_at":null}\n', []],
  ['colons, quotes and braces inside header strings', '{"a":"\\"x\\":{\\\\","b":[{"a":":"}]}\n', []],
  ['the same key on two levels', '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}\n', []],
  ['an empty log container', `{}\n{"type":"log","item_count":0,${LOG_TYPE}}\n{"items":[]}\n`, [['log', 12]]],
];

const INVALID: readonly Invalid[] = [
  ['no bytes', '', /envelope header is not one JSON/],
  ['header not JSON', 'not json\n{"type":"event"}\n{}\n', /envelope header is not one JSON/],
  ['trailing garbage after header JSON', '{} x\n', /envelope header is not one JSON/],
  ['header padded with spaces before newline', '{} \n', /envelope header is not one JSON/],
  ['item header not JSON', `${ID}\nnope\n{}\n`, /item header is not one JSON/],
  ['item header without type', `${ID}\n{"length":2}\n{}\n`, /without a type/],
  [
    'length too short',
    `${ID}\n{"type":"event","length":5}\n{"message":"hello world","level":"error"}\n`,
    /longer than its length/,
  ],
  ['length too long', `${ID}\n{"type":"event","length":5000}\n{}\n`, /past the end/],
  [
    'extra blank line at the end',
    `${ID}\n{"type":"attachment","length":2,"filename":"a"}\nab\n\n`,
    /item header is not one JSON/,
  ],
  [
    'sent_at twice',
    '{"sent_at":"2026-01-01T00:00:00Z","sent_at":"2026-01-01T00:00:00Z"}\n{"type":"event"}\n{}\n',
    /same key twice/,
  ],
  ['bad event_id in header', '{"event_id":"x"}\n', /event_id/],
  [
    'item_count mismatch',
    `{}\n{"type":"log","item_count":2,"content_type":"application/vnd.sentry.items.log+json","length":190}\n${LOG}\n`,
    /item_count/,
  ],
  [
    'log container without content_type',
    `{}\n{"type":"log","item_count":1,"length":190}\n${LOG}\n`,
    /vnd\.sentry\.items\.log/,
  ],
  ['a header that is an array', '[]\n', /not one JSON object/],
  ['two objects in the header line', '{}{}\n', /not JSON/],
  ['a byte order mark', '\ufeff{}\n', /not one JSON object/],
  ['CRLF after the header', '{}\r\n', /not one JSON object/],
  ['a key twice, once escaped', '{"ab":1,"\\u0061b":2}\n', /same key twice/],
  ['a key twice inside an object', '{"trace":{"a":1,"a":1}}\n', /same key twice/],
  ['__proto__ twice', '{"__proto__":1,"__proto__":1}\n', /same key twice/],
  ['a key twice in an item header', '{}\n{"type":"x","length":1,"length":1}\na', /same key twice/],
  ['a type that is no text', '{}\n{"type":1}\n', /without a type/],
  ['a type hidden in __proto__', '{}\n{"__proto__":{"type":"event"}}\n{}', /without a type/],
  ['a negative length', '{}\n{"type":"x","length":-1}\n', /whole number/],
  ['a fractional length', '{}\n{"type":"x","length":1.5}\nab', /whole number/],
  ['a length in a string', '{}\n{"type":"x","length":"2"}\nab', /whole number/],
  ['a length beyond 2^53', '{}\n{"type":"x","length":1e300}\nab', /whole number/],
  ['an event_id with dashes in wrong places', '{"event_id":"9ec79c33ec99-42ab-8353-589fcb2e04dc"}\n', /event_id/],
  ['an event_id that is no text', '{"event_id":1}\n', /event_id/],
  ['a log container that is not JSON', `{}\n{"type":"log","item_count":0,${LOG_TYPE}}\nx`, /not JSON/],
  ['a log container that is null', `{}\n{"type":"log","item_count":0,${LOG_TYPE}}\nnull`, /without items/],
  ['a log container without items', `{}\n{"type":"log","item_count":0,${LOG_TYPE}}\n{}`, /without items/],
  ['a log container without item_count', `{}\n{"type":"log",${LOG_TYPE}}\n{"items":[]}`, /item_count/],
  ['a header longer than 64 KiB', `{"a":"${'x'.repeat(65_536)}"}\n`, /longer than 65536 bytes/],
];

describe('decodeEnvelope', () => {
  it.each(VALID)('takes apart: %s', (_name, text, items) => {
    const decoded = decodeEnvelope(Buffer.from(text));
    expect(decoded.items.map(({ header, payload }) => [header.type, payload.length])).toEqual(items);
  });

  it.each(INVALID)('refuses: %s', (_name, text, reason) => {
    expect(() => decodeEnvelope(Buffer.from(text))).toThrow(EnvelopeError);
    expect(() => decodeEnvelope(Buffer.from(text))).toThrow(reason);
  });

  it('throws an error with a stable name and code', () => {
    const stable = expect.objectContaining({ name: 'EnvelopeError', code: 'ENVELOPE_INVALID' });
    expect(() => decodeEnvelope(Buffer.alloc(0))).toThrow(stable);
  });

  it('hands out headers with their unknown keys, and payloads byte by byte', () => {
    const decoded = decodeEnvelope(Buffer.from('{"x_future":1}\n{"type":"a","x":true,"length":3}\na\nb\n'));
    expect(decoded).toEqual({
      header: { x_future: 1 },
      items: [{ header: { type: 'a', x: true, length: 3 }, payload: Buffer.from('a\nb') }],
    });
  });

  it('reads a view into a larger buffer', () => {
    const bytes = Buffer.from(`junk${ID}\n{"type":"x"}\nabjunk`);
    const view = new Uint8Array(bytes.buffer, bytes.byteOffset + 4, bytes.length - 8);
    expect(decodeEnvelope(view).items[0]?.payload.toString()).toBe('ab');
  });

  it('refuses headers and log containers that are not UTF-8', () => {
    const header = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n')]);
    const logs = Buffer.concat([Buffer.from(`{}\n{"type":"log",${LOG_TYPE}}\n`), Buffer.from([0xc3, 0x28])]);
    expect(() => decodeEnvelope(header)).toThrow(/envelope header is not UTF-8/);
    expect(() => decodeEnvelope(logs)).toThrow(/log container is not UTF-8/);
  });

  it('takes 1000 items and no more', () => {
    const items = (count: number): Buffer => Buffer.from(`{}\n${'{"type":"x"}\n\n'.repeat(count)}`);
    expect(decodeEnvelope(items(1000)).items).toHaveLength(1000);
    expect(() => decodeEnvelope(items(1001))).toThrow(/more than 1000 items/);
  });

  it('does not overflow the stack on a deeply nested header', () => {
    const depth = 30_000;
    const text = `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}\n`;
    expect(decodeEnvelope(Buffer.from(text)).items).toEqual([]);
  });

  it('leaves prototypes alone', () => {
    const { header } = decodeEnvelope(Buffer.from('{"__proto__":{"polluted":1}}\n'));
    expect(Object.getPrototypeOf(header)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('throws nothing but EnvelopeError, whatever the bytes', () => {
    const pieces = [...VALID, ...INVALID].map(([, text]) => text).filter((text) => text.length < 1000);
    const mangled = fc
      .tuple(
        fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 3 }),
        fc.uint8Array({ maxLength: 4 }),
        fc.nat(),
      )
      .map(([texts, noise, position]) => {
        const bytes = Buffer.from(texts.join(''));
        const at = position % (bytes.length + 1);
        return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at + noise.length)]);
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), mangled), (bytes) => {
        try {
          decodeEnvelope(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(EnvelopeError);
        }
      }),
    );
  });
});
