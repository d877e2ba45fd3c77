import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { processState } from '../../src/client/process-state.js';
import { startInbox } from '../../src/inbox/server.js';
import { expectSettled } from '../support/balance.js';
import { runScript } from '../support/child-script.js';
import { closedPort } from '../support/closed-port.js';
import { logRecord, memoryClient } from '../support/memory-client.js';
import { answer, drip, never, raw, sequence, startScriptedServer } from '../support/scripted-server.js';

const warnings: string[] = [];
const listen = (warning: Error & { readonly code?: string }): void => {
  if (warning.code === 'JACKDAW_SPOTLIGHT') warnings.push(warning.message);
};

beforeEach(() => {
  processState().warned.clear();
  warnings.length = 0;
  process.on('warning', listen);
});

afterEach(() => {
  process.off('warning', listen);
});

it('a copy of every envelope goes to the inbox, with what is delivered unchanged', async () => {
  const inbox = await startInbox();
  const spotlight = `${inbox.url}/stream`;
  const { client, transport } = memoryClient({ spotlight, logLevel: 'info', dsn: 'https://public:s3cret@host/1' });
  client.captureMessage('first');
  client.captureMessage('second');
  client.captureRecord(logRecord({ level: 'info' }));
  await client.flush();
  const items = await inbox.waitFor(3);
  expect(items.map(({ header }) => header.type).sort()).toEqual(['event', 'event', 'log']);
  expect(items.map(({ payload }) => payload['event_id']).filter(Boolean)).toEqual(
    transport.events.map(({ event_id: id }) => id),
  );
  expect(JSON.stringify(items)).not.toContain('s3cret');
  expect(transport.envelopes.map(({ header }) => Object.keys(header))).not.toContain('dsn');
  await client.close();
  await inbox.close();
});

it('it names its content type, without which Spotlight drops it, and no key', async () => {
  await using server = await startScriptedServer();
  const { client } = memoryClient({ spotlight: `${server.origin}/stream` });
  client.captureMessage('it');
  await server.received(1);
  const [request] = server.requests;
  expect(request?.target).toBe('/stream');
  expect(request?.headers).toMatchObject({ 'content-type': 'application/x-sentry-envelope' });
  expect(request?.headers).not.toHaveProperty('x-sentry-auth');
  expect(request?.envelope?.header).toHaveProperty('sent_at');
  await client.close();
});

it.each([
  ['is not there', undefined],
  ['never answers', never()],
  ['fails', answer(500)],
  ['wants no more', answer(429, { 'retry-after': '60', 'x-sentry-rate-limits': '60::org' })],
  ['redirects', answer(302, { location: '/' })],
  ['drips', sequence(raw('HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n'), drip('x', 100))],
])('an inbox that %s changes nothing about delivery, flush, close and the ledger', async (_name, otherwise) => {
  await using server = await startScriptedServer(otherwise === undefined ? {} : { otherwise });
  const spotlight = otherwise === undefined ? `http://127.0.0.1:${await closedPort()}/stream` : server.origin;
  const errors: Error[] = [];
  const { client } = memoryClient({ spotlight, onError: (error) => errors.push(error) });
  const start = performance.now();
  for (let index = 0; index < 200; index++) client.captureMessage(`number ${index}`);
  expect(await client.flush()).toBe(true);
  expect(client.stats().delivered.error).toBe(200);
  expect(client.stats().lastError).toBeUndefined();
  expect(await client.close()).toBe(true);
  expect(performance.now() - start).toBeLessThan(1_500);
  expectSettled(client);
  expect(errors).toEqual([]);
});

it('one that is not there is told of once, asked rarely, and found again', async () => {
  const port = await closedPort();
  const { client } = memoryClient({ spotlight: `http://127.0.0.1:${port}/stream` });
  client.captureMessage('lost');
  await vi.waitFor(() => expect(warnings).toHaveLength(1));
  expect(warnings[0]).toMatch(new RegExp(`^no copies reach 127\\.0\\.0\\.1:${port}: connect ECONNREFUSED`));
  await using server = await startScriptedServer({ port });
  const start = performance.now();
  await vi.waitFor(
    () => {
      client.captureMessage('again');
      expect(server.requests.length).toBeGreaterThan(0);
    },
    { timeout: 5_000, interval: 20 },
  );
  // In between nothing is copied, nor kept for later.
  expect(performance.now() - start).toBeGreaterThan(500);
  expect(server.requests[0]?.body.toString()).not.toContain('lost');
  expect(warnings).toHaveLength(1);
  await client.close();
});

it('waits longer after each failure', async () => {
  await using server = await startScriptedServer({ otherwise: answer(500) });
  const { client } = memoryClient({ spotlight: server.origin });
  const timer = setInterval(() => client.captureMessage('it'), 10);
  await server.received(3, 10_000);
  clearInterval(timer);
  const [first = 0, second = 0, third = 0] = server.requests.map(({ arrivedAt }) => arrivedAt);
  expect(second - first).toBeGreaterThan(950);
  expect(third - second).toBeGreaterThan(1_950);
  await client.close();
});

it('P3: copies keep no process alive, and cost none its exit', async () => {
  await using server = await startScriptedServer({ otherwise: never() });
  const script = `
    const { createClient, memoryTransport } = require('./dist/index.js');
    const client = createClient({ dsn: 'http://public@127.0.0.1:9/1', transport: memoryTransport() });
    client.captureMessage('it');
    process.argv[1] === 'close' && client.close();`;
  for (const ending of ['', 'close']) {
    const env = { SENTRY_SPOTLIGHT: `${server.origin}/stream` };
    const { code, stderr, ms } = await runScript(script, [ending], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(ms).toBeLessThan(4_000);
  }
});
