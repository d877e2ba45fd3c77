import { describe, expect, it } from 'vitest';
import { scope, withScope } from '../../src/client/run-in-scope.js';
import type { LogRecord } from '../../src/record.js';
import { expectSettled } from '../support/balance.js';
import { HOSTILE_ERRORS, HOSTILE_VALUES, LARGE_VALUES, type Make } from '../support/hostile-values.js';
import { logRecord, memoryClient } from '../support/memory-client.js';

/** What becomes of a value that is logged as a field. */
async function extraOf(value: unknown): Promise<unknown> {
  const { client, event } = memoryClient();
  client.captureRecord(logRecord({ data: { value } }));
  await client.close();
  expectSettled(client);
  return event().extra?.['value'];
}

describe('C01–C04: fields that JSON has no word for become readable stand-ins', () => {
  const throwing = (): never => {
    throw new Error('no');
  };
  it.each<[string, unknown]>([
    ['a circular object', { name: 'loop', self: '[Circular]' }],
    ['a circular Map', { self: '[Circular]' }],
    ['a circular Set', ['[Circular]']],
    ['an object whose getter gives itself', { again: '[Circular]' }],
    ['a getter that throws', { fine: 1, broken: '[Getter threw]' }],
    ['a toJSON that throws', '[toJSON threw]'],
    ['a Proxy whose traps throw', '[Unreadable]'],
    ['a revoked Proxy', '[Unreadable]'],
    ['a BigInt', '[BigInt: 12345678901234567890]'],
    ['a symbol', '[Symbol(secret handshake)]'],
    ['a function', '[Function: shipped]'],
    ['not a number', '[NaN]'],
    ['minus zero', 0],
    ['infinity', '[Infinity]'],
    ['an invalid Date', '[Invalid Date]'],
    ['a typed array', '[Float64Array 8000 bytes]'],
    ['a Buffer of 10 MB', '[Buffer 10485760 bytes]'],
    ['an object without prototype', { a: 1 }],
    ['an instance with private fields', { open: false }],
    ['a frozen object', { list: [1, 2] }],
  ])('%s', async (name, expected) => {
    const make = HOSTILE_VALUES[name] ?? LARGE_VALUES[name] ?? throwing;
    expect(await extraOf(make())).toEqual(expected);
  });

  it.each<[string, unknown, unknown]>([
    ['undefined', undefined, '[undefined]'],
    ['a Date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a RegExp', /a+/gi, '/a+/gi'],
    ['a URL', new URL('http://shop.example/a?b=c'), 'http://shop.example/a?b=c'],
    ['a Promise', Promise.resolve(1), '[Promise]'],
    ['a boxed text', Object('x'), 'x'],
    ['a Map', new Map([['a', 1]]), { a: 1 }],
    ['a Set', new Set([1, 'a']), [1, 'a']],
    ['holes', Object.assign(new Array(3), { 0: 1, 2: 3 }), [1, '[empty]', 3]],
    ['an object with toJSON', { toJSON: () => ({ as: 'told' }) }, { as: 'told' }],
  ])('%s', async (_name, value, expected) => {
    expect(await extraOf(value)).toEqual(expected);
  });

  it('an Error among the fields is shown with its message', async () => {
    expect(await extraOf(new RangeError('no stock'))).toMatchObject({ name: 'RangeError', message: 'no stock' });
  });

  it('C03: after a getter that took more than 5 ms no other of its object is called', async () => {
    let called = 0;
    const slow = {
      get first() {
        const end = performance.now() + 8;
        while (performance.now() < end);
        return 'slow';
      },
      get second() {
        called += 1;
        return 'second';
      },
      plain: 1,
    };
    expect(await extraOf(slow)).toEqual({ first: 'slow', second: '[Getter skipped]', plain: 1 });
    expect(called).toBe(0);
  });
});

