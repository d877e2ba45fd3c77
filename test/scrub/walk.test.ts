import { runInNewContext } from 'node:vm';
import { Headers as UndiciHeaders } from 'undici';
import { describe, expect, it } from 'vitest';
import { type Bounds, createScrubber, DEFAULT_BOUNDS, type JsonValue } from '../../src/scrub/walk.js';

const scrubber = createScrubber({ rules: true });
const clean = (value: unknown): JsonValue => scrubber.clean(value);

const CARD = '4111111111111111';

class Account {
  readonly id = 7;
  readonly password = 'hunter2';
  readonly #pin = 1234;
  get pin(): number {
    return this.#pin;
  }
}

function fail(): never {
  throw new Error('called');
}

/** Made where it has no name of its own. */
const anonymous = (
  () => () =>
    undefined
)();

describe('clean stands in for what JSON has no word for', () => {
  it.each<[string, unknown, JsonValue]>([
    ['null', null, null],
    ['true', true, true],
    ['an empty string', '', ''],
    ['a string', 'plain', 'plain'],
    ['a number', 1.5, 1.5],
    ['negative zero', -0, 0],
    ['the largest number', Number.MAX_VALUE, Number.MAX_VALUE],
    ['undefined', undefined, '[undefined]'],
    ['NaN', Number.NaN, '[NaN]'],
    ['Infinity', Number.POSITIVE_INFINITY, '[Infinity]'],
    ['-Infinity', Number.NEGATIVE_INFINITY, '[-Infinity]'],
    ['a BigInt', 123n, '[BigInt: 123]'],
    ['a BigInt of a million digits', 10n ** 1_000_000n, '[BigInt]'],
    ['a symbol', Symbol('x'), '[Symbol(x)]'],
    ['a symbol without description', Symbol(), '[Symbol()]'],
    ['a function', function charge() {}, '[Function: charge]'],
    ['a function without name', anonymous, '[Function: anonymous]'],
    ['a class', Account, '[Function: Account]'],
    [
      'a function whose name is another',
      Object.defineProperty(() => 1, 'name', { value: fail }),
      '[Function: anonymous]',
    ],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['the last date', new Date(8.64e15), '+275760-09-13T00:00:00.000Z'],
    ['an invalid date', new Date(Number.NaN), '[Invalid Date]'],
    ['a RegExp', /a"b\d/gi, String.raw`/a"b\d/gi`],
    ['a URL', new URL('https://example.com/a?b=c'), 'https://example.com/a?b=c'],
    ['a Buffer', Buffer.from('secret'), '[Buffer 6 bytes]'],
    ['a Buffer of 10 MiB', Buffer.alloc(10_485_760), '[Buffer 10485760 bytes]'],
    ['a typed array', new Uint8Array(12), '[Uint8Array 12 bytes]'],
    ['a typed array of floats', new Float64Array(2), '[Float64Array 16 bytes]'],
    ['a DataView', new DataView(new ArrayBuffer(3)), '[DataView 3 bytes]'],
    ['an ArrayBuffer', new ArrayBuffer(4), '[ArrayBuffer 4 bytes]'],
    ['a boxed string', Object('text'), 'text'],
    ['a boxed number', Object(5), 5],
    ['a boxed boolean', Object(false), false],
    ['a boxed BigInt', Object(5n), '[BigInt: 5]'],
    ['a boxed symbol', Object(Symbol('y')), '[Symbol(y)]'],
    ['a boxed number that unboxes to another', Object.assign(Object(5), { valueOf: () => Object(6) }), '[Object]'],
    ['a promise', Promise.resolve('secret'), '[Promise]'],
    ['a WeakMap', new WeakMap(), '[WeakMap]'],
    ['a WeakSet', new WeakSet(), '[WeakSet]'],
    ['an array', [1, 'a', null], [1, 'a', null]],
    ['a sparse array', Object.assign(new Array(3), { 0: 1, 2: 3 }), [1, '[empty]', 3]],
    ['undefined in an array', [undefined], ['[undefined]']],
    ['an array with properties', Object.assign([1], { password: 'x' }), [1]],
    ['a Map with string keys', new Map([['a', 1]]), { a: 1 }],
    [
      'a Map with other keys',
      new Map<unknown, unknown>([
        [1, 2],
        [{ a: 1 }, new Set([3])],
      ]),
      [
        [1, 2],
        [{ a: 1 }, [3]],
      ],
    ],
    ['an empty Map', new Map(), {}],
    ['a Set', new Set(['a', 'a', 2]), ['a', 2]],
    ['an object', { a: { b: [] } }, { a: { b: [] } }],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['a class instance', new Account(), { id: 7, password: '[Filtered]' }],
    ['symbol keys and hidden properties', Object.defineProperty({ [Symbol('s')]: 1 }, 'hidden', { value: 2 }), {}],
    [
      'objects of another realm',
      runInNewContext('({ d: new Date(0), m: new Map([["a", [1]]]), r: /x/ })'),
      { d: '1970-01-01T00:00:00.000Z', m: { a: [1] }, r: '/x/' },
    ],
  ])('%s', (_name, value, expected) => {
    expect(clean(value)).toEqual(expected);
    expect(clean({ deeper: [value] })).toEqual({ deeper: [expected] });
  });

  it('an Error, with what it hides and what was added to it', () => {
    const error = Object.assign(new TypeError('boom', { cause: new Error('inner') }), {
      code: 'E_BOOM',
      password: 'x',
    });
    error.stack = 'TypeError: boom\n    at here';
    expect(clean({ error })).toEqual({
      error: {
        name: 'TypeError',
        message: 'boom',
        stack: 'TypeError: boom\n    at here',
        code: 'E_BOOM',
        cause: { name: 'Error', message: 'inner', stack: expect.stringContaining('Error: inner') },
        password: '[Filtered]',
      },
    });
  });

  it('an AggregateError, an Error of another realm, and one that never was constructed', () => {
    expect(clean(new AggregateError([new Error('one')], 'many'))).toMatchObject({
      message: 'many',
      errors: [{ message: 'one' }],
    });
    expect(clean(runInNewContext('new RangeError("far")'))).toMatchObject({ name: 'RangeError', message: 'far' });
    expect(clean(Object.create(Error.prototype))).toMatchObject({ name: 'Error', message: '' });
  });

  it('an Error whose cause is itself', () => {
    const error = new Error('loop');
    error.cause = error;
    expect(clean(error)).toMatchObject({ message: 'loop', cause: '[Circular]' });
  });
});

describe('clean and circles', () => {
  it('names them, in objects, arrays, maps, sets and getters', () => {
    const node: Record<string, unknown> = { name: 'root' };
    node['self'] = node;
    node['list'] = [node];
    node['map'] = new Map<string, unknown>([['back', node]]);
    node['set'] = new Set([node]);
    Object.defineProperty(node, 'getter', { enumerable: true, get: () => node });
    expect(clean(node)).toEqual({
      name: 'root',
      self: '[Circular]',
      list: ['[Circular]'],
      map: { back: '[Circular]' },
      set: ['[Circular]'],
      getter: '[Circular]',
    });
  });

  it('does not mistake an object seen twice for one', () => {
    const shared = { a: 1 };
    expect(clean({ left: shared, right: shared })).toEqual({ left: { a: 1 }, right: { a: 1 } });
  });
});

describe('clean and keys', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'valueOf'];

  it.each(NAMES)('carries an own %s as data, at every level, and touches no prototype', (name) => {
    const before = Reflect.ownKeys(Object.prototype);
    const source = JSON.parse(`{"${name}":{"${name}":{"polluted":1}},"list":[{"${name}":2}]}`);
    const copy = clean(source) as Record<string, JsonValue>;
    expect(JSON.stringify(copy)).toBe(JSON.stringify(source));
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.hasOwn(copy, name)).toBe(true);
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('carries them from a Map as well', () => {
    expect(JSON.stringify(clean(new Map([['__proto__', { a: 1 }]])))).toBe('{"__proto__":{"a":1}}');
  });

  it('masks a secret that is a key', () => {
    expect(clean({ [CARD]: 1 })).toEqual({ '[Filtered]': 1 });
    expect(clean(new Map([[`card ${CARD}`, 1]]))).toEqual({ 'card [Filtered]': 1 });
    expect(clean(new Map([[[CARD], 1]]))).toEqual([[['[Filtered]'], 1]]);
  });

  it('keeps both of two keys that became the same', () => {
    expect(clean({ [CARD]: 'a', '4242424242424242': 'b', '5555555555554444': 'c' })).toEqual({
      '[Filtered]': expect.any(String),
      '[Filtered] (2)': expect.any(String),
      '[Filtered] (3)': expect.any(String),
    });
  });

  it('cuts a long key and still knows that it is a secret', () => {
    const copy = clean({ [`${'x.'.repeat(500_000)}password`]: 'hunter2' }) as Record<string, JsonValue>;
    const [key = ''] = Object.keys(copy);
    expect(key).toHaveLength(200);
    expect(key.endsWith('…')).toBe(true);
    expect(copy[key]).toBe('[Filtered]');
  });
});

describe('clean and secrets', () => {
  it.each<[string, unknown, JsonValue]>([
    ['a string', 'hunter2', '[Filtered]'],
    ['a number', 1234, '[Filtered]'],
    ['a boolean', false, '[Filtered]'],
    ['an object', { a: 1 }, '[Filtered]'],
    ['an array', ['hunter2'], '[Filtered]'],
    ['a Buffer', Buffer.from('hunter2'), '[Filtered]'],
    ['nothing: null', null, null],
    ['nothing: an empty string', '', ''],
    ['nothing: undefined', undefined, '[undefined]'],
  ])('under the key of a secret: %s', (_name, value, expected) => {
    expect(clean({ password: value, deep: [{ apiKey: value }] })).toEqual({
      password: expected,
      deep: [{ apiKey: expected }],
    });
  });

  it('does not look into a value that it masks', () => {
    const password = new Proxy({}, { ownKeys: () => expect.fail('walked'), get: () => expect.fail('read') });
    expect(clean({ password })).toEqual({ password: '[Filtered]' });
  });

  it('masks the second half of a pair whose first is the name of a secret', () => {
    expect(
      clean([
        ['Authorization', 'Bearer x'],
        ['Host', 'example.com'],
      ]),
    ).toEqual([
      ['Authorization', '[Filtered]'],
      ['Host', 'example.com'],
    ]);
    expect(
      clean(
        new Map<unknown, unknown>([
          [1, 'a'],
          ['password', { plain: 'hunter2' }],
        ]),
      ),
    ).toEqual([
      [1, 'a'],
      ['password', '[Filtered]'],
    ]);
  });

  it.each<[string, unknown, JsonValue]>([
    ["node's own text of all headers", { _header: 'Authorization: x' }, { _header: '[Filtered]' }],
    [
      'raw headers',
      { rawHeaders: ['Host', 'a', 'apikey', 'x'] },
      { rawHeaders: ['Host', 'a', 'apikey', '[Filtered]'] },
    ],
    [
      'a flat list of headers',
      ['Host', 'a', 'COOKIE', 'x', 'X-Api-Key', 'y'],
      ['Host', 'a', 'COOKIE', '[Filtered]', 'X-Api-Key', '[Filtered]'],
    ],
    ['a header by itself', ['set-cookie', ['x', 'y']], ['set-cookie', '[Filtered]']],
  ])('masks what a header holds: %s', (_name, value, expected) => {
    expect(clean(value)).toEqual(expected);
    expect(clean(clean(value))).toEqual(expected);
  });

  it.each<[string, unknown, JsonValue]>([
    ['cookies', { cookie: 'sid=x; theme=dark' }, { cookie: 'sid=[Filtered]; theme=[Filtered]' }],
    [
      'a cookie that is set',
      { 'Set-Cookie': 'sid=x; Path=/; Max-Age=60; HttpOnly' },
      { 'Set-Cookie': 'sid=[Filtered]; Path=/; Max-Age=60; HttpOnly' },
    ],
    [
      'cookies joined by a comma',
      { 'set-cookie': 'a=x; Path=/, b=y' },
      { 'set-cookie': 'a=[Filtered]; Path=[Filtered]' },
    ],
    ['no cookies', { cookie: 'c2lkOnNlY3JldA==' }, { cookie: '[Filtered]' }],
    ['something else in between', { cookie: 'a=x; secret; b=' }, { cookie: 'a=[Filtered]; [Filtered]; [Filtered]' }],
    ['none', { cookie: undefined }, { cookie: '[undefined]' }],
    ['a list of cookies', { 'set-cookie': ['sid=x'] }, { 'set-cookie': '[Filtered]' }],
  ])('keeps the names of %s', (_name, value, expected) => {
    expect(clean(value)).toEqual(expected);
    expect(clean(expected)).toEqual(expected);
  });

  it('shows lists of fields that hide them, without their secrets', () => {
    const headers = { accept: '*/*', authorization: 'Bearer x', cookie: 'sid=x', 'x-api-key': 'y' };
    const shown = { accept: '*/*', authorization: '[Filtered]', cookie: 'sid=[Filtered]', 'x-api-key': '[Filtered]' };
    const form = new FormData();
    form.append('user', 'bob');
    form.append('password', 'x');
    expect(clean(new Headers(headers))).toEqual(shown);
    expect(clean(new UndiciHeaders(headers))).toEqual(shown);
    expect(clean(new URLSearchParams('a=1&a=2&token=x&token=y'))).toEqual({ a: ['1', '2'], token: '[Filtered]' });
    expect(clean(form)).toEqual({ user: 'bob', password: '[Filtered]' });
    const many = new URLSearchParams(Array.from({ length: 300 }, (_, index) => [`k${index}`, 'v'] as [string, string]));
    expect(Object.keys(clean(many) as object)).toHaveLength(100);
    expect(clean(many)).toMatchObject({ '…': '201 more keys' });
  });

  it('is not caught by a list of fields without end, or one that throws', () => {
    const endless = Object.create({
      [Symbol.toStringTag]: 'Headers',
      *entries() {
        for (let index = 0; ; index++) yield [`k${index}`, index];
      },
    });
    const broken = Object.create({ [Symbol.toStringTag]: 'Headers', entries: fail });
    expect(clean([endless, { broken }])).toEqual([expect.objectContaining({ k0: 0 }), { broken: '[Unreadable]' }]);
  });

  it.each<[string, JsonValue]>([
    ['two ordinary words', ['session', 'expired']],
    ['words under a key', { header: 'x', words: ['token', 'refresh', 'password', 'reset'] }],
    ['values that look like names', ['x', 'authorization', 'y', 'cookie']],
  ])('leaves lists that are no headers: %s', (_name, value) => {
    expect(clean(value)).toEqual(value);
  });

  it.each<[string, unknown, Partial<Bounds>, JsonValue]>([
    [
      'a BigInt that is cut to a card number',
      [BigInt(`${CARD}99999999`)],
      { stringLength: 26 },
      ['[BigInt: [Filtered]…'],
    ],
    ['a pair that toJSON returns', [{ toJSON: () => ['password', 'x'] }], {}, [['password', '[Filtered]']]],
    ['a pair that is a Set', [new Set(['password', 'x'])], {}, [['password', '[Filtered]']]],
    ['a name that is cut', [['password', 'x']], { stringLength: 4 }, [['pas…', '[Filtered]']]],
    ['nothing behind it', [['x-api-key', undefined]], { stringLength: 7 }, [['x-api-…', '[undef…']]],
    ['a list that is cut to a pair', [['cookie', 'x', 'y']], { breadth: 2 }, [['cookie', '[… 2 more]']]],
    ['its marker, cut as well', [['token', 1, 2]], { breadth: 2, stringLength: 6 }, [['token', '[… 2 …']]],
  ])('says the same of its own result: %s', (_name, value, bounds, expected) => {
    const within = { ...DEFAULT_BOUNDS, ...bounds };
    expect(scrubber.clean(value, within)).toEqual(expected);
    expect(scrubber.clean(expected, within)).toEqual(expected);
  });

  it.each<[string, unknown, JsonValue]>([
    ['name and value', { name: 'Cookie', value: 'x' }, { name: 'Cookie', value: '[Filtered]' }],
    ['value and key', { value: ['x'], key: 'DB_PASSWORD' }, { value: '[Filtered]', key: 'DB_PASSWORD' }],
    ['no value', { name: 'token', value: null }, { name: 'token', value: null }],
    ['an ordinary name', { name: 'limit', value: 5 }, { name: 'limit', value: 5 }],
    ['a name that is no text', { name: { token: 1 }, value: 5 }, { name: { token: '[Filtered]' }, value: 5 }],
  ])('masks the value of an entry that is an object: %s', (_name, value, expected) => {
    expect(clean([value])).toEqual([expected]);
    expect(clean([expected])).toEqual([expected]);
  });

  it('leaves the marker of a list that was cut behind the name of a header', () => {
    const cut = ['cookie', '[… 3 more]'];
    expect(clean(cut)).toEqual(cut);
  });

  it.each<[string, unknown, JsonValue]>([
    ['a text', `paid with ${CARD}`, 'paid with [Filtered]'],
    ['a number', Number(CARD), '[Filtered]'],
    ['a negative number', -Number(CARD), '-[Filtered]'],
    ['a BigInt', BigInt(CARD), '[BigInt: [Filtered]]'],
    ['a symbol', Symbol(CARD), '[Symbol([Filtered])]'],
    ['a RegExp', new RegExp(CARD), '/[Filtered]/'],
    ['a URL', new URL(`https://example.com/?card=${CARD}`), 'https://example.com/?card=[Filtered]'],
    ['a Set', new Set([CARD]), ['[Filtered]']],
    [
      'what toJSON returns',
      { toJSON: () => ({ deep: { card: CARD, password: 'hunter2' } }) },
      { deep: { card: '[Filtered]', password: '[Filtered]' } },
    ],
    [
      'what a getter returns',
      {
        get late() {
          return CARD;
        },
      },
      { late: '[Filtered]' },
    ],
  ])('finds a card in %s', (_name, value, expected) => {
    expect(clean({ value })).toEqual({ value: expected });
  });

  it('leaves the numbers alone that only look long', () => {
    const numbers = { ms: 1_716_239_023_123, max: Number.MAX_SAFE_INTEGER, min: Number.MIN_SAFE_INTEGER, big: 1e300 };
    expect(clean(numbers)).toEqual(numbers);
  });

  it('masks a frozen object and one with only a getter, and leaves both as they are', () => {
    const frozen = Object.freeze({ password: 'hunter2' });
    const getter = Object.defineProperty({}, 'password', { enumerable: true, get: () => 'hunter2' });
    expect(clean([frozen, getter])).toEqual([{ password: '[Filtered]' }, { password: '[Filtered]' }]);
    expect(frozen.password).toBe('hunter2');
    expect(getter).toHaveProperty('password', 'hunter2');
  });
});

describe('the options of a scrubber', () => {
  it('only normalises where the rules are off', () => {
    const off = createScrubber({ rules: false, denyKeys: ['name'], allowKeys: ['id'] });
    expect(off.clean({ password: 'hunter2', card: CARD, name: 'a', at: new Date(0), n: 1n })).toEqual({
      password: 'hunter2',
      card: CARD,
      name: 'a',
      at: '1970-01-01T00:00:00.000Z',
      n: '[BigInt: 1]',
    });
    expect(off.text(`${CARD}\ud800`, 100)).toBe(`${CARD}\ufffd`);
    expect(off.isSensitive('password')).toBe(false);
  });

  it('denies more keys, ignores some, and says which', () => {
    const own = createScrubber({ rules: true, denyKeys: ['tax id'], ignoreKeys: ['page token'] });
    expect(own.clean({ taxId: 1, pageToken: 2, token: 3 })).toEqual({
      taxId: '[Filtered]',
      pageToken: 2,
      token: '[Filtered]',
    });
    expect(['tax_id', 'page_token', 'password'].map(own.isSensitive)).toEqual([true, false, true]);
  });

  it('masks with another word', () => {
    const own = createScrubber({ rules: true, mask: '********' });
    expect(own.mask).toBe('********');
    expect(own.clean({ password: 'x', text: CARD })).toEqual({ password: '********', text: '********' });
  });

  it('runs detectors of the user after its own', () => {
    const customer = { name: 'customer', scrub: (text: string, mask: string) => text.replace(/CUST-\d+/g, () => mask) };
    const own = createScrubber({ rules: true, detectors: [customer] });
    expect(own.clean({ 'CUST-12': `CUST-13 ${CARD}` })).toEqual({ '[Filtered]': '[Filtered] [Filtered]' });
    expect(own.text('for CUST-14', 100)).toBe('for [Filtered]');
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['returns nothing', () => undefined],
    ['returns a promise', async () => 'text'],
  ])('masks the whole text when a detector %s', (_name, scrub) => {
    const own = createScrubber({ rules: true, detectors: [{ name: 'broken', scrub: scrub as () => string }] });
    expect(own.clean({ id: 'hunter2', n: 1 })).toEqual({ '[Filtered]': '[Filtered]', '[Filtered] (2)': 1 });
    expect(own.text('hunter2', 100)).toBe('[Filtered]');
  });

  it('lets only listed keys keep their values where it is given them', () => {
    const own = createScrubber({ rules: true, allowKeys: ['id', 'Order'] });
    expect(
      own.clean({
        ID: 7,
        name: 'Ada',
        order: { total: 9, items: ['book'], note: CARD, password: 'hunter2' },
        nested: [
          { id: 8, age: 36, when: new Date(0), ok: true, none: null, empty: '' },
          'loose',
          4,
          new Map([[1, 'x']]),
        ],
      }),
    ).toEqual({
      ID: 7,
      name: '[Filtered]',
      order: { total: 9, items: ['book'], note: '[Filtered]', password: '[Filtered]' },
      nested: [
        { id: 8, age: '[Filtered]', when: '[Filtered]', ok: '[Filtered]', none: null, empty: '' },
        '[Filtered]',
        '[Filtered]',
        [['[Filtered]', '[Filtered]']],
      ],
    });
    expect(own.clean('a value without any key')).toBe('[Filtered]');
    expect(own.text('a text is no value', 100)).toBe('a text is no value');
  });

  it('tells which rule masked how often, once per call', () => {
    const heard: [string, number][] = [];
    const own = createScrubber({ rules: true, allowKeys: ['id'], onScrub: (...hit) => heard.push(hit) });
    own.clean({ id: CARD, [CARD]: { id: [CARD, Number(CARD)] }, password: 'x', token: 'y', name: 'z', empty: '' });
    expect(Object.fromEntries(heard)).toEqual({ card: 4, key: 2, allow: 1 });
    heard.length = 0;
    own.text(CARD, 100);
    own.text('nothing here', 100);
    expect(heard).toEqual([['card', 1]]);
  });

  it('is not disturbed by a listener that throws', () => {
    const own = createScrubber({
      rules: true,
      onScrub: () => {
        throw new Error('listener');
      },
    });
    expect(own.clean({ password: 'x' })).toEqual({ password: '[Filtered]' });
    expect(own.text(CARD, 100)).toBe('[Filtered]');
  });

  it('has defaults for the bounds', () => {
    expect(DEFAULT_BOUNDS).toEqual({ depth: 6, breadth: 100, nodes: 5_000, stringLength: 8_192, bytes: 262_144 });
  });
});
