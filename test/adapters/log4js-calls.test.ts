import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ClientOptions } from '../../src/client/options.js';
import type { ErrorEvent } from '../../src/protocol/event.js';
import { memoryClient } from '../support/memory-client.js';
import { jackdawLogger, shutdown } from './log4js-logger.js';

afterEach(shutdown);

/** The event of one call of `logger.error`. */
function eventOf(args: readonly unknown[], options: ClientOptions = {}): ErrorEvent {
  const { client, event } = memoryClient(options);
  jackdawLogger({ client: () => client }).error(...(args as [unknown]));
  return event();
}

describe('the text of an event', () => {
  it.each<[string, unknown[], ErrorEvent['logentry']]>([
    ['a text alone', ['lost'], { formatted: 'lost' }],
    [
      'placeholders',
      ['%s lost %d of %i', 'ada', 2, '7.9'],
      { formatted: 'ada lost 2 of 7', message: '%s lost %d of %i', params: ['ada', '2', '7.9'] },
    ],
    [
      'fewer arguments than placeholders',
      ['%s lost %s', 'ada'],
      { formatted: 'ada lost %s', message: '%s lost %s', params: ['ada'] },
    ],
    [
      'more arguments than placeholders',
      ['%s lost', 'ada', 7, true],
      { formatted: 'ada lost 7 true', message: '%s lost', params: ['ada', '7', 'true'] },
    ],
    [
      'a text and values',
      ['lost order', 4711],
      { formatted: 'lost order 4711', message: 'lost order', params: ['4711'] },
    ],
    ['a percent sign alone', ['100 %'], { formatted: '100 %' }],
    ['a percent sign and values', ['100 % of', 7], { formatted: '100 % of 7', message: '100 % of', params: ['7'] }],
    [
      'an escaped percent sign',
      ['%d%% of %s', 7, 'x'],
      { formatted: '7% of x', message: '%d%% of %s', params: ['7', 'x'] },
    ],
    ['a number', [42], { formatted: '42' }],
    ['undefined and null', [undefined, null], { formatted: 'undefined null' }],
    ['a symbol', [Symbol('lost')], { formatted: '[Symbol(lost)]' }],
    ['a BigInt', ['lost', 7n], { formatted: 'lost [BigInt: 7]', message: 'lost', params: ['[BigInt: 7]'] }],
    [
      'a function',
      ['lost', function find() {}],
      { formatted: 'lost [Function: find]', message: 'lost', params: ['[Function: find]'] },
    ],
    ['a text behind an object', [{ order: 1 }, 'lost'], { formatted: 'lost' }],
    ['an object alone', [{ order: 1, sku: 2 }], { formatted: 'Object with keys: order, sku' }],
    ['a list alone', [[1, 2]], { formatted: 'Array of 2' }],
    ['an Error alone', [new TypeError('no stock')], { formatted: 'TypeError: no stock' }],
    [
      'an Error behind a text',
      ['lost', new TypeError('no stock')],
      { formatted: 'lost TypeError: no stock', message: 'lost', params: ['TypeError: no stock'] },
    ],
    ['an Error before a text', [new TypeError('no %s'), 'lost %s'], { formatted: 'TypeError: no %s lost %s' }],
    [
      'an Error in a placeholder',
      ['lost: %s', new TypeError('no stock')],
      { formatted: 'lost: TypeError: no stock', message: 'lost: %s', params: ['TypeError: no stock'] },
    ],
    ['an Error under err', [{ err: new TypeError('no stock') }], { formatted: 'TypeError: no stock' }],
    ['nothing', [], undefined],
  ])('of %s is what util.format makes, data apart', (_name, args, expected) => {
    expect(eventOf(args).logentry).toEqual(expected);
  });

  it.each([
    ['%j', 'login {"user":"ada","password":"[Filtered]"}'],
    ['%s', "login { user: 'ada', password: '[Filtered]' }"],
    ['%O', "login { user: 'ada', password: '[Filtered]' }"],
  ])('has objects for %s without their secrets', (placeholder, formatted) => {
    const event = eventOf([`login ${placeholder}`, { user: 'ada', password: 'hunter2' }]);
    expect(event.logentry?.formatted).toBe(formatted);
    expect(JSON.stringify(event)).not.toContain('hunter2');
  });

  it('has no secret by the rules of the client either', () => {
    const login = ['login %j', { pin: '1234-pin', user: 'ada' }];
    expect(JSON.stringify(eventOf(login, { scrub: { denyKeys: ['pin'] } }))).not.toContain('1234-pin');
    expect(JSON.stringify(eventOf(login, { scrub: { mode: 'allow', keys: ['user'] } }))).not.toContain('1234-pin');
  });

  it('never has what an object beside it holds', () => {
    const event = eventOf(['login', { user: 'ada', password: 'hunter2' }, ['token', 'hunter2'], 'again']);
    expect(event.logentry).toEqual({ formatted: 'login again', message: 'login', params: ['again'] });
    expect(event.extra).toMatchObject({ user: 'ada', password: '[Filtered]', arguments: [['token', '[Filtered]']] });
    expect(JSON.stringify(event)).not.toContain('hunter2');
  });

  it.each([
    [
      'toString',
      {
        toString: () => {
          throw new Error('toString');
        },
      },
    ],
    [
      'inspect',
      {
        [Symbol.for('nodejs.util.inspect.custom')]: () => {
          throw new Error('inspect');
        },
      },
    ],
    [
      'valueOf',
      {
        valueOf: () => {
          throw new Error('valueOf');
        },
      },
    ],
    [
      'toJSON',
      {
        toJSON: () => {
          throw new Error('toJSON');
        },
      },
    ],
    [
      'Symbol.toPrimitive',
      {
        [Symbol.toPrimitive]: () => {
          throw new Error('toPrimitive');
        },
      },
    ],
    [
      'itself',
      (() => {
        const loop: Record<string, unknown> = {};
        loop['loop'] = loop;
        return loop;
      })(),
    ],
  ])('survives an object that fails at %s in every kind of placeholder', (_name, value) => {
    const event = eventOf(['%s %d %i %f %j %o %O %c end', ...Array(8).fill(value)]);
    expect(event.logentry?.formatted).toMatch(/ end$/);
  });

  it('has no end where a call has too many arguments, yet says how many there were', () => {
    const event = eventOf(['numbers', ...Array(5_000).fill(7)]);
    expect(event.logentry?.params).toHaveLength(99);
    expect(JSON.stringify(event.extra)).toMatch(/480\d more/);
  });
});

