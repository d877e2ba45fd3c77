import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { httpTransport } from '../../src/transport/http-transport.js';
import type { TransportOptions } from '../../src/transport/transport.js';
import { Bench, eventEnvelope, logEnvelope, RETRY } from '../support/bench.js';
import { fastClock } from '../support/fake-clock.js';
import { runShort } from '../support/run-short.js';
import {
  answer,
  type Exchange,
  end,
  never,
  type Reply,
  raw,
  reset,
  type ScriptedServer,
  sequence,
  startScriptedServer,
} from '../support/scripted-server.js';

/** A transport that sends again, with a clock that goes so many times as fast. */
function retryingBench(dsn: string, { speed = 50, ...options }: Partial<TransportOptions> & { speed?: number } = {}) {
  return new Bench(httpTransport, dsn, { retry: RETRY, ...options }, fastClock(speed));
}

/** The common rule after a fault: the balance holds, at most one kind of warning, and the next event is delivered. */
async function expectRecovery(bench: Bench): Promise<void> {
  await bench.deliver();
  expect(bench.settled.at(-1)?.outcome).toBe('delivered');
  expect(bench.balanced).toBe(true);
  expect(bench.pending).toBe(0);
  expect(new Set(bench.warnings.map(({ code }) => code)).size).toBeLessThanOrEqual(1);
}

function unique(server: ScriptedServer): Set<string> {
  return new Set(server.eventIds);
}

/** The header of each attempt. */
function sentAt(server: ScriptedServer): unknown[] {
  return server.requests.map(({ envelope }) => envelope?.header['sent_at']);
}

