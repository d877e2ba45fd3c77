import { readFile } from 'node:fs/promises';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeExceptions, errorExtras, type LinkedError, readErrors } from '../../src/event/exception.js';
import { createStackEncoder } from '../../src/event/stack-encoder.js';
import type { ExceptionValue } from '../../src/protocol/event.js';
import { createScrubber, type Detector } from '../../src/scrub/walk.js';

const canary: Detector = { name: 'canary', scrub: (text, mask) => text.replaceAll('hunter2', mask) };
const scrubber = createScrubber({ rules: true, detectors: [canary] });
const rules = { inAppInclude: [], inAppExclude: [], root: __dirname };
const encoder = createStackEncoder({ rules, scrubber });
const encodeStack = (stack: string, head?: number): string | undefined => encoder(stack, head)?.json;

class HttpError extends Error {
  readonly status: number;
  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

function encode(thrown: unknown, mechanismType = 'auto.log.winston', handled = true): ExceptionValue[] {
  const text = encodeExceptions(readErrors(thrown), { mechanismType, handled, scrubber, encodeStack });
  return (JSON.parse(text) as { values: ExceptionValue[] }).values;
}

function theOnly(thrown: unknown): LinkedError {
  const errors = readErrors(thrown);
  expect(errors).toHaveLength(1);
  return errors[0] as LinkedError;
}

function thrownBy(fail: () => unknown): unknown {
  try {
    fail();
  } catch (error) {
    return error;
  }
  throw new Error('it did not throw');
}

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable(),
    (reason: unknown) => reason,
  );
}

