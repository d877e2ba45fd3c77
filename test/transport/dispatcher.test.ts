import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, MockAgent } from 'undici';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createClient } from '../../src/client/create-client.js';
import type { Dispatcher } from '../../src/transport/dispatcher.js';
import { httpTransport } from '../../src/transport/http-transport.js';
import { Bench, RETRY } from '../support/bench.js';
import { runScript } from '../support/child-script.js';
import { answer, drip, end, never, raw, reset, sequence, startScriptedServer } from '../support/scripted-server.js';

/** The dispatcher of Node's own fetch: another, older undici. */
async function builtIn(): Promise<Dispatcher> {
  await fetch('data:,');
  const dispatcher = (globalThis as Record<symbol, unknown>)[Symbol.for('undici.globalDispatcher.1')];
  return dispatcher as Dispatcher;
}

const agents: Agent[] = [];

afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.destroy()));
});

function agent(): Agent {
  const made = new Agent();
  agents.push(made);
  return made;
}

describe.each([
  ['an Agent', async () => agent()],
  ["the dispatcher of Node's fetch", builtIn],
])('%s', (_name, make) => {
  it('carries the requests', async () => {
    const dispatcher = await make();
    const limited = answer(200, { 'x-sentry-rate-limits': ['60:log_item:org', '60:attachment'] });
    await using server = await startScriptedServer({ replies: [limited] });
    await using bench = new Bench(httpTransport, server.dsn, { dispatcher });
    const dispatch = vi.spyOn(dispatcher, 'dispatch');
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered']);
    expect(server.requests[0]?.target).toBe('/api/1/envelope/');
    expect(server.requests[0]?.headers['x-sentry-auth']).toContain('sentry_key=public');
    expect(dispatch).toHaveBeenCalledOnce();
    dispatch.mockRestore();
  });

  it.each([
    ['says why it refuses', answer(400, { 'x-sentry-error': 'no event' }), 'send_error', 'answered 400 (no event)'],
    ['says it in the body', answer(400, {}, 'no event'), 'send_error', 'answered 400 (no event)'],
    ['redirects', answer(302, { location: 'http://127.0.0.1:9/' }), 'send_error', 'redirects are never followed'],
    ['never answers', never(), 'network_error', 'no answer within'],
    ['drips its head', drip('HTTP/1.1 200 OK\r\nx: y', 50), 'network_error', 'did not answer'],
    ['hangs up', end(), 'network_error', 'did not answer'],
    ['resets the connection', reset(), 'network_error', 'did not answer'],
    ['speaks no HTTP', sequence(raw('hello\r\n\r\n'), end()), 'network_error', 'did not answer'],
  ])('tells of a server that %s', async (_what, reply, outcome, message) => {
    await using server = await startScriptedServer({ replies: [reply] });
    await using bench = new Bench(httpTransport, server.dsn, { dispatcher: await make(), requestTimeoutMs: 400 });
    await bench.deliver();
    expect(bench.outcomes).toEqual([outcome]);
    expect(bench.errors[0]?.message).toContain(message);
    await bench.deliver();
    expect(bench.outcomes).toEqual([outcome, 'delivered']);
    expect(bench.balanced).toBe(true);
  });

  it('reads no endless body', async () => {
    const dripping = sequence(raw('HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\n'), drip('x'.repeat(70_000), 1));
    await using server = await startScriptedServer({ replies: [dripping] });
    await using bench = new Bench(httpTransport, server.dsn, { dispatcher: await make() });
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered']);
    await server.until(() => server.sockets.size === 0, 'the socket closed');
  });

  it('tries again at once, once, where a connection broke that may have been idle', async () => {
    await using server = await startScriptedServer({ replies: [answer(200), reset()] });
    await using bench = new Bench(httpTransport, server.dsn, { dispatcher: await make(), retry: RETRY });
    await bench.deliver();
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered', 'delivered']);
    expect(server.requests).toHaveLength(3);
  });

  it('is left to the user when the transport closes', async () => {
    const dispatcher = await make();
    await using server = await startScriptedServer({ replies: [never()] });
    const bench = new Bench(httpTransport, server.dsn, { dispatcher });
    bench.send();
    await server.received(1);
    expect(await bench.transport.close(0)).toBe(false);
    expect(bench.outcomes).toEqual(['network_error']);
    await server.until(() => server.sockets.size === 0, 'the request was given up');
    await using next = new Bench(httpTransport, server.dsn, { dispatcher });
    await next.deliver();
    expect(next.outcomes).toEqual(['delivered']);
  });
});

it('may be a MockAgent, for a test without a network', async () => {
  const dispatcher = new MockAgent();
  dispatcher.disableNetConnect();
  const bodies: string[] = [];
  dispatcher
    .get('https://sentry.example')
    .intercept({ path: '/api/1/envelope/', method: 'POST' })
    .reply(200, ({ body }) => {
      bodies.push(String(body));
      return '{}';
    });
  const client = createClient({ dsn: 'https://public@sentry.example/1', dispatcher });
  client.captureMessage('hello');
  expect(await client.close()).toBe(true);
  expect(client.stats().delivered.error).toBe(1);
  expect(bodies[0]).toContain('hello');
  await dispatcher.close();
});

it.each<[string, Dispatcher]>([
  [
    'throws',
    {
      dispatch: () => {
        throw new Error('not today');
      },
    },
  ],
  ['does nothing', { dispatch: () => true }],
])('one that %s costs an attempt', async (_name, dispatcher) => {
  await using bench = new Bench(httpTransport, 'http://public@127.0.0.1:9/1', { dispatcher, requestTimeoutMs: 200 });
  await bench.deliver();
  expect(bench.outcomes).toEqual(['network_error']);
  expect(bench.balanced).toBe(true);
});

const SCRIPT = `
  const { createClient } = require('./dist/index.js');
  const { Agent } = require('undici');
  const [dsn, ending, dir] = process.argv.slice(1);
  const onError = ({ message }) => console.log(message);
  const client = createClient({ dsn, dispatcher: new Agent(), onError, spool: dir ? { dir } : false });
  process.on('exit', () => console.log(JSON.stringify([client.stats().delivered, client.stats().dropped])));
  client.captureMessage('it');
  if (ending === 'exit') process.exit(3);`;

it('P10: with a spool, what process.exit() leaves goes out with the next run', async () => {
  await using server = await startScriptedServer();
  const dir = mkdtempSync(join(tmpdir(), 'jackdaw-dispatcher-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const exit = await runScript(SCRIPT, [server.dsn, 'exit', dir]);
  expect(exit).toMatchObject({ code: 3, stderr: '' });
  expect(server.requests).toEqual([]);
  await runScript(SCRIPT, [server.dsn, '', dir]);
  expect(new Set(server.eventIds).size).toBe(2);
});

it('P10: the natural end delivers; what process.exit() leaves is lost, counted and told, and nothing goes round it', async () => {
  await using server = await startScriptedServer();
  const natural = await runScript(SCRIPT, [server.dsn, '']);
  expect(natural).toMatchObject({ code: 0, stderr: '', stdout: '[{"error":1,"log_item":0},{}]\n' });
  expect(server.requests).toHaveLength(1);
  const exit = await runScript(SCRIPT, [server.dsn, 'exit']);
  expect(exit).toMatchObject({ code: 3, stderr: '' });
  expect(exit.stdout).toBe(
    `127.0.0.1:${server.port} cannot be reached by the dispatcher once the process exits: 1 envelopes were dropped\n` +
      '[{"error":0,"log_item":0},{"network_error":{"error":1}}]\n',
  );
  expect(server.requests).toHaveLength(1);
});