describe('C05, C06: what is too much is cut, and says so', () => {
  it.each<[string, Make, (value: unknown) => void]>([
    [
      'an object 10,000 deep',
      LARGE_VALUES['an object 10,000 deep'] as Make,
      (value) => expect(JSON.stringify(value)).toContain('[Object]'),
    ],
    [
      'an object of 100,000 keys',
      LARGE_VALUES['an object of 100,000 keys'] as Make,
      (value) => expect(value).toMatchObject({ '…': '99901 more keys' }),
    ],
    [
      'a list of 1,000,000',
      () => new Array(1_000_000).fill(7),
      (value) => expect((value as unknown[]).at(-1)).toBe('[… 999901 more]'),
    ],
    ['a text of 10 MB', () => 'x'.repeat(10 * 2 ** 20), (value) => expect(value).toBe(`${'x'.repeat(8_191)}…`)],
    [
      'a key of 1 MB',
      () => ({ ['k'.repeat(2 ** 20)]: 1 }),
      (value) => expect(Object.keys(value as object)[0]?.length).toBeLessThanOrEqual(200),
    ],
    [
      'a toJSON that returns 5 MB',
      HOSTILE_VALUES['a toJSON that returns 5 MB'] as Make,
      (value) => expect(value).toBe(`${'x'.repeat(8_191)}…`),
    ],
  ])('%s', async (_name, make, check) => {
    check(await extraOf(make()));
  });

  it('C05: the time for 100,000 keys is that of a few enumerations', { timeout: 20_000 }, () => {
    const huge = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, index]));
    const { client } = memoryClient();
    const enumerate = (): unknown => Object.keys(huge);
    const capture = (): unknown => client.captureRecord(logRecord({ data: { huge } }));
    capture();
    expect(fastest(capture)).toBeLessThan(5 * fastest(enumerate) + 50);
  });

  it.each([
    ['lone surrogates', 'a\ud800b\udc00c', 'a\ufffdb\ufffdc'],
    ['NUL and separators', '\u0000\u2028\u2029', '\u0000\u2028\u2029'],
    ['a pair at the cut', `${'x'.repeat(8_190)}😀😀`, `${'x'.repeat(8_190)}…`],
  ])('C06: %s stay valid UTF-8', async (_name, text, expected) => {
    const { client, event, transport } = memoryClient();
    client.captureRecord(logRecord({ message: text, data: { text } }));
    await client.close();
    expect(String(transport.envelopes[0]?.items[0]?.payload).isWellFormed()).toBe(true);
    expect(event()).toMatchObject({ logentry: { formatted: expected }, extra: { text: expected } });
  });

  it('C06: a message of 100 MB does not make the event large, nor does it stay in memory', async () => {
    const { client, event } = memoryClient();
    client.captureRecord(logRecord({ message: 'x'.repeat(100 * 2 ** 20) }));
    expect(event().logentry?.formatted).toHaveLength(8_192);
    client.captureRecord(logRecord({ level: 'info', message: 'y'.repeat(100 * 2 ** 20) }));
    expect(client.stats().accepted.error).toBe(1);
    await client.close();
    expectSettled(client);
  });
});

describe('C07: keys with the names of the prototype are data, and change no prototype', () => {
  const prototypes = [Object.prototype, Array.prototype, Function.prototype, Map.prototype, Error.prototype];
  const shape = (): string[][] => prototypes.map((prototype) => Reflect.ownKeys(prototype).map(String));
  const polluted = (): Record<string, unknown> =>
    JSON.parse(
      '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},"prototype":{"polluted":"yes"},' +
        '"hasOwnProperty":"own","toString":"own","valueOf":"own","toJSON":"own","deep":{"__proto__":{"polluted":"yes"}}}',
    );
  const before = shape();

  it.each<[string, (run: ReturnType<typeof memoryClient>) => void]>([
    ['data of a record', ({ client }) => client.captureRecord(logRecord({ data: polluted() }))],
    ['tags', ({ client }) => client.captureRecord(logRecord({ context: { tags: polluted() } }))],
    ['user', ({ client }) => client.captureRecord(logRecord({ context: { user: polluted() } }))],
    [
      'request',
      ({ client }) => client.captureRecord(logRecord({ context: { request: { method: 'GET', headers: polluted() } } })),
    ],
    ['an error', ({ client }) => client.captureException(Object.assign(new Error('x'), { details: polluted() }))],
    ['a hint', ({ client }) => client.captureMessage('x', 'error', { tags: polluted() as never, extra: polluted() })],
    ['an own event', ({ client }) => client.captureEvent(polluted() as never)],
    [
      'the scope',
      ({ client }) =>
        withScope((inner) => {
          inner.setTags(polluted() as never);
          inner.setUser(polluted());
          inner.setContext('__proto__', polluted());
          inner.setExtra('__proto__', polluted());
          inner.setTag('__proto__', 'polluted');
          client.captureMessage('x');
        }),
    ],
    [
      'a breadcrumb',
      ({ client }) => {
        client.addBreadcrumb({ message: 'x', data: polluted() });
        client.captureMessage('x');
      },
    ],
    ['a processor', (run) => run.client.captureMessage('x')],
  ])('in %s', async (name, capture) => {
    const run = memoryClient(
      name === 'a processor' ? { processors: [(event) => ({ ...event, extra: polluted() })] } : { logLevel: 'debug' },
    );
    capture(run);
    expect(run.events()).toHaveLength(1);
    await run.logs();
    expect(shape()).toEqual(before);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    await run.client.close();
    expectSettled(run.client);
  });

  it('of a record arrive under their names', async () => {
    const { client, event } = memoryClient();
    client.captureRecord(logRecord({ data: polluted() }));
    expect(event().extra).toMatchObject({
      constructor: { prototype: { polluted: 'yes' } },
      toString: 'own',
      hasOwnProperty: 'own',
    });
    await client.close();
  });
});