describe('A01: a destination that refuses connections', () => {
  it('costs nothing: what waited is delivered when it is back', async () => {
    const { dsn, port } = await nobody();
    await using bench = retryingBench(dsn);
    const envelopes = Array.from({ length: 20 }, () => eventEnvelope());
    bench.send(...envelopes);
    expect(await bench.transport.flush(300)).toBe(false);
    expect([bench.settled, bench.warnings]).toEqual([[], []]);
    expect(bench.errors.every(({ message }) => message.includes('ECONNREFUSED'))).toBe(true);
    // At 50 times the speed that is a quarter of a minute: four rounds of growing waits, not one attempt after another.
    expect(bench.errors.length).toBeLessThan(20);

    const server = createServer((socket) => {
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')).on('error', () => {});
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect(await bench.transport.flush(8_000)).toBe(true);
    expect(bench.count('delivered')).toBe(20);
    await expectRecovery(bench);
    await bench.transport.close(0);
    server.close();
  });

  it('loses what has waited for 15 minutes, as network_error, with one warning', async () => {
    const { dsn, port } = await nobody();
    await using bench = retryingBench(dsn, { speed: 2_000 });
    bench.send(eventEnvelope(), logEnvelope(7));
    expect(await bench.transport.flush(8_000)).toBe(true);
    expect(bench.outcomes).toEqual(['network_error', 'network_error']);
    expect(new Set(bench.warnings.map(({ message }) => message))).toEqual(
      new Set([expect.stringContaining(`127.0.0.1:${port} did not answer`)]),
    );
  });
});

/** A destination where nobody listens. */
async function nobody(): Promise<{ readonly dsn: string; readonly port: number }> {
  await using server = await startScriptedServer();
  return { dsn: server.dsn, port: server.port };
}

describe('an attempt without an answer', () => {
  it.each<[string, string, Reply]>([
    ['A06', 'is silent', never()],
    ['A11', 'resets the connection', reset()],
    ['A11', 'ends the connection', end()],
    ['A11', 'ends it within the head', sequence(raw('HTTP/1.1 2'), end())],
    ['A15', 'does not speak HTTP', sequence(raw('hello\r\n\r\n'), end())],
  ])('%s: is repeated with the same event_id where the server %s', async (_id, _name, reply) => {
    await using server = await startScriptedServer({ replies: [reply, reply] });
    await using bench = retryingBench(server.dsn, { requestTimeoutMs: 300 });
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered']);
    expect(server.requests).toHaveLength(3);
    expect(unique(server).size).toBe(1);
    expect(new Set(sentAt(server)).size).toBe(3);
    expect(bench.retried).toHaveLength(2);
    expect(bench.warnings).toEqual([]);
    await expectRecovery(bench);
  });

  it('A12: 200 posts to a server that closes idle connections just then are all delivered', async () => {
    const closing: Reply = async (exchange) => {
      await answer(200)(exchange);
      void exchange.wait(10).then(() => exchange.socket.destroy());
    };
    await using server = await startScriptedServer({ otherwise: closing });
    await using bench = retryingBench(server.dsn, { concurrency: 1 });
    for (let post = 0; post < 200; post++) {
      bench.send();
      await new Promise((resolve) => setTimeout(resolve, 8 + (post % 5)));
    }
    expect(await bench.transport.flush(5_000)).toBe(true);
    expect(bench.count('delivered')).toBe(200);
    expect(unique(server).size).toBe(200);
  });

  it('A27: gets no more than one a second while file descriptors are used up, then is delivered', async () => {
    await using server = await startScriptedServer();
    const { stdout, code } = await runShort(server.dsn);
    const { attempts, seconds, delivered, balanced } = JSON.parse(stdout) as Record<string, number>;
    expect({ code, delivered, balanced }).toEqual({ code: 0, delivered: 1, balanced: true });
    expect(attempts).toBeGreaterThan(0);
    expect(attempts).toBeLessThanOrEqual(Number(seconds) + 1);
    expect(unique(server).size).toBe(1);
  }, 20_000);
});

describe('an answer that is worth another attempt', () => {
  it.each([500, 502, 503, 504])('B16: %i is repeated with the same event_id and a new sent_at', async (status) => {
    await using server = await startScriptedServer({ replies: Array(4).fill(answer(status)) });
    await using bench = retryingBench(server.dsn);
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered']);
    expect(server.requests).toHaveLength(5);
    expect(unique(server).size).toBe(1);
    expect(new Set(sentAt(server)).size).toBe(5);
    await expectRecovery(bench);
  });

  it.each([500, 502, 503, 504])('B16: the fifth %i ends in send_error, with one warning', async (status) => {
    await using server = await startScriptedServer({ replies: Array(5).fill(answer(status)) });
    await using bench = retryingBench(server.dsn);
    await bench.deliver();
    expect(bench.outcomes).toEqual(['send_error']);
    expect(server.requests).toHaveLength(5);
    expect(bench.errors).toHaveLength(5);
    expect(bench.warnings).toEqual([
      { code: 'JACKDAW_REJECTED', message: expect.stringContaining(`answered ${status}`) },
    ]);
    await expectRecovery(bench);
  });

  it('is what the option says', async () => {
    await using server = await startScriptedServer({ replies: [answer(418), answer(418), answer(503)] });
    await using bench = retryingBench(server.dsn, { retry: { attempts: 2, statuses: [418] }, concurrency: 1 });
    await bench.deliver();
    await bench.deliver();
    expect(bench.outcomes).toEqual(['send_error', 'send_error']);
    expect(server.requests).toHaveLength(3);
  });

  it('B01, B02, B03: is none of 400, 401, 403, 404, 413, 501', async () => {
    const statuses = [400, 401, 403, 404, 413, 501];
    await using server = await startScriptedServer({ replies: statuses.map((status) => answer(status)) });
    await using bench = retryingBench(server.dsn, { concurrency: 1, speed: 1 });
    for (const _status of statuses) await bench.deliver();
    expect(bench.outcomes).toEqual(statuses.map(() => 'send_error'));
    expect(server.requests).toHaveLength(6);
  });

  it('B17: one envelope that is never taken does not hold up 100 others', async () => {
    const poison = eventEnvelope('fatal');
    const refusing = (exchange: Exchange): void | Promise<void> => {
      const isPoison = exchange.request.envelope?.header['event_id'] === poison.header.event_id;
      return answer(isPoison ? 500 : 200)(exchange);
    };
    await using server = await startScriptedServer({ otherwise: refusing });
    await using bench = retryingBench(server.dsn, { concurrency: 1, speed: 1 });
    const start = performance.now();
    bench.send(poison, ...Array.from({ length: 100 }, () => eventEnvelope()));
    await server.received(101);
    while (bench.count('delivered') < 100) await new Promise(setImmediate);
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(await bench.transport.close(2_000)).toBe(true);
    expect(bench.outcomes.filter((outcome) => outcome !== 'delivered')).toEqual(['send_error']);
  });
});

describe('429', () => {
  it('B04: pauses the category, tries the envelope again three times, then drops it as counted by the server', async () => {
    await using server = await startScriptedServer({ replies: Array(4).fill(answer(429, { 'retry-after': '5' })) });
    await using bench = retryingBench(server.dsn);
    await bench.deliver();
    expect(bench.settled).toMatchObject([{ outcome: 'ratelimit_backoff', countedByServer: true }]);
    expect(server.requests).toHaveLength(4);
    expect(unique(server).size).toBe(1);
    const times = server.requests.map(({ arrivedAt }) => arrivedAt * 50);
    // Milliseconds of the wire weigh 50 times as much here.
    for (let round = 1; round < 4; round++) expect(times[round]! - times[round - 1]!).toBeGreaterThan(4_500);
    expect(bench.warnings).toEqual([]);
    await expectRecovery(bench);
  });

  it('B04: what waited meanwhile goes out after the pause, all of it', async () => {
    await using server = await startScriptedServer({ replies: [answer(429, { 'retry-after': '5' })] });
    await using bench = retryingBench(server.dsn);
    await bench.deliver(...Array.from({ length: 30 }, () => eventEnvelope()), logEnvelope(3));
    expect(bench.count('delivered')).toBe(31);
    expect(unique(server).size).toBe(30);
  });

  it('B18: a storm of them lets through no more than concurrency + 1 requests a second', async () => {
    const speed = 20;
    await using server = await startScriptedServer({ otherwise: answer(429, { 'retry-after': '1' }) });
    await using bench = retryingBench(server.dsn, { speed });
    const start = performance.now();
    while ((performance.now() - start) * speed < 60_000) {
      bench.send(...Array.from({ length: 100 }, () => eventEnvelope()));
      await new Promise(setImmediate);
      await new Promise((resolve) => setTimeout(resolve, 100 / speed));
    }
    const seconds = ((performance.now() - start) * speed) / 1_000;
    expect(server.requests.length).toBeGreaterThan(20);
    expect(server.requests.length).toBeLessThanOrEqual(5 * (seconds + 1));
    server.rescript({});
    await bench.deliver();
    expect(bench.settled.at(-1)?.outcome).toBe('delivered');
    expect(bench.balanced).toBe(true);
  }, 20_000);

  it('B21: an active limit does not hold up close', async () => {
    await using server = await startScriptedServer({ replies: [answer(429, { 'x-sentry-rate-limits': '60:error' })] });
    await using bench = retryingBench(server.dsn, { speed: 1 });
    bench.send();
    await server.received(1);
    await bench.transport.flush(50);
    bench.send(eventEnvelope(), logEnvelope());
    const start = performance.now();
    await bench.transport.close(5_000);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(bench.count('ratelimit_backoff')).toBe(2);
    expect(bench.count('delivered', 'log_item')).toBe(1);
    expect(bench.pending).toBe(0);
  });
});

describe('P10: close', () => {
  it('tries at once what waits for another attempt', async () => {
    await using server = await startScriptedServer({ replies: [answer(503), answer(503), answer(503), answer(503)] });
    await using bench = retryingBench(server.dsn, { speed: 0.01 });
    bench.send(...Array.from({ length: 20 }, () => eventEnvelope()));
    await server.received(1);
    expect(await bench.transport.close(5_000)).toBe(true);
    expect(bench.count('delivered')).toBeGreaterThanOrEqual(16);
    expect(bench.count('delivered') + bench.count('send_error')).toBe(20);
  });

  it.each<[string, Reply]>([
    ['resets', reset()],
    ['ends', end()],
  ])('A12: a healthy server that %s one fresh connection costs nothing', async (_name, rude) => {
    await using server = await startScriptedServer({ replies: [rude] });
    await using bench = retryingBench(server.dsn, { speed: 0.01, concurrency: 1 });
    bench.send(...Array.from({ length: 10 }, () => eventEnvelope()));
    expect(await bench.transport.close(5_000)).toBe(true);
    expect(bench.outcomes).toEqual(Array(10).fill('delivered'));
    expect(unique(server).size).toBe(10);
  });

  it('A01: a destination that is gone does not hold it up', async () => {
    const { dsn } = await nobody();
    await using bench = retryingBench(dsn, { speed: 0.01 });
    bench.send(...Array.from({ length: 20 }, () => eventEnvelope()));
    expect(await bench.transport.close(5_000)).toBe(true);
    expect(bench.outcomes).toEqual(Array(20).fill('network_error'));
  });

  it('gives one attempt and no more', async () => {
    await using server = await startScriptedServer({ otherwise: answer(503) });
    await using bench = retryingBench(server.dsn, { speed: 0.01 });
    bench.send();
    await bench.transport.flush(50);
    expect(bench.errors).toHaveLength(1);
    expect(await bench.transport.close(5_000)).toBe(true);
    expect(server.requests).toHaveLength(2);
    expect(bench.outcomes).toEqual(['send_error']);
  });

  it('finish does the same, and the transport stays usable', async () => {
    await using server = await startScriptedServer({ replies: [answer(503), answer(503)] });
    await using bench = retryingBench(server.dsn);
    bench.send();
    await server.received(1);
    expect(await bench.transport.finish?.(5_000)).toBe(true);
    await expectRecovery(bench);
  });
});

it('P5: a dead destination costs no more memory than the bounds, in flight and waiting included', async () => {
  await using server = await startScriptedServer({ otherwise: reset() });
  await using bench = retryingBench(server.dsn, { speed: 500 });
  const payload = eventEnvelope('error', 2_000).items;
  const before = process.memoryUsage().rss;
  for (let round = 0; round < 200; round++) {
    for (let index = 0; index < 250; index++) bench.send({ ...eventEnvelope(), items: payload });
    await new Promise(setImmediate);
    expect(bench.handedOver - bench.settled.length).toBeLessThanOrEqual(1_000);
  }
  expect(bench.count('queue_overflow')).toBe(bench.settled.length);
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  server.rescript({});
  await bench.transport.close(10_000);
  expect(bench.count('delivered')).toBe(1_000);
}, 30_000);