describe('an error', () => {
  it.each<[string, () => unknown, string, string]>([
    ['of a built-in class', () => new TypeError('boom'), 'TypeError', 'boom'],
    ['of a class without a name of its own', () => new HttpError('boom', 500), 'HttpError', 'boom'],
    [
      'with a name of its own',
      () => Object.assign(new Error('boom'), { name: 'TimeoutError' }),
      'TimeoutError',
      'boom',
    ],
    ['of the DOM', () => new DOMException('boom', 'AbortError'), 'AbortError', 'boom'],
    ['of another realm', () => runInNewContext('new RangeError("boom")'), 'RangeError', 'boom'],
    [
      'of a class of another realm',
      () => runInNewContext('class DbError extends Error {}; new DbError("boom")'),
      'DbError',
      'boom',
    ],
    ['without a message', () => new SyntaxError(), 'SyntaxError', ''],
    ['without a name', () => Object.assign(new Error('boom'), { name: '' }), 'Error', 'boom'],
    ['of several lines', () => new Error('one\ntwo'), 'Error', 'one\ntwo'],
    ['whose message is a number', () => Object.assign(new Error(), { message: 42 }), 'Error', '42'],
    ['whose message is an object', () => Object.assign(new Error(), { message: {} }), 'Error', ''],
    ['whose name is an object', () => Object.assign(new Error('boom'), { name: {} }), 'Error', 'boom'],
    ['without a prototype', () => Object.setPrototypeOf(new Error('boom'), null), 'Error', 'boom'],
    ['that is frozen', () => Object.freeze(new TypeError('boom')), 'TypeError', 'boom'],
    ['in a Proxy', () => new Proxy(new TypeError('boom'), {}), 'TypeError', 'boom'],
    ['of JSON.parse', () => thrownBy(() => JSON.parse('')), 'SyntaxError', 'Unexpected end of JSON input'],
  ])('%s has its type and message', (_, make, type, value) => {
    expect(theOnly(make())).toMatchObject({ type, value, link: { id: 0, isGroup: false, omitted: 0 } });
  });

  it.each<[string, string, string]>([
    ['its class', 'HttpError: boom\n    at run (/app/a.js:1:1)', 'HttpError'],
    ['a class and a code', 'RangeError [ERR_OUT_OF_RANGE]: boom\n    at run (/app/a.js:1:1)', 'RangeError'],
    ['a source line and its class', 'a.vm:1\nnull.x\n     ^\n\nVmError: boom\n    at a.vm:1:6', 'VmError'],
    ['an older message', 'DbError: before it was changed\n    at run (/app/a.js:1:1)', 'DbError'],
    ['nothing but the message', 'boom\n    at run (/app/a.js:1:1)', 'Error'],
    ['prose', 'what a day: boom\n    at run (/app/a.js:1:1)', 'Error'],
  ])('that crossed a process as a plain Error takes its type from a stack that starts with %s', (_, stack, type) => {
    expect(theOnly({ name: 'Error', message: 'boom', stack }).type).toBe(type);
    expect(theOnly(Object.assign(new Error('boom'), { stack })).type).toBe(type);
  });

  it('that a serializer made plain is read like the original', () => {
    const original = Object.assign(new HttpError('boom', 500), { name: 'HttpError' });
    const { message, stack, name, status } = original;
    const copy = JSON.parse(JSON.stringify({ message, stack, name, status }));
    expect(theOnly(copy)).toMatchObject({ type: 'HttpError', value: 'boom', stack, own: { status: 500 } });
    expect(theOnly({ name: 'AbortError', message: 'gone' })).toMatchObject({ type: 'AbortError', value: 'gone' });
  });

  it.each([
    ['a plain one', () => new Error('boom')],
    ['one with several lines', () => new TypeError('one\n    at fake (/x.js:1:1)')],
    ['one with a code', () => thrownBy(() => Buffer.alloc(-1))],
    ['one with a source line before it', () => thrownBy(() => runInNewContext('null.x'))],
    ['one without a name', () => thrownBy(() => runInNewContext('const e = new Error("x: y"); e.name = ""; throw e'))],
  ])('of %s knows where the head of its stack ends', (_, make) => {
    const { stack, headLength } = theOnly(make());
    expect(stack?.slice(headLength)).toMatch(/^\n {4}at (?!fake)/);
  });

  it('whose message was changed later has no head', () => {
    const error = new Error('boom');
    // V8 writes the text of a stack when it is first asked for it.
    expect(error.stack).toMatch(/^Error: boom\n/);
    error.message = `while saving: ${error.message}`;
    expect(theOnly(error).headLength).toBeUndefined();
    expect(encode(error)[0]?.stacktrace?.frames.at(-1)).toMatchObject({ filename: 'exception.test.ts' });
  });

  it.each<[string, () => Error]>([
    ['deleted', () => Object.defineProperty(new Error('boom'), 'stack', { value: undefined })],
    ['not a string', () => Object.assign(new Error('boom'), { stack: [{ file: 'a.js' }] })],
    ['only its head', () => Object.assign(new Error('boom'), { stack: 'Error: boom' })],
    [
      'a getter that throws',
      () =>
        Object.defineProperty(new Error('boom'), 'stack', {
          get: () => {
            throw new Error('no stack for you');
          },
        }),
    ],
  ])('whose stack is %s is told without frames', (_, make) => {
    expect(encode(make())).toEqual([
      { type: 'Error', value: 'boom', mechanism: { type: 'auto.log.winston', handled: true } },
    ]);
  });

  it('whose every getter throws is still told', () => {
    class Hostile extends Error {
      override get name(): string {
        throw new Error('name');
      }
      override get message(): string {
        throw new Error('message');
      }
      override get cause(): unknown {
        throw new Error('cause');
      }
      get errors(): unknown {
        throw new Error('errors');
      }
    }
    expect(theOnly(new Hostile())).toMatchObject({ type: 'Hostile', value: '' });
  });

  it('with a message and stack of 1 MB becomes a bounded text', () => {
    const error = new Error('x '.repeat(500_000));
    const start = performance.now();
    const text = encodeExceptions(readErrors(error), {
      mechanismType: 'generic',
      handled: true,
      scrubber,
      encodeStack,
    });
    expect(performance.now() - start).toBeLessThan(250);
    expect(text.length).toBeLessThan(30_000);
    expect(JSON.parse(text).values[0].stacktrace.frames.at(-1)).toMatchObject({ filename: 'exception.test.ts' });
  });

  it('is told with its own properties, and those only', async () => {
    const error = await rejectionOf(readFile('/nowhere/at/all'));
    expect(theOnly(error).own).toEqual({ errno: -2, code: 'ENOENT', syscall: 'open', path: '/nowhere/at/all' });
    expect(theOnly(new Error('boom')).own).toEqual({});
  });

  it('keeps at most 20 own properties, none of them a method or unreadable', () => {
    const error = Object.assign(new Error('boom'), { retry: () => undefined, code: 'E' });
    Object.defineProperty(error, 'broken', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    expect(theOnly(error).own).toEqual({ code: 'E' });
    for (let index = 0; index < 1_000; index++) Object.assign(error, { [`key${index}`]: index });
    expect(Object.keys(theOnly(error).own).length).toBeLessThanOrEqual(20);
  });

  it('is not changed by being read', () => {
    const error = new AggregateError([new Error('a')], 'all', { cause: new HttpError('b', 500) });
    const before = Reflect.ownKeys(error).map((key) => Object.getOwnPropertyDescriptor(error, key));
    encode(error);
    expect(Reflect.ownKeys(error).map((key) => Object.getOwnPropertyDescriptor(error, key))).toEqual(before);
  });
});

describe('a thrown value that is no error', () => {
  it.each<[string, unknown, string]>([
    ['a string', 'boom', 'boom'],
    ['an empty string', '', ''],
    ['a number', 42, '42'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['a bigint', 42n, '[BigInt: 42]'],
    ['a symbol', Symbol('x'), '[Symbol(x)]'],
    ['a function', function fail() {}, '[Function: fail]'],
    ['an object', { b: 1, a: 2 }, 'Object captured as exception with keys: a, b'],
    ['a frozen object', Object.freeze({ a: 2 }), 'Object captured as exception with keys: a'],
    ['an object with a name', { name: 'Ada' }, 'Object captured as exception with keys: name'],
    ['an object with a message', { message: 'boom', code: 1 }, 'boom'],
    ['an object without keys', {}, 'Object captured as exception with keys: [object has no keys]'],
    [
      'an object without a prototype',
      Object.create(null),
      'Object captured as exception with keys: [object has no keys]',
    ],
    ['an instance', new Map(), "'Map' captured as exception with keys: [object has no keys]"],
    ['a list', [1, 2], "'Array' captured as exception with keys: [object has no keys]"],
    ['a large buffer', Buffer.alloc(10_000_000), "'Buffer' captured as exception with keys: [object has no keys]"],
  ])('such as %s is told in words', (_, thrown, value) => {
    expect(theOnly(thrown)).toMatchObject({ type: 'NonError', value });
  });

  it('goes along as data when it is an object', () => {
    const thrown = { code: 7, password: 'hunter2' };
    const extras = errorExtras(readErrors(thrown), scrubber);
    expect(extras).toEqual({ NonError: { __serialized__: { code: 7, password: scrubber.mask } } });
    expect(errorExtras(readErrors('boom'), scrubber)).toBeUndefined();
  });

  it('that is a revoked Proxy is still told', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(theOnly(proxy)).toMatchObject({ type: 'NonError' });
    expect(encode(proxy)).toHaveLength(1);
  });
});

describe('a chain of errors', () => {
  it('has the oldest cause first and the thrown error last, each linked to the one that holds it', () => {
    const root = new TypeError('root');
    const middle = new HttpError('middle', 502, { cause: root });
    const thrown = new Error('thrown', { cause: middle });
    expect(encode(thrown).map(({ type, value, mechanism }) => ({ type, value, mechanism }))).toEqual([
      {
        type: 'TypeError',
        value: 'root',
        mechanism: { type: 'chained', handled: true, source: 'cause', exception_id: 2, parent_id: 1 },
      },
      {
        type: 'HttpError',
        value: 'middle',
        mechanism: { type: 'chained', handled: true, source: 'cause', exception_id: 1, parent_id: 0 },
      },
      { type: 'Error', value: 'thrown', mechanism: { type: 'auto.log.winston', handled: true, exception_id: 0 } },
    ]);
  });

  it('says how it came to us and whether the host survived it', () => {
    expect(encode(new Error('boom'), 'generic', false)[0]?.mechanism).toEqual({ type: 'generic', handled: false });
  });

  it('of Promise.any has all rejections, those that are no errors included', async () => {
    const any = Promise.any([Promise.reject(new TypeError('a')), Promise.reject('just text')]);
    const values = encode(await rejectionOf(any));
    expect(values.map(({ type, value, mechanism }) => [type, value, mechanism?.['source']])).toEqual([
      ['NonError', 'just text', 'errors[1]'],
      ['TypeError', 'a', 'errors[0]'],
      ['AggregateError', 'All promises were rejected', undefined],
    ]);
    expect(values.map(({ mechanism }) => mechanism?.['parent_id'])).toEqual([0, 0, undefined]);
    expect(values.at(-1)?.mechanism).toMatchObject({ exception_id: 0, is_exception_group: true });
  });

  it('may be a tree', () => {
    const left = new Error('left', { cause: new Error('left cause') });
    const errors = readErrors(new AggregateError([left, new Error('right')], 'top', { cause: new Error('top cause') }));
    expect(errors.map(({ value, link }) => [value, link.id, link.parent, link.source])).toEqual([
      ['left cause', 4, 2, 'cause'],
      ['right', 3, 0, 'errors[1]'],
      ['left', 2, 0, 'errors[0]'],
      ['top cause', 1, 0, 'cause'],
      ['top', 0, undefined, undefined],
    ]);
  });

  it.each<[string, (error: Error) => void]>([
    ['the error itself', (error) => Object.assign(error, { cause: error })],
    ['an error that holds it', (error) => Object.assign(error, { cause: new Error('b', { cause: error }) })],
    ['a list with the error', (error) => Object.assign(error, { errors: [error, error] })],
  ])('that leads back to %s ends there', (_, close) => {
    const error = new Error('a');
    close(error);
    const errors = readErrors(error);
    expect(errors.length).toBeLessThanOrEqual(2);
    expect(errors.at(-1)?.link.omitted).toBe(0);
  });

  it('of depth 50 has the 10 errors nearest to the thrown one, and says that there are more', () => {
    let error = new Error('0');
    for (let depth = 1; depth < 50; depth++) error = new Error(String(depth), { cause: error });
    const values = encode(error);
    expect(values.map(({ value }) => value)).toEqual(['40', '41', '42', '43', '44', '45', '46', '47', '48', '49']);
    expect(values[0]?.mechanism?.['data']).toEqual({ omitted_errors: 1 });
  });

  it('of 10,000 errors in a list has 9 of them, and says how many are missing', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => new Error(String(index)));
    const values = encode(new AggregateError(many, 'all'));
    expect(values).toHaveLength(10);
    expect(values.at(-1)?.mechanism?.['data']).toEqual({ omitted_errors: 9_991 });
  });

  it('holds no plain values: those are own properties', () => {
    const thrown = new AggregateError(['a', 'b'], 'all', { cause: { status: 503 } });
    expect(theOnly(thrown).own).toEqual({ cause: { status: 503 }, errors: ['a', 'b'] });
    expect(theOnly(thrown).link.isGroup).toBe(false);
  });
});

