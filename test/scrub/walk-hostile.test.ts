import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createScrubber, type JsonValue } from '../../src/scrub/walk.js';

const scrubber = createScrubber({ rules: true });
const clean = (value: unknown): JsonValue => scrubber.clean(value);

function fail(): never {
  throw new Error('trap');
}

class LyingMap extends Map<string, number> {
  override get size(): number {
    return 1e9;
  }
  override readonly entries = fail;
  override readonly [Symbol.iterator] = fail;
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** Blocks the thread, as a getter that reads a file would. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

describe('clean and objects that fight back', () => {
  it.each<[string, unknown, JsonValue]>([
    [
      'a getter that throws',
      {
        get a() {
          return fail();
        },
        b: 1,
      },
      { a: '[Getter threw]', b: 1 },
    ],
    ['an item whose getter throws', Object.defineProperty([1, 2], 0, { get: fail }), ['[Getter threw]', 2]],
    ['a Proxy that lists no keys', new Proxy({}, { ownKeys: fail }), '[Unreadable]'],
    ['a Proxy that shows no prototype', new Proxy({}, { getPrototypeOf: fail }), '[Unreadable]'],
    ['a Proxy that gives nothing', new Proxy({ a: 1 }, { get: fail }), '[Unreadable]'],
    [
      'a Proxy that gives nothing but toJSON',
      new Proxy({ a: 1 }, { get: (_t, key) => (key === 'toJSON' ? undefined : fail()) }),
      { a: '[Getter threw]' },
    ],
    [
      'a Proxy of an array that lies about its length',
      new Proxy([1, 2], { get: (t, k) => (k === 'length' ? Number.NaN : Reflect.get(t, k)) }),
      [],
    ],
    ['a Proxy of an array with a length that throws', new Proxy([], { get: fail }), '[Unreadable]'],
    ['a revoked Proxy', revoked({}), '[Unreadable]'],
    ['a revoked Proxy of an array', revoked([]), '[Unreadable]'],
    ['a revoked Proxy of a function', revoked(() => undefined), '[Function: anonymous]'],
    ['a Proxy of a Map', new Proxy(new Map([['a', 1]]), {}), {}],
    [
      'an Error whose message throws',
      Object.defineProperty(new Error('x'), 'message', { get: fail }),
      { name: 'Error', message: '[Getter threw]', stack: expect.any(String) as unknown as string },
    ],
    [
      'an Error without a stack',
      Object.assign(new Error('x'), { stack: undefined }),
      { name: 'Error', message: 'x', stack: '[undefined]' },
    ],
    ['a toJSON that throws', { secret: 1, toJSON: fail }, '[toJSON threw]'],
    [
      'a toJSON getter that throws',
      {
        get toJSON() {
          return fail();
        },
      },
      '[Unreadable]',
    ],
    ['a toJSON that is no function', { toJSON: 5 }, { toJSON: 5 }],
    [
      'a toJSON that returns its object',
      {
        a: 1,
        toJSON() {
          return this;
        },
      },
      { a: 1, toJSON: '[Function: toJSON]' },
    ],
    [
      'a toJSON that returns an object with one',
      { toJSON: () => ({ a: 1, toJSON: fail }) },
      { a: 1, toJSON: '[Function: fail]' },
    ],
    [
      'a toJSON that returns its object inside another',
      {
        toJSON() {
          return { self: this };
        },
      },
      { self: '[Circular]' },
    ],
    ['a toJSON that returns nothing', { toJSON: () => undefined }, '[undefined]'],
    ['a toJSON that returns a date', { toJSON: () => new Date(0) }, '1970-01-01T00:00:00.000Z'],
    ['a Map whose methods lie', new LyingMap([['a', 1]]), { a: 1 }],
    [
      'a Date whose methods lie',
      Object.assign(new Date(0), { toISOString: fail, getTime: fail, toJSON: fail }),
      '1970-01-01T00:00:00.000Z',
    ],
    [
      'a typed array that is a plain object by its prototype',
      Object.setPrototypeOf(new Uint8Array(2), Object.prototype),
      { 0: 0, 1: 0 },
    ],
  ])('%s', (_name, value, expected) => {
    expect(clean(value)).toEqual(expected);
    expect(clean({ before: 1, value, after: 2 })).toEqual({ before: 1, value: expected, after: 2 });
  });

  it('ends for a toJSON that makes a new object with a toJSON each time', () => {
    const endless = (): object => ({ toJSON: () => ({ next: endless() }) });
    expect(JSON.stringify(clean(endless()))).toContain('[Object]');
  });

  it('hears of a log call made inside a toJSON', () => {
    const inner: JsonValue[] = [];
    const value = {
      toJSON() {
        inner.push(clean({ password: 'x' }));
        return { a: 1 };
      },
    };
    expect(clean({ value })).toEqual({ value: { a: 1 } });
    expect(inner).toEqual([{ password: '[Filtered]' }]);
  });

  it('survives a getter that changes the object while it is read', () => {
    const value: Record<string, unknown> = {
      get first() {
        delete value['second'];
        value['third'] = 3;
        return 1;
      },
      second: 2,
    };
    expect(clean(value)).toEqual({ first: 1, second: '[undefined]' });
  });

  it('calls no setter that someone put on Object.prototype', () => {
    const heard: unknown[] = [];
    Object.defineProperty(Object.prototype, 'polluted', {
      configurable: true,
      get: () => 1,
      set: (value) => heard.push(value),
    });
    try {
      expect(Object.entries(clean({ polluted: 2 }) as object)).toEqual([['polluted', 2]]);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'polluted');
    }
    expect(heard).toEqual([]);
  });

  it('returns a copy or a stand-in wherever the stack is nearly used up', () => {
    const results: JsonValue[] = [];
    const dive = (): void => {
      try {
        dive();
      } catch {
        // The stack is full here; each return makes room for a few frames.
      }
      if (results.length < 1_000) results.push(clean({ a: { b: [1] } }));
    };
    dive();
    expect(results).toHaveLength(1_000);
    expect(results.at(-1)).toEqual({ a: { b: [1] } });
  });
});

