import type { LoggingEvent } from 'log4js';
import { describe, expect, it, vi } from 'vitest';
import { configure } from '../../src/adapters/log4js.js';
import { getClient } from '../../src/client/create-client.js';
import { startInbox } from '../../src/inbox/server.js';
import { expectSettled } from '../support/balance.js';
import { freshDsn, memoryClient } from '../support/memory-client.js';
import { answer, never, startScriptedServer } from '../support/scripted-server.js';

interface Appender {
  (event: unknown): void;
  shutdown(done?: (error?: Error) => void): void;
}

/** The function that log4js calls, for what log4js itself never does. */
function appenderWith(options: object): Appender {
  return configure({ type: 'jackdaw/log4js', ...options }) as unknown as Appender;
}

const ERROR = { level: 40_000, levelStr: 'ERROR', colour: 'red' };
const event = (fields: object = {}): Partial<LoggingEvent> =>
  Object.assign(
    { startTime: new Date(), categoryName: 'orders', data: ['lost'], level: ERROR, context: {}, pid: process.pid },
    fields,
  ) as Partial<LoggingEvent>;

describe('C17: an event that log4js would not make', () => {
  it.each<[string, unknown, object]>([
    ['without data', event({ data: undefined }), { level: 'error', logger: 'orders' }],
    ['with data that is no list', event({ data: 'lost' }), { level: 'error' }],
    ['without a level', event({ level: undefined }), { level: 'info', logentry: { formatted: 'lost' } }],
    ['without a category', event({ categoryName: undefined }), { logentry: { formatted: 'lost' } }],
    ['without a context', event({ context: undefined }), { logentry: { formatted: 'lost' } }],
    ['with a context that is no object', event({ context: 7 }), { logentry: { formatted: 'lost' } }],
    ['without a time', event({ startTime: undefined }), { timestamp: expect.any(Number) }],
    ['with an invalid time', event({ startTime: new Date(Number.NaN) }), { timestamp: expect.any(Number) }],
    ['with a time of long ago', event({ startTime: new Date(1_000) }), { timestamp: 1 }],
    ['without anything', {}, { level: 'info' }],
    ['that is frozen', Object.freeze(event()), { logentry: { formatted: 'lost' } }],
  ])('%s is taken all the same', (_name, odd, expected) => {
    const { client, event: taken } = memoryClient({ eventLevel: 'info' });
    appenderWith({ client: () => client })(odd);
    expect(taken()).toMatchObject(expected);
  });

  it.each([
    undefined,
    null,
    7,
    'text',
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('get');
        },
      },
    ),
  ])('that is none at all does not reach the app: %#', (odd) => {
    const { client } = memoryClient();
    const appender = appenderWith({ client: () => client });
    expect(() => appender(odd)).not.toThrow();
    appender(event());
    expect(client.stats().delivered.error).toBe(1);
  });
});

describe('an event of another process', () => {
  const foreign = (pid: number, fields: object = {}) =>
    event({ pid, cluster: { workerId: pid - 1_000, worker: pid }, ...fields });
  const info = { level: { level: 20_000, levelStr: 'INFO', colour: 'green' } };

  it('is told by its pid and its worker, and keeps its own tags', () => {
    const { client, event: taken } = memoryClient();
    appenderWith({ client: () => client })(foreign(1_007, { data: ['lost', { tags: { shop: 'berlin' }, order: 1 }] }));
    expect(taken()).toMatchObject({ tags: { 'cluster.worker': '7', shop: 'berlin' }, extra: { pid: 1_007, order: 1 } });
  });

  it('is shown with the breadcrumbs of that process alone', () => {
    const { client, events, trail } = memoryClient();
    const appender = appenderWith({ client: () => client });
    appender(event({ ...info, data: ['here'] }));
    appender(foreign(1_001, { ...info, data: ['in worker 1'] }));
    appender(foreign(1_002, { ...info, data: ['in worker 2'] }));
    appender(foreign(1_001));
    expect(events()[0]?.breadcrumbs?.values.map(({ message }) => message)).toEqual(['in worker 1']);
    expect(trail().map(({ message }) => message)).toEqual(['here']);
  });

  it('forgets processes that are long gone', () => {
    const { client, events } = memoryClient();
    const appender = appenderWith({ client: () => client });
    appender(foreign(1_001, { ...info, data: ['in worker 1'] }));
    for (let pid = 2_000; pid < 2_100; pid++) appender(foreign(pid, info));
    appender(foreign(1_001));
    expect(events()[0]?.breadcrumbs).toBeUndefined();
  });
});

describe('C17: shutdown', () => {
  it('calls back when all is delivered', async () => {
    await using server = await startScriptedServer({
      otherwise: async (exchange) => {
        await exchange.wait(50);
        await answer(200)(exchange);
      },
    });
    const appender = appenderWith({ dsn: server.dsn });
    const client = getClient(server.dsn);
    for (let count = 0; count < 10; count++) appender(event());
    await new Promise<void>((resolve) => appender.shutdown(() => resolve()));
    expect(client?.stats().delivered.error).toBe(10);
    expect(server.eventIds).toHaveLength(10);
  });

  it('calls back at the deadline where the server never answers, and everything is counted', async () => {
    await using server = await startScriptedServer({ otherwise: never() });
    const appender = appenderWith({ dsn: server.dsn, shutdownTimeoutMs: 200 });
    const client = getClient(server.dsn);
    appender(event());
    const start = performance.now();
    await new Promise<void>((resolve) => appender.shutdown(() => resolve()));
    expect(performance.now() - start).toBeLessThan(200 + 300);
    expectSettled(client!);
  });

  it.each(['flush', 'close'])('calls back at the deadline where a transport’s %s never ends', async (method) => {
    const never = () => new Promise<boolean>(() => {});
    const transport = { send: () => {}, flush: async () => true, close: async () => true, [method]: never };
    const options = { dsn: freshDsn(), transport: () => transport, shutdownTimeoutMs: 100 };
    const { client } = memoryClient({ transport, shutdownTimeoutMs: 100 });
    const appender = appenderWith(method === 'close' ? options : { client: () => client });
    appender(event());
    await new Promise<void>((resolve) => appender.shutdown(() => resolve()));
  });

  it('calls each callback once and without an error, whoever asks how often', async () => {
    const appender = appenderWith({ dsn: freshDsn(), transport: 'memory' });
    const [first, second] = [vi.fn(), vi.fn()];
    appender.shutdown();
    appender.shutdown(first);
    appender.shutdown(first);
    appender.shutdown(second);
    await vi.waitFor(() => expect(second).toHaveBeenCalledTimes(1));
    appender.shutdown(first);
    for (let round = 0; round < 5; round++) await new Promise(setImmediate);
    expect(first.mock.calls).toEqual([[]]);
    expect(second.mock.calls).toEqual([[]]);
  });

  it('delivers what is queued in a shared client, and leaves it open', async () => {
    await using inbox = await startInbox();
    const { client } = memoryClient({ dsn: inbox.dsn, transport: 'http' });
    const appender = appenderWith({ client: () => client });
    appender(event());
    await new Promise<void>((resolve) => appender.shutdown(() => resolve()));
    expect(inbox.items('event')).toHaveLength(1);
    appender(event());
    expect(await client.close()).toBe(true);
    expect(inbox.items('event')).toHaveLength(2);
  });
});
