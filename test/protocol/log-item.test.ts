import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEnvelope } from '../../src/protocol/decode-envelope.js';
import { type Envelope, encodeEnvelope } from '../../src/protocol/envelope.js';
import {
  attribute,
  LOG_CONTENT_TYPE,
  logContainer,
  MAX_LOG_BYTES,
  MAX_LOGS_PER_ENVELOPE,
} from '../../src/protocol/log-item.js';

const circular: Record<string, unknown> = {};
circular['self'] = circular;

describe('attribute', () => {
  it.each([
    ['text', 'abc', 'string', 'abc'],
    ['empty text', '', 'string', ''],
    ['text with a lone surrogate', 'a\ud83d', 'string', 'a\ufffd'],
    ['true', true, 'boolean', true],
    ['false', false, 'boolean', false],
    ['zero', 0, 'integer', 0],
    ['a whole number', -42, 'integer', -42],
    ['the largest safe integer', Number.MAX_SAFE_INTEGER, 'integer', Number.MAX_SAFE_INTEGER],
    ['a whole number that is not safe', 2 ** 53, 'double', 2 ** 53],
    ['a fraction', 1.5, 'double', 1.5],
    ['a small bigint', -7n, 'integer', -7],
    ['the largest bigint that JSON carries exactly', 9_007_199_254_740_991n, 'integer', Number.MAX_SAFE_INTEGER],
    ['a bigint that JSON would round', 9_007_199_254_740_993n, 'string', '9007199254740993'],
    ['a bigint beyond 64 bits', 2n ** 70n, 'string', '1180591620717411303424'],
    ['an object', { a: [1, null] }, 'string', '{"a":[1,null]}'],
    ['an array', ['a', 1], 'string', '["a",1]'],
    ['a circular object', circular, 'string', '[Unserializable]'],
    ['an object with a bigint', { a: 1n }, 'string', '[Unserializable]'],
    ['an object whose toJSON gives nothing', { toJSON: () => undefined }, 'string', '[Unserializable]'],
  ])('carries %s with its type', (_name, value, type, expected) => {
    expect(attribute(value)).toEqual({ type, value: expected });
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['a symbol', Symbol('x')],
    ['a function', () => 1],
  ])('drops %s, which has no counterpart', (_name, value) => {
    expect(attribute(value)).toBeUndefined();
  });

  it('gives for any value a well-formed attribute that JSON carries unchanged', () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true });
    fc.assert(
      fc.property(fc.oneof(anything, fc.string({ unit: 'binary' })), (value) => {
        const result = attribute(value);
        if (result === undefined) return;
        const numeric = result.type === 'integer' || result.type === 'double';
        expect(typeof result.value).toBe(numeric ? 'number' : result.type);
        expect(String(result.value).isWellFormed()).toBe(true);
        // Adding zero turns -0, which JSON does not know, into 0.
        const sent = typeof result.value === 'number' ? result.value + 0 : result.value;
        expect(JSON.parse(JSON.stringify(result))).toEqual({ type: result.type, value: sent });
      }),
    );
  });

  it('names a number an integer exactly when it is a safe one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger()), (value) => {
        expect(attribute(value)?.type).toBe(Number.isSafeInteger(value) ? 'integer' : 'double');
      }),
    );
  });
});

describe('logContainer', () => {
  it('wraps serialized logs in a container of version 2, in their order', () => {
    expect(logContainer(['{"body":"a"}', '{"body":"b"}'])).toEqual({
      header: { type: 'log', item_count: 2, content_type: 'application/vnd.sentry.items.log+json' },
      payload: '{"version":2,"items":[{"body":"a"},{"body":"b"}]}',
    });
  });

  it('is taken by the strict reader with any number of logs', () => {
    const bodies = fc.array(fc.string({ unit: 'binary' }), { maxLength: MAX_LOGS_PER_ENVELOPE });
    fc.assert(
      fc.property(bodies, (texts) => {
        const items = [logContainer(texts.map((body) => JSON.stringify({ body })))];
        const envelope: Envelope = { header: {}, items, category: 'log_item', quantity: texts.length, level: 'info' };
        const [decoded] = decodeEnvelope(encodeEnvelope(envelope, 0)).items;
        expect(decoded?.header).toMatchObject({ item_count: texts.length, content_type: LOG_CONTENT_TYPE });
        expect(JSON.parse(String(decoded?.payload))).toEqual({ version: 2, items: texts.map((body) => ({ body })) });
      }),
    );
  });

  it('knows the limits of the protocol', () => {
    expect([MAX_LOGS_PER_ENVELOPE, MAX_LOG_BYTES]).toEqual([100, 1024 * 1024]);
  });
});
