import { describe, expect, it } from 'vitest';
import {
  type Info,
  isUncaught,
  LEVEL,
  levelNameOf,
  ORIGINALS,
  SPLAT,
  toRecord,
} from '../../src/adapters/winston-record.js';
import type { LogRecord } from '../../src/record.js';
import type { JsonValue } from '../../src/scrub/walk.js';

const NOW = 1_700_000_000_000;

function record(info: object, level: LogRecord['level'] = 'error'): LogRecord {
  return toRecord(info as Info, level, 'error', NOW, (value) => value as JsonValue);
}

describe('toRecord', () => {
  const error = new Error('no stock');

  it('takes time, level and origin as they are', () => {
    expect(record({ level: 'error', message: 'x' })).toMatchObject({
      level: 'error',
      levelName: 'error',
      time: NOW,
      origin: 'winston',
      handled: true,
      logger: 'winston',
      message: 'x',
      error: undefined,
      data: {},
    });
  });

  it.each<[string, object, Partial<LogRecord>]>([
    ['fields', { message: 'x', a: 1, nested: { b: 2 } }, { data: { a: 1, nested: { b: 2 } } }],
    [
      'what the record holds already',
      { message: 'x', level: 'error', timestamp: 't', label: 'shop' },
      { data: {}, logger: 'shop' },
    ],
    ['no message', {}, { message: '', data: {} }],
    ['null as message', { message: null }, { message: '' }],
    ['a number as message', { message: 42 }, { message: '42' }],
    ['a symbol as message', { message: Symbol('x') }, { message: 'Symbol(x)' }],
    [
      'an object as message',
      { message: { a: 1, b: 2 } },
      { message: 'Object with keys: a, b', data: { message: { a: 1, b: 2 } } },
    ],
    ['a list as message', { message: [1, 2] }, { message: 'Array of 2', data: { message: [1, 2] } }],
    [
      'context',
      {
        message: 'x',
        tags: { a: 'b' },
        user: { id: 1 },
        fingerprint: ['f'],
        req: { method: 'GET' },
        transaction: 't',
        sampleRate: 0.5,
      },
      {
        data: {},
        context: {
          tags: { a: 'b' },
          user: { id: 1 },
          fingerprint: ['f'],
          request: { method: 'GET' },
          transaction: 't',
          sampleRate: 0.5,
        },
      },
    ],
    [
      'context of the wrong kind',
      { message: 'x', tags: 'a', user: 'ada', fingerprint: 7, request: null, transaction: {}, sampleRate: 2 },
      {
        data: { tags: 'a', user: 'ada', fingerprint: 7, request: null, transaction: {}, sampleRate: 2 },
        context: undefined,
      },
    ],
    [
      'a null-prototype info',
      Object.assign(Object.create(null), { message: 'x', a: 1 }),
      { message: 'x', data: { a: 1 } },
    ],
    [
      'a getter that throws',
      {
        message: 'x',
        get broken() {
          throw new Error('no');
        },
      },
      { data: { broken: '[Getter threw]' } },
    ],
  ])('reads %s', (_name, info, expected) => {
    expect(record(info)).toMatchObject(expected);
  });

  it('keeps a key __proto__ as data', () => {
    const { data } = record(JSON.parse('{"message":"x","__proto__":{"polluted":true}}'));
    expect(Object.keys(data ?? {})).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('copies no more fields of a huge record than ten times what an event shows', () => {
    const huge = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, index]));
    expect(Object.keys(record({ message: 'x', ...huge }).data ?? {})).toHaveLength(1_000);
  });

  it.each<[string, object]>([
    ['as the info itself', Object.assign(new Error('no stock'), { level: 'error' })],
    ['as the message', { message: error }],
    ['in the arguments', { message: 'x', [SPLAT]: [{ a: 1 }, error] }],
    ['under error', { message: 'x', error }],
    ['under any key', { message: 'x', failure: error }],
    ['among the originals', { message: 'x', [ORIGINALS]: { message: 'x', splat: [error] } }],
    ['as the original message', { message: 'x', [ORIGINALS]: { message: error, splat: [] } }],
  ])('finds the Error %s', (_name, info) => {
    expect(record(info).error).toBeInstanceOf(Error);
    expect(record(info).error).toMatchObject({ message: 'no stock' });
  });

  it.each<[string, object, string]>([
    [
      'the arguments before the fields',
      { message: 'x', error: new Error('field'), [SPLAT]: [new Error('argument')] },
      'argument',
    ],
    ['error before other keys', { message: 'x', other: new Error('other'), error: new Error('error') }, 'error'],
    ['the message before the fields', { message: new Error('message'), error: new Error('field') }, 'message'],
  ])('prefers %s', (_name, info, expected) => {
    expect(record(info).error).toMatchObject({ message: expected });
  });

  it('does not take the cause that winston copies for the Error', () => {
    const cause = new Error('root');
    expect(record({ message: 'x', cause, [SPLAT]: [error] }).error).toBe(error);
    expect(record({ message: 'x', cause }).error).toBeUndefined();
  });

  it('rebuilds an Error of which only the fields are left', () => {
    const cause = new Error('root');
    const { stack } = error;
    expect(record({ message: 'no stock', name: 'StockError', stack, cause }).error).toEqual({
      name: 'StockError',
      message: 'no stock',
      stack,
      cause,
    });
    expect(record({ message: 'x', stack: 'of plates' })).toMatchObject({
      error: undefined,
      data: { stack: 'of plates' },
    });
  });

  it.each<[string, unknown, readonly unknown[], Pick<LogRecord, 'template' | 'params'>]>([
    ['placeholders', 'order %d of %s', [1, 'ada', { meta: true }], { template: 'order %d of %s', params: [1, 'ada'] }],
    ['an escaped percent sign', '100%% of %s', ['ada'], { template: '100%% of %s', params: ['ada'] }],
    ['only an escaped percent sign', '100%%', ['ada'], { template: undefined, params: undefined }],
    ['no placeholder', 'order', [1], { template: undefined, params: undefined }],
    ['no arguments', 'order %d', [], { template: undefined, params: undefined }],
    ['a message that is no text', { a: 1 }, [1], { template: undefined, params: undefined }],
  ])('keeps a template with %s', (_name, message, splat, expected) => {
    expect(record({ message: 'filled', [ORIGINALS]: { message, splat } })).toMatchObject(expected);
  });

  it("drops winston's own noise about an uncaught exception, and calls it fatal and unhandled", () => {
    const info = {
      level: 'error',
      message: 'uncaughtException: no stock\n    at …',
      exception: true,
      error,
      stack: error.stack,
      date: 'today',
      process: { argv: ['node', '--token=s3cret'] },
      os: { loadavg: [] },
      trace: [],
      own: 'kept',
    };
    const made = record(info);
    expect(made).toMatchObject({ level: 'fatal', handled: false, error, data: { own: 'kept' } });
    expect(Object.keys(made.data ?? {})).toEqual(['own']);
  });
});

describe('isUncaught', () => {
  it.each([
    [{ exception: true }, 'error', true],
    [{ rejection: true }, 'error', true],
    [{ exception: true }, 'info', false],
    [{ exception: 'true' }, 'error', false],
    [{}, 'fatal', false],
  ] as const)('%o at %s: %s', (info, level, expected) => {
    expect(isUncaught(info as Info, level)).toBe(expected);
  });
});

describe('levelNameOf', () => {
  it.each([
    [{ [LEVEL]: 'warn', level: '\u001b[33mWARN\u001b[39m' }, 'warn'],
    [{ level: '\u001b[33mwarn\u001b[39m' }, 'warn'],
    [{ level: 7 }, ''],
    [{ level: Object.create(null) }, ''],
    [{}, ''],
  ])('%#: %s', (info, expected) => {
    expect(levelNameOf(info as Info)).toBe(expected);
  });
});