describe('the fields of an event', () => {
  class Order {
    readonly id = 4711;
  }
  it.each<[string, unknown[], Record<string, unknown> | undefined]>([
    ['none', ['lost'], undefined],
    ['one object', ['lost', { order: 1 }], { order: 1 }],
    ['several objects', ['lost', { order: 1, a: 'first' }, 'and', { order: 2 }], { order: 2, a: 'first' }],
    ['an object in a placeholder', ['lost %j', { order: 1 }], undefined],
    ['an object behind one in a placeholder', ['lost %j', { order: 1 }, { order: 2 }], { order: 2 }],
    [
      'lists, Maps, Dates and instances',
      ['lost', [1], new Map([['a', 1]]), new Date(0), new Order()],
      { arguments: [[1], { a: 1 }, '1970-01-01T00:00:00.000Z', { id: 4711 }] },
    ],
    ['a name that we use, too', ['lost', { arguments: 'mine' }, [1]], { arguments: 'mine', 'log4js.arguments': [[1]] }],
    ['what speaks for itself', ['lost', { toJSON: () => 'order 7' }], { arguments: ['order 7'] }],
    [
      'a key __proto__',
      ['lost', JSON.parse('{"__proto__":{"admin":true},"tags":{"a":"b"}}')],
      JSON.parse('{"__proto__":{"admin":true}}'),
    ],
    [
      'a Proxy that hides its keys',
      [
        'lost',
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('ownKeys');
            },
          },
        ),
      ],
      { arguments: '[Unreadable]' },
    ],
  ])('are those of %s', (_name, args, extra) => {
    expect(eventOf(args).extra).toEqual(extra);
  });

  it('are also those of the logger, unless the call has its own; contextTags become tags', () => {
    const { client, event } = memoryClient({ contextTags: ['tenant'] });
    const logger = jackdawLogger({ client: () => client });
    logger.addContext('tenant', 'acme');
    logger.addContext('region', 'eu');
    logger.addContext('user', { id: 'u-7' });
    logger.error('lost', { region: 'us', order: 1 });
    expect(event()).toMatchObject({
      extra: { tenant: 'acme', region: 'us', order: 1 },
      tags: { tenant: 'acme' },
      user: { id: 'u-7' },
    });
    expect(event().extra).not.toHaveProperty('user');
  });

  it('say where the call stands, where log4js was asked to find out', () => {
    const { client, event } = memoryClient();
    const categories = { default: { appenders: ['jackdaw'], level: 'all', enableCallStack: true } };
    function lose(): void {
      jackdawLogger({ client: () => client }, { categories }).error('lost');
    }
    lose();
    expect(event().extra).toEqual({ callSite: expect.stringMatching(/^lose \(.*log4js-calls\.test\.ts:\d+:\d+\)$/) });
  });

  it('leave the place to the frames of an Error', () => {
    const { client, event } = memoryClient();
    const categories = { default: { appenders: ['jackdaw'], level: 'all', enableCallStack: true } };
    jackdawLogger({ client: () => client }, { categories }).error(new Error('no stock'));
    expect(event().extra).toBeUndefined();
  });
});

