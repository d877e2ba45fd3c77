import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import winston from 'winston';
import { JackdawDestination } from '../../src/adapters/pino-destination.js';
import { JackdawTransport } from '../../src/adapters/winston.js';
import { type ClientOptions, createClient, runInScope, scope, type User } from '../../src/index.js';
import { jackdawLogger, shutdown } from '../adapters/log4js-logger.js';
import { HOSTILE_ERRORS, HOSTILE_VALUES, LARGE_VALUES } from '../support/hostile-values.js';
import { answer, reset, type ScriptedServer, startScriptedServer } from '../support/scripted-server.js';
import { TemporaryDirectory } from '../support/spool.js';
import { dismissJudges, type JudgedItem, judge, seatJudges } from './judges.js';

let server: ScriptedServer;

beforeAll(seatJudges);
afterAll(dismissJudges);
beforeEach(async () => {
  server = await startScriptedServer();
  return () => server.close();
});

/** Every field that a client can fill. */
function richOptions(): ClientOptions {
  return {
    dsn: server.dsn,
    // The judges see what was written, not what was packed.
    compress: false,
    logLevel: 'trace',
    attachStacktrace: true,
    release: 'shop@1.2.3',
    dist: '7',
    environment: 'staging',
    tags: { tenant: 'acme' },
    extra: { shard: 3 },
    user: { id: 1 },
    contexts: { order: { open: true } },
    contextTags: ['region'],
  };
}

/** Every field that a scope can fill, and a breadcrumb. */
function describeScope(): void {
  scope.setUser({ id: '4', email: 'jane@shop.example' });
  scope.setTags({ plan: 'large', 'odd key': 'line\nbreak' });
  scope.setExtra('basket', { items: [1, 2, 3] });
  scope.setContext('queue', { name: 'mail', depth: 7 });
  scope.setFingerprint(['{{ default }}', 'checkout']);
  scope.setTransaction('POST /orders');
  scope.setRequest({ method: 'POST', url: '/orders?page=2', headers: { host: 'shop' } });
  scope.continueTrace('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
}

function failure(): Error {
  const cause = new AggregateError([new RangeError('no stock'), 'refused'], 'two of three');
  return Object.assign(new TypeError('order failed', { cause }), { code: 'E_ORDER', errno: -2, syscall: 'write' });
}

function request(): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  return Object.assign(message, {
    method: 'POST',
    url: '/orders?token=1&page=2',
    headers: { host: 'shop', accept: '*/*' },
  });
}

/** Logs through a host, once with everything, and ends it. */
const HOSTS: Readonly<Record<string, (options: ClientOptions) => Promise<unknown>>> = {
  async winston(options) {
    const transport = new JackdawTransport(options);
    const logger = winston.createLogger({ level: 'silly', format: winston.format.splat(), transports: [transport] });
    logger.info('order received', { order: 17 });
    logger.error('order %s failed', 17, { error: failure(), request: request(), region: 'eu', tags: { a: true } });
    logger.error('only a text', { nested: { deep: [1] } });
    logger.end();
    await once(logger, 'finish');
    return transport.client.close();
  },
  async pino(options) {
    const destination = new JackdawDestination(options);
    const logger = pino({ level: 'trace', name: 'orders' }, destination);
    logger.info({ order: 17 }, 'order received');
    logger.fatal({ err: failure(), req: request(), region: 'eu', tags: { a: true } }, 'order %s failed', 17);
    logger.error({ nested: { deep: [1] } }, 'only a text');
    return destination.client.close();
  },
  async 'pino in a worker'(options) {
    const target = join(__dirname, '../../dist/adapters/pino.js');
    const stream = pino.transport({ target, options });
    const logger = pino({ level: 'trace', name: 'orders' }, stream);
    logger.info({ order: 17 }, 'order received');
    logger.fatal({ err: failure(), region: 'eu', tags: { a: true } }, 'order %s failed', 17);
    logger.error({ nested: { deep: [1] } }, 'only a text');
    // A hundred logs go out at once. While the worker ends, this thread is blocked, and its server with it.
    for (let index = 3; index < 100; index += 1) logger.debug('filling');
    await server.received(3);
    stream.end();
    return once(stream, 'close');
  },
  async log4js(options) {
    const logger = jackdawLogger({ ...options });
    logger.addContext('region', 'eu');
    logger.info('order received', { order: 17 });
    logger.error('order %s failed', 17, failure(), { request: request(), tags: { a: true } });
    logger.error('only a text', { nested: { deep: [1] } });
    return shutdown();
  },
};

/** All items that came, after the first `seen` requests. */
async function judged(seen = 0): Promise<JudgedItem[]> {
  const items: JudgedItem[] = [];
  for (const received of server.requests.slice(seen)) items.push(...(await judge(received)));
  return items;
}

function ofType(items: readonly JudgedItem[], type: string): JudgedItem['payload'][] {
  return items.filter((item) => item.type === type).map(({ payload }) => payload);
}

