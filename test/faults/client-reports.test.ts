import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Client, type ClientOptions, createClient, DeliveryError } from '../../src/index.js';
import { httpTransport } from '../../src/transport/http-transport.js';
import { expectBalanced, expectSettled } from '../support/balance.js';
import { fastClock } from '../support/fake-clock.js';
import { reported, reportRequests } from '../support/reported.js';
import { answer, type Reply, reset, type ScriptedServer, startScriptedServer } from '../support/scripted-server.js';

function clientFor(server: ScriptedServer, options: ClientOptions = {}): Client {
  const client = createClient({ dsn: server.dsn, ...options });
  onTestFinished(async () => {
    await client.close(0).catch(() => {});
    await server.close();
  });
  return client;
}

/** Does what a script says about events and logs, and something else about client reports. */
function byKind(events: Reply, reports: Reply): Reply {
  return (exchange) => {
    const isReport = exchange.request.envelope?.items[0]?.header['type'] === 'client_report';
    return (isReport ? reports : events)(exchange);
  };
}

/** A client at 60 times the speed: a minute takes a second. */
const FAST: ClientOptions = { transport: (context) => httpTransport({ ...context, clock: fastClock(60) }) };

describe('P9: what never reached the server', () => {
  it('is told at the next flush after a success, by reason and category, in one request', async () => {
    const server = await startScriptedServer({ replies: [answer(400)] });
    const client = clientFor(server, {
      concurrency: 1,
      logLevel: 'info',
      beforeSend: (event) => (event.level === 'warning' ? null : event),
      beforeSendLog: () => null,
    });
    client.captureMessage('refused', 'error');
    for (let index = 0; index < 3; index++) client.captureMessage('dropped', 'warning');
    client.captureRecord(recordOf('ten bytes!'));
    client.captureMessage('delivered', 'error');
    expect(await client.flush(5_000)).toBe(true);
    expect(reported(server)).toEqual({
      'send_error:error': 1,
      'before_send:error': 3,
      'before_send:log_item': 1,
      'before_send:log_byte': 10,
    });
    expect(reportRequests(server)).toHaveLength(1);
    expect(await client.flush(5_000)).toBe(true);
    expect(reportRequests(server)).toHaveLength(1);
    expectSettled(client);
  });

  it('is told at close, the losses of the close itself included', async () => {
    const limit = answer(200, { 'x-sentry-rate-limits': '60:error' });
    const server = await startScriptedServer({ replies: [limit] });
    const client = clientFor(server, { concurrency: 1 });
    for (let index = 0; index < 5; index++) client.captureMessage('one of five');
    expect(await client.close(5_000)).toBe(false);
    expect(reported(server)).toEqual({ 'ratelimit_backoff:error': 4 });
    expect(client.stats().dropped).toEqual({ ratelimit_backoff: { error: 4 } });
    expectSettled(client);
  });

  it('is told with the bytes of logs that were serialized', async () => {
    const server = await startScriptedServer({ replies: [answer(400)] });
    const client = clientFor(server, { logLevel: 'info', concurrency: 1 });
    client.captureRecord(recordOf('a log'));
    await client.flush(5_000);
    client.captureMessage('delivered');
    await client.flush(5_000);
    const { 'send_error:log_item': items, 'send_error:log_byte': bytes } = reported(server);
    expect(items).toBe(1);
    expect(bytes).toBeGreaterThan(100);
  });

  it('is not told where nothing gets through, nor with sendClientReports: false', async () => {
    const server = await startScriptedServer({ replies: [answer(400)] });
    const quiet = clientFor(server, { sendClientReports: false });
    quiet.captureMessage('refused');
    await quiet.flush(5_000);
    quiet.captureMessage('delivered');
    expect(await quiet.close(5_000)).toBe(true);
    expect(reportRequests(server)).toEqual([]);

    server.rescript({ otherwise: reset() });
    const lost = clientFor(server, { retry: false });
    lost.captureMessage('lost');
    expect(await lost.close(5_000)).toBe(true);
    expect(reportRequests(server)).toEqual([]);
    expectSettled(lost);
  });

  it('B04: is not told of what the server refused with 429, for it has counted that itself', async () => {
    const server = await startScriptedServer({
      replies: Array(4).fill(answer(429, { 'retry-after': '1' })),
    });
    const client = clientFor(server, FAST);
    client.captureMessage('refused four times');
    expect(await client.flush(8_000)).toBe(true);
    expect(client.stats().dropped).toEqual({ ratelimit_backoff: { error: 1 } });
    client.captureMessage('delivered');
    expect(await client.flush(8_000)).toBe(true);
    expect(client.stats()).toMatchObject({ delivered: { error: 1 }, retried: { error: 3 } });
    expect(reportRequests(server)).toEqual([]);
  });
});