describe('C10: messages that are no text', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number', 42],
    ['an object', { a: 1 }],
    ['an object without prototype', Object.create(null)],
    ['a symbol', Symbol('x')],
  ])('%s still make an event, and nothing throws', async (_name, message) => {
    const { client, events } = memoryClient({ logLevel: 'debug' });
    client.captureRecord(logRecord({ message: message as string }));
    client.captureMessage(message as string);
    expect(events()).toHaveLength(2);
    await client.close();
    expectSettled(client);
  });

  it.each<[string, Partial<LogRecord>, unknown]>([
    [
      'more arguments than placeholders',
      { template: 'a %s', params: ['b', 'c'] },
      { message: 'a %s', params: ['b', 'c'] },
    ],
    [
      'fewer arguments than placeholders',
      { template: 'a %s %s', params: ['b'] },
      { message: 'a %s %s', params: ['b'] },
    ],
    ['no arguments', { template: 'a %s', params: [] }, { message: 'a %s' }],
    [
      'a circular argument',
      { template: '%j', params: [HOSTILE_VALUES['a circular object']?.()] },
      { params: ['{"name":"loop","self":"[Circular]"}'] },
    ],
    ['arguments that are no list', { template: '%s', params: 'nope' as never }, { message: '%s' }],
  ])('template with %s', async (_name, fields, expected) => {
    const { client, event } = memoryClient();
    client.captureRecord(logRecord({ message: 'final', ...fields }));
    expect(event().logentry).toMatchObject({ formatted: 'final', ...(expected as object) });
    await client.close();
  });
});

describe('C11: errors that are not what one expects of an Error', () => {
  it.each(Object.entries(HOSTILE_ERRORS))('%s makes an event of at most 10 exceptions', async (_name, make) => {
    const { client, event } = memoryClient({ logLevel: 'debug' });
    const error = make();
    const keys = Reflect.ownKeys(error);
    client.captureRecord(logRecord({ error }));
    const values = event().exception?.values ?? [];
    expect(values.length).toBeGreaterThanOrEqual(1);
    expect(values.length).toBeLessThanOrEqual(10);
    expect(values.at(-1)?.type).toMatch(/Error$/);
    expect(JSON.stringify(event())).not.toContain('t0p-s3cr3t');
    expect(Reflect.ownKeys(error)).toEqual(keys);
    await client.close();
    expectSettled(client);
  });

  const thrown: Readonly<Record<string, Make>> = {
    ...HOSTILE_VALUES,
    null: () => null,
    'a text': () => 'thrown',
    'a number': () => 42,
  };
  it.each(Object.entries(thrown))('%s, thrown, makes an event', async (_name, make) => {
    const { client, event } = memoryClient();
    expect(client.captureException(make())).toBeDefined();
    expect(event().exception?.values).toHaveLength(1);
    await client.close();
    expectSettled(client);
  });
});

describe('C12: what the host holds stays as it is', () => {
  it('frozen or not, whatever reads it', async () => {
    const make = () => ({ order: { id: 1, lines: ['a', { b: 2 }] }, password: 'x', when: new Date(0) });
    const { client, events } = memoryClient({
      logLevel: 'debug',
      processors: [
        (event, hint) => {
          event.extra = {};
          expect(hint.record?.data).toEqual(make());
          return event;
        },
      ],
      contextTags: ['order'],
    });
    const [open, frozen] = [make(), deepFreeze(make())];
    const record = Object.freeze(logRecord({ data: frozen }));
    client.captureRecord(record);
    client.captureRecord(logRecord({ data: open }));
    client.captureRecord(logRecord({ level: 'info', data: open }));
    withScope((inner) => {
      inner.setExtra('open', open);
      inner.setUser(frozen);
    });
    client.captureMessage('x', 'error', { extra: frozen });
    expect(open).toEqual(make());
    expect(frozen).toEqual(make());
    expect(events()).toHaveLength(3);
    await client.close();
  });

  it('may be changed by the host right after the call', async () => {
    const { client, events } = memoryClient();
    const data = { order: { id: 1 }, flat: 'before' };
    client.captureRecord(logRecord({ level: 'info', data }));
    scope.setExtra('kept', data);
    data.order.id = 2;
    data.flat = 'after';
    client.captureRecord(logRecord({ data: { mine: 1 } }));
    scope.clear();
    expect(events()[0]).toMatchObject({
      breadcrumbs: { values: [{ data: { order: { id: 1 }, flat: 'before' } }] },
      extra: { kept: { order: { id: 1 }, flat: 'before' } },
    });
    await client.close();
  });
});

function fastest(run: () => unknown): number {
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times);
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
