import log4js from 'log4js';
import { Agent } from 'undici';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as appender from '../../src/adapters/log4js.js';
import { ConfigError } from '../../src/client/config-error.js';
import { getClient } from '../../src/client/create-client.js';
import { processState } from '../../src/client/process-state.js';
import { memoryTransport } from '../../src/transport/memory.js';
import { freshDsn, memoryClient } from '../support/memory-client.js';
import { jackdawLogger, loggerWith, shutdown } from './log4js-logger.js';

afterEach(shutdown);

function thrownFor(options: Readonly<Record<string, unknown>>): ConfigError {
  try {
    jackdawLogger(options);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the module', () => {
  it('has no export that log4js warns of', () => {
    expect(Object.keys(appender)).toEqual(['configure']);
  });

  it('reports through a client of its own, which getClient finds, and which reads the environment', async () => {
    const dsn = freshDsn();
    vi.stubEnv('SENTRY_DSN', dsn);
    try {
      const transport = memoryTransport();
      jackdawLogger({ transport: () => transport }).error('lost');
      expect(getClient(dsn)?.stats().delivered.error).toBe(1);
      expect(transport.events).toMatchObject([{ logger: 'orders', level: 'error', logentry: { formatted: 'lost' } }]);
      await shutdown();
      expect(getClient(dsn)).toBeUndefined();
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('what log4js’s copying breaks', () => {
  class Pattern {}

  it.each<[string, Record<string, unknown>]>([
    ['client', { client: memoryClient().client }],
    ['transport', { transport: memoryTransport() }],
    [
      'transport',
      {
        transport: new (class {
          sent = [];
          send() {}
          flush() {}
          close() {}
        })(),
      },
    ],
    ['dispatcher', { dispatcher: new Agent() }],
    ['inAppInclude', { inAppInclude: [/src/] }],
    ['scrub', { scrub: { denyKeys: ['pin', /token/] } }],
    ['processors', { processors: [new Pattern()] }],
    ['ignoreErrors', { ignoreErrors: [/timeout/] }],
    ['ignoreLoggers', { ignoreLoggers: [{ name: /^db/ }] }],
    ['rules', { rules: [{ logger: /^db/, eventLevel: 'warning' }] }],
  ])('is refused as %s, with the way out', (option, options) => {
    const { problems, message } = thrownFor({ dsn: option === 'client' ? undefined : freshDsn(), ...options });
    expect(problems.map((problem) => problem.option)).toEqual([option]);
    expect(message).toContain('client: () => client');
    expect(message).toContain('log4js copies its configuration');
  });

  it.each<[string, Record<string, unknown>]>([
    ['sampleRate', { sampleRate: 7 }],
    ['levelMap', { levelMap: { AUDIT: 'nonsense' } }],
    ['inAppInclude', { inAppInclude: [], modules: 'yes' }],
    ['level', { level: 'error' }],
  ])('is not blamed for a plain mistake: %s', (_option, options) => {
    expect(thrownFor({ dsn: freshDsn(), ...options }).message).not.toContain('copies');
  });

  it('spares functions and plain data', () => {
    const transport = memoryTransport();
    const logger = jackdawLogger({
      dsn: freshDsn(),
      transport: () => transport,
      tags: {},
      extra: { nested: { list: [1, { two: 2 }] } },
      scrub: { denyKeys: ['pin'] },
      levelMap: { AUDIT: 'error' },
      beforeSend: (event: object) => ({ ...event, transaction: 'by beforeSend' }),
    });
    logger.error('lost', { pin: 1234 });
    expect(transport.events).toMatchObject([
      { extra: { nested: { list: [1, { two: 2 }] }, pin: '[Filtered]' }, transaction: 'by beforeSend' },
    ]);
  });

  it('names all that is wrong at once', () => {
    const { problems } = thrownFor({ dsn: freshDsn(), transport: memoryTransport(), sampleRate: 7, nonsense: 1 });
    expect(problems.map(({ option }) => option)).toEqual(['transport', 'sampleRate', 'nonsense']);
  });
});

describe('a layout', () => {
  function formatted(layout: object, ...args: [unknown, ...unknown[]]): string | undefined {
    const { client, event } = memoryClient();
    const logger = jackdawLogger({ client: () => client, layout });
    logger.addContext('tenant', { name: 'acme', apiKey: 'hunter3' });
    logger.error(...args);
    expect(JSON.stringify(event())).not.toMatch(/hunter\d/);
    return event().logentry?.formatted;
  }

  it('makes the text; template and parameters stay', () => {
    const { client, event } = memoryClient();
    jackdawLogger({ client: () => client, layout: { type: 'pattern', pattern: '<%p> %c: %m' } }).error(
      '%s lost',
      'ada',
    );
    expect(event().logentry).toEqual({ formatted: '<ERROR> orders: ada lost', message: '%s lost', params: ['ada'] });
  });

  it.each<[string, object, string]>([
    ['messagePassThrough', { type: 'messagePassThrough' }, "login { user: 'ada', password: '[Filtered]' }"],
    [
      'pattern',
      { type: 'pattern', pattern: '%X{tenant} %m' },
      "[object Object] login { user: 'ada', password: '[Filtered]' }",
    ],
  ])('sees clean copies only: %s', (_name, layout, text) => {
    expect(formatted(layout, 'login', { user: 'ada', password: 'hunter2' })).toBe(text);
  });

  it('sees a clean copy of the Error, too', () => {
    log4js.addLayout('json', () => (event) => JSON.stringify({ ...event, startTime: undefined }));
    const error = Object.assign(new Error('no stock'), { token: 'hunter2' });
    expect(formatted({ type: 'json' }, 'lost', error)).toContain('"token":"[Filtered]"');
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('a mistake in a layout');
      },
    ],
    ['returns no text', () => 42],
  ])('that %s is replaced by the message', (name, layOut) => {
    log4js.addLayout(name, () => layOut as () => string);
    expect(formatted({ type: name }, 'lost', 7)).toBe('lost 7');
  });

  it('that log4js does not know is refused', () => {
    expect(thrownFor({ dsn: freshDsn(), layout: { type: 'nonsense' } }).problems).toEqual([
      { option: 'layout', problem: expect.stringContaining("'nonsense'") },
    ]);
  });
});

describe('configuring again', () => {
  it('leaks neither clients nor listeners, and each time the logger reports', async () => {
    const { clients } = processState();
    const transport = memoryTransport();
    const transportOnce = () => ({
      ...transport,
      send: transport.send.bind(transport),
      flush: async () => true,
      close: async () => true,
    });
    const names = ['beforeExit', 'exit', 'uncaughtException', 'unhandledRejection', 'SIGTERM', 'warning', 'message'];
    const listeners = (): number[] => names.map((name) => process.listenerCount(name));
    jackdawLogger({ dsn: freshDsn(), transport: transportOnce });
    const before = [clients.length, ...listeners()];
    for (let round = 0; round < 100; round++)
      jackdawLogger({ dsn: freshDsn(), transport: transportOnce }).error('lost');
    await new Promise(setImmediate);
    expect([clients.length, ...listeners()]).toEqual(before);
    expect(transport.events).toHaveLength(100);
  });

  it('does not close a client that is not its own', async () => {
    const { client, events } = memoryClient();
    for (let round = 0; round < 100; round++) jackdawLogger({ client: () => client }).error('lost');
    loggerWith({ type: 'recording' });
    await shutdown();
    expect(events()).toHaveLength(100);
    expect(client.captureMessage('still open')).toBeDefined();
  });

  it('asks for the client anew', () => {
    const [first, second] = [memoryClient(), memoryClient()];
    let { client } = first;
    jackdawLogger({ client: () => client }).error('to the first');
    client = second.client;
    jackdawLogger({ client: () => client }).error('to the second');
    expect([first.event(), second.event()].map(({ logentry }) => logentry?.formatted)).toEqual([
      'to the first',
      'to the second',
    ]);
  });
});