describe('sentry-testkit, the parser of Sentry’s SDKs and the rules of the protocol find nothing wrong in', () => {
  it.each(Object.entries(HOSTS))('the events and the logs of %s', async (_, log) => {
    await runInScope(() => {
      describeScope();
      return log(richOptions());
    });
    const items = await judged();
    // They may overtake each other.
    const events = ofType(items, 'event');
    expect(events).toHaveLength(2);
    expect(events.find(({ exception }) => exception !== undefined)).toMatchObject({
      logentry: { formatted: expect.stringMatching(/^order 17 failed/) },
      exception: {
        values: expect.arrayContaining([expect.objectContaining({ value: 'order failed', type: 'TypeError' })]),
      },
      contexts: { TypeError: { code: 'E_ORDER', errno: -2, syscall: 'write' } },
      breadcrumbs: { values: [{ message: 'order received', data: { order: 17 } }] },
      tags: { tenant: 'acme', region: 'eu' },
    });
    expect(events.find(({ exception }) => exception === undefined)).toMatchObject({
      logentry: { formatted: 'only a text' },
    });
    const logs = ofType(items, 'log').flatMap((container) => container['items']);
    expect(logs.slice(0, 3)).toMatchObject([
      { level: 'info' },
      { body: expect.stringMatching(/^order 17 failed/) },
      { level: 'error' },
    ]);
  });

  it('the events of explicit captures', async () => {
    const client = createClient(richOptions());
    runInScope(() => {
      describeScope();
      client.addBreadcrumb({ type: 'http', category: 'http', data: { url: '/', status_code: 500 }, level: 'error' });
      client.captureException(failure(), { request: request(), extra: { step: 2 } });
      client.captureException('a text');
      client.captureMessage('hello', 'warning');
      client.captureEvent({ logentry: { message: 'no %s', params: ['stock'] }, contexts: { trace: {} } });
    });
    await client.close();
    expect(
      ofType(await judged(), 'event')
        .map(({ level }) => level)
        .sort(),
    ).toEqual(['error', 'error', 'error', 'warning']);
  });

  it('what processors and hooks made of an event', async () => {
    const client = createClient({
      ...richOptions(),
      processors: [
        (event) => ({ ...event, tags: { 'a b': '\n'.repeat(300) }, extra: { wide: Array(50_000).fill('x') } }),
      ],
      beforeSend: (event) => Object.assign(event, { user: { id: undefined, note: 'x'.repeat(20_000) } }),
    });
    client.captureException(failure());
    await client.close();
    expect(ofType(await judged(), 'event')).toHaveLength(1);
  });

  it.each([...Object.entries(HOSTILE_VALUES), ...Object.entries(HOSTILE_ERRORS), ...Object.entries(LARGE_VALUES)])(
    'the event and the log of %s, wherever it stands',
    async (_, make) => {
      const client = createClient(richOptions());
      const value = make();
      runInScope(() => {
        scope.setUser(make() as User);
        scope.setContext('hostile', make() as Record<string, unknown>);
        scope.setExtra('hostile', make());
        scope.setTag('hostile', make() as string);
        scope.setTransaction(make() as string);
        const level = { level: 'error', levelName: 'error', time: Date.now(), origin: 'test' } as const;
        const context = { tags: make(), user: make(), fingerprint: make(), request: make(), transaction: make() };
        client.captureRecord({ ...level, message: 'as data', data: { value }, error: make(), context });
        client.captureRecord({ ...level, message: 'to fill in', template: '%s %s', params: [value, make()] });
      });
      await client.close();
      const items = await judged();
      expect(ofType(items, 'event')).toHaveLength(2);
      expect(ofType(items, 'log').flatMap((container) => container['items'])).toHaveLength(2);
    },
  );

  it('the report of what was lost', async () => {
    const client = createClient({
      ...richOptions(),
      beforeSend: ({ level }, hint) => (hint.originalException ? null : { level }) as never,
    });
    const other = createClient({ ...richOptions(), sampleRate: 0, beforeSendLog: () => null });
    client.captureException(failure());
    other.captureException(failure());
    other.captureRecord({ level: 'info', levelName: 'info', time: Date.now(), message: 'lost', origin: 'test' });
    client.captureRecord({ level: 'info', levelName: 'info', time: Date.now(), message: 'log', origin: 'test' });
    await client.close();
    await other.close();
    const [report] = ofType(await judged(), 'client_report');
    expect(report).toMatchObject({
      timestamp: expect.any(Number),
      discarded_events: [{ reason: 'before_send', category: 'error', quantity: 1 }],
    });
  });

  it('what comes back from the spool', async () => {
    using dir = new TemporaryDirectory();
    server.rescript({ otherwise: reset() });
    const down = createClient({ ...richOptions(), spool: dir.path });
    runInScope(() => {
      describeScope();
      down.captureException(failure());
      down.captureRecord({ level: 'warning', levelName: 'warn', time: Date.now(), message: 'low', origin: 'test' });
    });
    await down.close();
    const seen = server.requests.length;
    server.rescript({ otherwise: answer(200) });
    const client = createClient({ ...richOptions(), spool: dir.path });
    await server.until(() => server.requests.length >= seen + 2, 'the backlog', 15_000);
    await client.close();
    const items = await judged(seen);
    expect(items.map(({ type }) => type).sort()).toEqual(['event', 'log']);
    expect(ofType(items, 'event')[0]).toMatchObject({ transaction: 'POST /orders' });
  });
});