describe('the Error of an event', () => {
  const error = new RangeError('no stock');

  it.each<[string, unknown[]]>([
    ['the first argument', [error, 'lost']],
    ['behind a text', ['lost', error]],
    ['behind fields', ['lost', { order: 1 }, error]],
    ['in a placeholder', ['lost %s', error]],
    ['the first of two', ['lost', error, new Error('another')]],
    ['under err', ['lost', { err: error }]],
    ['under error', ['lost', { error }]],
    ['under exception', ['lost', { exception: error }]],
    ['under err of the second object', ['lost', { order: 1 }, { err: error }]],
    ['under err beside a cause', ['lost', { cause: new Error('cause'), err: error }]],
  ])('is found as %s', (_name, args) => {
    expect(eventOf(args).exception?.values.map(({ type, value }) => [type, value])).toEqual([
      ['RangeError', 'no stock'],
    ]);
  });

  it.each<[string, unknown[]]>([
    ['under another key', ['lost', { order: error }]],
    ['deeper', ['lost', { details: { err: error } }]],
    ['only by name', ['lost', { err: 'no stock' }]],
  ])('is none that stands %s', (_name, args) => {
    expect(eventOf(args).exception).toBeUndefined();
  });

  it('is told as a text where it was a field, so that breadcrumbs have it, too', () => {
    const { client, trail } = memoryClient();
    jackdawLogger({ client: () => client }).warn('will retry', { err: error, attempt: 1 });
    expect(trail()).toMatchObject([{ message: 'will retry', data: { err: 'RangeError: no stock', attempt: 1 } }]);
  });
});

describe('a breadcrumb', () => {
  it('shows what was logged then, whatever has become of it since', () => {
    const { client, trail } = memoryClient();
    const logger = jackdawLogger({ client: () => client });
    const order = { id: 1, state: 'new' };
    const list = [1, 2];
    logger.info('%s of %d', 'ada', 7);
    logger.info('order %j', order);
    logger.info('order', order);
    logger.info('orders', list);
    order.state = 'changed';
    list.length = 0;
    expect(trail().map(({ message, data }) => [message, data])).toEqual([
      ['ada of 7', undefined],
      ['order {"id":1,"state":"new"}', undefined],
      ['order', { id: 1, state: 'new' }],
      ['orders', { arguments: [[1, 2]] }],
    ]);
  });

  it('has no secret in its text', () => {
    const { client, trail } = memoryClient();
    jackdawLogger({ client: () => client }).info('login %j', { password: 'hunter2' }, { token: 'hunter3' });
    expect(trail()).toMatchObject([{ message: 'login {"password":"[Filtered]"}', data: { token: '[Filtered]' } }]);
  });

  it('is not made, nor is anything of the call read, below all thresholds', () => {
    const { client, trail } = memoryClient();
    const read = vi.fn();
    const fields = Object.defineProperty({ toJSON: read }, 'order', { get: read, enumerable: true });
    const logger = jackdawLogger({ client: () => client });
    logger.debug('order %j', fields, fields, [fields]);
    expect(trail()).toEqual([]);
    expect(read).not.toHaveBeenCalled();
    logger.info('order %j', fields, fields, [fields]);
    expect(read).toHaveBeenCalled();
  });
});
