import { channel } from 'node:diagnostics_channel';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import * as fromSource from '../../src/transport/http-transport.js';
import type { TransportFactory, TransportOptions } from '../../src/transport/transport.js';
import { expectSettled } from '../support/balance.js';
import { Bench, eventEnvelope, logEnvelope, RETRY } from '../support/bench.js';
import { closedPort } from '../support/closed-port.js';
import { reportOf } from '../support/run-ending.js';
import {
  answer,
  delay,
  never,
  reset,
  type Script,
  type ScriptedServer,
  sequence,
  startScriptedServer,
} from '../support/scripted-server.js';

const dist = join(__dirname, '../../dist');
/** A thread runs compiled code only. */
const { threadTransport } = require(join(dist, 'transport/http-transport.js')) as {
  readonly threadTransport: TransportFactory;
};

async function setUp(
  script: Script = {},
  options: Partial<TransportOptions> = {},
): Promise<{ readonly server: ScriptedServer; readonly bench: Bench }> {
  const server = await startScriptedServer(script);
  const bench = new Bench(threadTransport, server.dsn, options);
  onTestFinished(async () => {
    await bench[Symbol.asyncDispose]();
    await server.close();
  });
  return { server, bench };
}

/** The threads that are started from now on. */
function startedThreads(): Worker[] {
  const threads: Worker[] = [];
  const hear = (message: unknown): void => void threads.push((message as { readonly worker: Worker }).worker);
  channel('worker_threads').subscribe(hear);
  onTestFinished(() => void channel('worker_threads').unsubscribe(hear));
  return threads;
}

describe('the transport of the scheme thread', () => {
  it('delivers from a thread that is started with the first envelope, compressed, on connections kept alive', async () => {
    const threads = startedThreads();
    const { server, bench } = await setUp({}, { concurrency: 1 });
    expect(threads).toHaveLength(0);
    const envelopes = [eventEnvelope('error', 10), eventEnvelope('error', 50_000), logEnvelope(7)];
    await bench.deliver(...envelopes);
    await bench.deliver();
    expect(bench.outcomes).toEqual(Array(4).fill('delivered'));
    expect(threads).toHaveLength(1);
    expect(server.connections).toBe(1);
    expect(server.requests.map(({ headers }) => headers['content-encoding'])).toEqual(Array(4).fill('gzip'));
    const arrived = server.requests.map(({ envelope }) => envelope?.items[0]?.payload.toString());
    for (const { items } of envelopes) expect(arrived).toContain(items[0]?.payload);
  });

  it('leaves undici to the thread', async () => {
    const { bench } = await setUp();
    const before = Object.keys(require.cache).filter((file) => file.includes('undici')).length;
    await bench.deliver();
    expect(Object.keys(require.cache).filter((file) => file.includes('undici'))).toHaveLength(before);
  });

  it.each([
    ['B01: 400', answer(400), 'send_error'],
    ['B02: 413', answer(413), 'send_error'],
    ['B03: 401', answer(401), 'send_error'],
    ['A11: a reset', reset(), 'network_error'],
    ['A06: silence', never(), 'network_error'],
    ['B16: 503 without retries', answer(503), 'send_error'],
  ] as const)('%s means what it means in process', async (_what, reply, outcome) => {
    const { bench } = await setUp({ replies: [reply] }, { requestTimeoutMs: 200 });
    await bench.deliver();
    await bench.deliver();
    expect(bench.outcomes).toEqual([outcome, 'delivered']);
    expect(bench.errors).toHaveLength(1);
  });

  it('B06: a rate limit holds for its category only', async () => {
    const { bench, server } = await setUp({ replies: [answer(200, { 'x-sentry-rate-limits': '60:error:org' })] });
    await bench.deliver();
    bench.send(eventEnvelope(), logEnvelope());
    await server.received(2);
    expect(await bench.transport.close(1_000)).toBe(false);
    expect(bench.outcomes.sort()).toEqual(['delivered', 'delivered', 'ratelimit_backoff']);
  });

  it('A01: tells why there is no connection', async () => {
    const port = await closedPort();
    await using bench = new Bench(threadTransport, `http://public@127.0.0.1:${port}/1`);
    await bench.deliver();
    expect(bench.errors[0]).toMatchObject({
      code: 'JACKDAW_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('F07: a thread that dies', () => {
  it('costs nothing: what it had on its way goes out once more, from another one', async () => {
    const threads = startedThreads();
    const { server, bench } = await setUp({ replies: [never(), never()] }, { retry: RETRY, concurrency: 2 });
    bench.send(eventEnvelope(), eventEnvelope(), eventEnvelope());
    await server.received(2);
    await threads[0]?.terminate();
    expect(await bench.transport.flush(10_000)).toBe(true);
    expect(bench.outcomes).toEqual(Array(3).fill('delivered'));
    expect(new Set(server.eventIds).size).toBe(3);
    expect(threads).toHaveLength(2);
  });

  it('again and again is replaced by the thread that logs, with one warning', async () => {
    const threads = startedThreads();
    const { bench, server } = await setUp({}, { retry: RETRY });
    const killing = setInterval(() => {
      for (const thread of threads) void thread.terminate();
    }, 1);
    bench.send();
    await vi.waitFor(() => expect(bench.warnings).toHaveLength(1), { timeout: 20_000 });
    clearInterval(killing);
    expect(await bench.transport.flush(10_000)).toBe(true);
    expect(bench.warnings[0]?.code).toBe('JACKDAW_THREAD_FAILED');
    expect(new Set(server.eventIds).size).toBe(1);
    expect(threads.length).toBeGreaterThanOrEqual(3);
  }, 30_000);

  it('is one that cannot start, as in a bundle: the thread that logs posts, with one warning', async () => {
    await using server = await startScriptedServer();
    await using bench = new Bench(fromSource.threadTransport, server.dsn);
    await bench.deliver(eventEnvelope(), eventEnvelope());
    expect(bench.outcomes).toEqual(['delivered', 'delivered']);
    expect(bench.warnings).toEqual([
      { code: 'JACKDAW_THREAD_FAILED', message: expect.stringContaining('its program is not there') },
    ]);
  });
});

it('P9: the balance holds through all of it', async () => {
  const replies = [answer(200), answer(400), answer(503), reset(), never()];
  const server = await startScriptedServer({
    otherwise: (exchange) => replies[exchange.request.index % replies.length]?.(exchange),
  });
  const { createClient } = require(join(dist, 'index.js')) as typeof import('../../src/index.js');
  const client = createClient({ dsn: server.dsn, transport: 'thread', requestTimeoutMs: 100, maxQueueItems: 50 });
  for (let index = 0; index < 100; index++) client.captureMessage(`number ${index}`, 'error');
  await client.flush(1_000);
  server.rescript({});
  await client.close(10_000);
  expectSettled(client);
  expect(client.stats().accepted.error).toBe(100);
  await server.close();
});

describe('F01, F03, P10: with a thread, at the end of the process', () => {
  it.each(['process.exit(3)', 'a throw', 'the natural end', 'close() and process.exit()'])(
    'everything is delivered before %s',
    async (ending) => {
      await using server = await startScriptedServer({ otherwise: sequence(delay(50), answer(200)) });
      const end = await reportOf('none', ending, { dsn: server.dsn, options: { transport: 'thread' }, count: 5 });
      expect(new Set(server.eventIds).size).toBe(ending === 'a throw' ? 6 : 5);
      expect(end.queued).toEqual({ error: 0, log_item: 0 });
      expect(end.delivered['error']).toBe(ending === 'a throw' ? 6 : 5);
    },
    30_000,
  );
});
