import { describe, expect, it, onTestFinished } from 'vitest';
import { type Client, type ClientOptions, createClient } from '../../src/index.js';
import { httpTransport } from '../../src/transport/http-transport.js';
import { expectBalanced, expectSettled } from '../support/balance.js';
import { fastClock } from '../support/fake-clock.js';
import { answer, never, reset, type ScriptedServer, startScriptedServer } from '../support/scripted-server.js';

function clientFor(server: ScriptedServer, options: ClientOptions = {}): Client {
  const client = createClient({ dsn: server.dsn, ...options });
  onTestFinished(async () => {
    await client.close(0);
    await server.close();
  });
  return client;
}

describe('F05: close', () => {
  it('twice, during a flush, and with a log call after it, loses nothing and counts the late one', async () => {
    const server = await startScriptedServer();
    const client = clientFor(server);
    client.captureMessage('in time');
    const ends = [client.flush(5_000), client.close(5_000), client.close(1)];
    client.captureMessage('too late');
    expect(await Promise.all(ends)).toEqual([true, true, true]);
    expect(client.stats()).toMatchObject({ delivered: { error: 1 }, dropped: { ignored: { error: 1 } } });
    expectSettled(client);
  });

  it('right after construction, and after a failure, ends at once', async () => {
    const server = await startScriptedServer({ otherwise: answer(400) });
    expect(await clientFor(server).close()).toBe(true);
    const client = clientFor(server);
    client.captureMessage('refused');
    await client.flush(5_000);
    expect(await client.close()).toBe(true);
    expectSettled(client);
  });

  it('P10: delivers everything to a healthy server', async () => {
    const server = await startScriptedServer();
    const client = clientFor(server, { logLevel: 'info' });
    for (let index = 0; index < 500; index++) client.captureMessage(`number ${index}`);
    expect(await client.close(10_000)).toBe(true);
    expect(client.stats().delivered).toEqual({ error: 500, log_item: 0 });
    expectSettled(client);
  });
});

it('P9: the balance holds at every moment of an outage, whatever comes of each item', async () => {
  const replies = [answer(200), answer(400), answer(503), reset(), answer(429, { 'retry-after': '1' }), never()];
  const server = await startScriptedServer({
    otherwise: (exchange) => replies[exchange.request.index % replies.length]?.(exchange),
  });
  const client = clientFor(server, {
    logLevel: 'info',
    maxQueueItems: 50,
    requestTimeoutMs: 100,
    sampleRate: 0.9,
    sampleSeed: 1,
    transport: (context) => httpTransport({ ...context, clock: fastClock(100) }),
  });
  for (let round = 0; round < 40; round++) {
    for (let index = 0; index < 10; index++) client.captureMessage(`number ${index}`);
    client.captureRecord({
      level: 'info',
      levelName: 'info',
      time: Date.now(),
      message: 'a log',
      origin: 'test',
      data: {},
    });
    expectBalanced(client);
    await client.flush(10);
    expectBalanced(client);
  }
  server.rescript({});
  await client.close(10_000);
  const { accepted, delivered, retried } = client.stats();
  expect(accepted).toEqual({ error: 400, log_item: 40 });
  // How many depends on how often the machine lets us try within the rounds.
  expect(delivered.error).toBeGreaterThan(0);
  expect(retried.error).toBeGreaterThan(0);
  expectSettled(client);
}, 20_000);