it.each<[string, Reply]>([
  ['429', answer(429)],
  ['500', answer(500)],
  ['400', answer(400)],
  ['a reset', reset()],
])(
  'B19: a client report that meets %s is no loss, is not repeated at once, and its counts come later',
  async (_name, reply) => {
    const server = await startScriptedServer({ otherwise: byKind(answer(200), reply) });
    const client = clientFor(server, {
      ...FAST,
      beforeSend: (event) => (event.level === 'warning' ? null : event),
    });
    client.captureMessage('dropped', 'warning');
    client.captureMessage('delivered');
    await client.flush(5_000);
    expect(reportRequests(server)).toHaveLength(1);
    await client.flush(200);
    expect(reportRequests(server)).toHaveLength(1);
    expectBalanced(client);

    server.rescript({});
    client.captureMessage('dropped', 'warning');
    client.captureMessage('delivered');
    await client.flush(5_000);
    expect(reportRequests(server)).toHaveLength(2);
    const last = reportRequests(server)[1]?.envelope?.items[0]?.payload;
    expect(JSON.parse(Buffer.from(last ?? []).toString()).discarded_events).toEqual([
      { reason: 'before_send', category: 'error', quantity: 2 },
    ]);
    expect(client.stats().dropped).toEqual({ before_send: { error: 2 } });
    expectSettled(client);
  },
);

describe('raiseSendErrors', () => {
  it('makes flush and close reject with what things were lost to, once', async () => {
    const server = await startScriptedServer({ replies: [answer(401), answer(200), answer(413)] });
    const client = clientFor(server, { raiseSendErrors: true, concurrency: 1, sendClientReports: false });
    client.captureMessage('refused');
    client.captureMessage('delivered');
    const failure = await client.flush(5_000).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DeliveryError);
    expect(failure).toMatchObject({ code: 'JACKDAW_CREDENTIALS_REFUSED', status: 401 });
    expect(await client.flush(5_000)).toBe(true);
    client.captureMessage('too large');
    await expect(client.close(5_000)).rejects.toMatchObject({ code: 'JACKDAW_TOO_LARGE' });
    await expect(client.close(5_000)).rejects.toMatchObject({ code: 'JACKDAW_TOO_LARGE' });
    expectSettled(client);
  });

  it('names the failure that is being waited for, too, and one that is over no more', async () => {
    const server = await startScriptedServer({ replies: [answer(503)] });
    const client = clientFor(server, {
      raiseSendErrors: true,
      transport: (context) => httpTransport({ ...context, clock: fastClock(1, () => 0.2) }),
    });
    client.captureMessage('in the end delivered');
    await expect(client.flush(50)).rejects.toMatchObject({ status: 503 });
    expect(await client.flush(5_000)).toBe(true);
    expect(client.stats()).toMatchObject({ delivered: { error: 1 }, retried: { error: 1 } });
  });

  it('rejects at close with what has no answer at the deadline', async () => {
    const server = await startScriptedServer({ otherwise: () => {} });
    const client = clientFor(server, { raiseSendErrors: true });
    client.captureMessage('no answer');
    await server.received(1);
    await expect(client.close(50)).rejects.toMatchObject({ code: 'JACKDAW_UNREACHABLE' });
    expectSettled(client);
  });

  it('leaves no rejection unhandled where nobody waits', async () => {
    const server = await startScriptedServer({ otherwise: answer(401) });
    const client = clientFor(server, { raiseSendErrors: true });
    const unhandled: unknown[] = [];
    const hear = (error: unknown): number => unhandled.push(error);
    process.on('unhandledRejection', hear);
    onTestFinished(() => void process.off('unhandledRejection', hear));
    client.captureMessage('refused');
    void client.flush(5_000);
    void client.close(5_000);
    await client.close().catch(() => {});
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  });
});

it('publishes what happens to items on channels of node:diagnostics_channel', async () => {
  const heard: [string | symbol, unknown][] = [];
  const hear = (message: unknown, name: string | symbol): number => heard.push([name, message]);
  for (const name of ['delivered', 'dropped', 'retry']) subscribe(`jackdaw:${name}`, hear);
  onTestFinished(() => {
    for (const name of ['delivered', 'dropped', 'retry']) unsubscribe(`jackdaw:${name}`, hear);
  });
  const server = await startScriptedServer({ replies: [answer(503), answer(200), answer(400)] });
  const client = clientFor(server, { ...FAST, sendClientReports: false });
  client.captureMessage('taken the second time');
  await client.flush(5_000);
  client.captureMessage('refused');
  await client.flush(5_000);
  expect(heard).toEqual([
    ['jackdaw:retry', { category: 'error', quantity: 1 }],
    ['jackdaw:delivered', { category: 'error', quantity: 1 }],
    ['jackdaw:dropped', { reason: 'send_error', category: 'error', quantity: 1 }],
  ]);
});

function recordOf(message: string) {
  return { level: 'info', levelName: 'info', time: Date.now(), message, data: undefined, origin: 'test' } as const;
}