describe('what errors hold besides', () => {
  it('stands under the name of their class, clean', () => {
    const cause = Object.assign(new HttpError('bad gateway', 502), { token: 'tok-1234567890' });
    const thrown = Object.assign(new Error('boom', { cause }), { code: 'E_X' });
    expect(errorExtras(readErrors(thrown), scrubber)).toEqual({
      Error: { code: 'E_X' },
      HttpError: { status: 502, token: scrubber.mask },
    });
  });

  it('of two errors of one class is told apart by their ids', () => {
    const thrown = new HttpError('a', 500, { cause: new HttpError('b', 404) });
    expect(errorExtras(readErrors(thrown), scrubber)).toEqual({
      HttpError: { status: 500 },
      'HttpError 1': { status: 404 },
    });
  });

  it('is undefined when there is nothing', () => {
    expect(errorExtras(readErrors(new Error('boom')), scrubber)).toBeUndefined();
  });

  it('cannot reach a prototype', () => {
    const error = Object.assign(new Error('boom'), { name: '__proto__', code: 1 });
    Object.defineProperty(error, '__proto__', { value: { polluted: true }, enumerable: true });
    const extras = errorExtras(readErrors(error), scrubber);
    expect(Object.keys(extras ?? {})).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(extras)).toBe(Object.prototype);
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});

describe('secrets in errors', () => {
  const secret = 'https://db.local/hunter2';

  it.each<[string, () => unknown]>([
    ['the message', () => new Error(`cannot reach ${secret}`)],
    ['the name', () => Object.assign(new Error('boom'), { name: secret })],
    ['a cause', () => new Error('boom', { cause: new Error(secret) })],
    ['a list', () => new AggregateError([new Error(secret)])],
    ['a thrown string', () => secret],
    ['a thrown object', () => ({ message: secret })],
    ['a stack', () => Object.assign(new Error('boom'), { stack: `Error: boom\n    at f (${secret}/a.js:1:1)` })],
    ['an own property', () => Object.assign(new Error('boom'), { url: secret })],
    ['a cause that is no error', () => new Error('boom', { cause: secret })],
  ])('such as %s do not leave', (_, make) => {
    const errors = readErrors(make());
    const options = { mechanismType: 'generic', handled: true, scrubber, encodeStack };
    const text = encodeExceptions(errors, options) + JSON.stringify(errorExtras(errors, scrubber));
    expect(text).not.toContain('hunter2');
  });
});

describe('any thrown value', () => {
  const fail = (): never => {
    throw new Error('trap');
  };
  // Made inside the test: fast-check itself looks into what it generates.
  const makers: fc.Arbitrary<() => unknown> = fc.oneof(
    fc
      .anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withTypedArray: true })
      .map((value) => () => value),
    fc
      .subarray(['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor'], { minLength: 1 })
      .map((traps) => () => new Proxy(new Error('boom'), Object.fromEntries(traps.map((trap) => [trap, fail])))),
    fc.anything().map((answer) => () => new Proxy(new Error('boom'), { get: () => answer })),
    fc.anything().map((length) => () => {
      const get = (list: object, key: PropertyKey): unknown => (key === 'length' ? length : Reflect.get(list, key));
      return Object.assign(new Error('boom'), { errors: new Proxy([new Error('a')], { get }) });
    }),
    fc
      .dictionary(fc.constantFrom('name', 'message', 'stack', 'cause', 'errors', 'code', 'toJSON'), fc.anything())
      .map((fields) => () => Object.assign(new Error(), fields)),
  );

  it('is told as 1 to 10 exceptions in valid JSON, and nothing is thrown', () => {
    fc.assert(
      fc.property(makers, (make) => {
        const thrown = make();
        const errors = readErrors(thrown);
        const values = encode(thrown);
        expect(values.length).toBe(errors.length);
        expect(values.length).toBeGreaterThanOrEqual(1);
        expect(values.length).toBeLessThanOrEqual(10);
        for (const { type, value } of values) expect([typeof type, typeof value]).toEqual(['string', 'string']);
        const extras = errorExtras(errors, scrubber);
        if (extras !== undefined) expect(JSON.parse(JSON.stringify(extras))).toEqual(extras);
      }),
      { numRuns: 1_000 },
    );
  });
});