describe('clean and slow getters', () => {
  it('stops calling the getters of an object after one took more than 5 ms, and says so once', () => {
    let calls = 0;
    let heard = 0;
    const own = createScrubber({ rules: true, onSlowGetter: () => heard++ });
    const slow = {
      data: 1,
      get first() {
        calls++;
        block(10);
        return 'late';
      },
      get second() {
        calls++;
        block(10);
        return 'never';
      },
      more: 2,
      get third() {
        calls++;
        return 'never';
      },
      sibling: {
        get quick() {
          return 3;
        },
      },
    };
    expect(own.clean(slow)).toEqual({
      data: 1,
      first: 'late',
      second: '[Getter skipped]',
      more: 2,
      third: '[Getter skipped]',
      sibling: { quick: 3 },
    });
    expect([calls, heard]).toEqual([1, 1]);
  });

  it('takes each property of a slow Proxy for a getter', () => {
    let reads = 0;
    const get = (target: object, key: PropertyKey): unknown => {
      if (key !== 'toJSON') {
        reads++;
        block(10);
      }
      return Reflect.get(target, key);
    };
    expect(clean(new Proxy({ a: 1, b: 2 }, { get }))).toEqual({ a: 1, b: '[Getter skipped]' });
    expect(reads).toBe(1);
  });

  it('does not mistake the time it spends in a child for a slow getter of the parent', () => {
    let heard = 0;
    const own = createScrubber({ rules: true, onSlowGetter: () => heard++ });
    const child = {
      toJSON: () => {
        block(10);
        return 1;
      },
    };
    expect(
      own.clean({
        get a() {
          return child;
        },
        get b() {
          return 2;
        },
      }),
    ).toEqual({ a: 1, b: 2 });
    expect(heard).toBe(0);
  });

  it('is not disturbed by a listener that throws, or by none', () => {
    const slow = (): object => ({
      get a() {
        block(10);
        return 1;
      },
      get b() {
        return 2;
      },
    });
    const expected = { a: 1, b: '[Getter skipped]' };
    expect(createScrubber({ rules: true, onSlowGetter: fail }).clean(slow())).toEqual(expected);
    expect(clean(slow())).toEqual(expected);
  });
});

describe('clean and patched built-ins', () => {
  it('keeps its own Date, Map and clock', () => {
    const originals = [Date.prototype.toISOString, Map.prototype.entries, performance.now, JSON.stringify] as const;
    const [toISOString, entries, now, stringify] = originals;
    Date.prototype.toISOString = fail;
    Map.prototype.entries = fail;
    performance.now = fail;
    JSON.stringify = fail;
    try {
      expect(clean([new Date(0), new Map([['a', 1]])])).toEqual(['1970-01-01T00:00:00.000Z', { a: 1 }]);
    } finally {
      Object.assign(Date.prototype, { toISOString });
      Object.assign(Map.prototype, { entries });
      performance.now = now;
      JSON.stringify = stringify;
    }
  });

  it('honours no toJSON of its own result', () => {
    const copy = clean(runInNewContext('({ a: [1], toJSON() { return { a: [1], toJSON: () => "again" }; } })'));
    expect(JSON.stringify(copy)).toBe('{"a":[1],"toJSON":"[Function: toJSON]"}');
  });
});
