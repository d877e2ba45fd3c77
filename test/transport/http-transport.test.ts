import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { LEVELS } from '../../src/protocol/level.js';
import { after, type Clock } from '../../src/transport/clock.js';
import { httpTransport } from '../../src/transport/http-transport.js';
import type { TransportContext, TransportFactory } from '../../src/transport/transport.js';
import { Bench, eventEnvelope, logEnvelope, RETRY } from '../support/bench.js';
import {
  answer,
  delay,
  type Exchange,
  never,
  reset,
  sequence,
  startScriptedServer,
} from '../support/scripted-server.js';

describe('what goes on the wire', () => {
  it('is an envelope that a node:http server understands', async () => {
    const bodies: string[] = [];
    const server = createServer(async (request, response) => {
      bodies.push(`${request.method} ${request.url} ${Buffer.concat(await request.toArray())}`);
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const dsn = `http://public@127.0.0.1:${(server.address() as AddressInfo).port}/prefix/7`;
    await using bench = new Bench(httpTransport, dsn);
    const envelope = eventEnvelope();
    await bench.deliver(envelope);
    server.close();

    expect(bench.outcomes).toEqual(['delivered']);
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatch(/^POST \/prefix\/api\/7\/envelope\/ \{"event_id":/);
    expect(bodies[0]).toContain(envelope.items[0]?.payload);
  });

  it('has the headers that receivers ask for, and one kind of authentication', async () => {
    await using server = await startScriptedServer();
    await using bench = new Bench(httpTransport, server.dsn.replace('public', 'public:secret'));
    await bench.deliver();

    const { headers, target, raw } = server.requests[0]!;
    expect(headers).toEqual({
      host: `127.0.0.1:${server.port}`,
      connection: 'keep-alive',
      'content-type': 'application/x-sentry-envelope',
      'content-length': expect.stringMatching(/^\d+$/),
      'user-agent': expect.stringMatching(/^jackdaw\.test\/1\.2\.3 \(node v\d+\.\d+\.\d+; \w+ \S+\)$/),
      'x-sentry-auth':
        'Sentry sentry_version=7, sentry_client=jackdaw.test/1.2.3, sentry_key=public, sentry_secret=secret',
    });
    expect(target).toBe('/api/1/envelope/');
    expect(raw.toString().match(/sentry_key|"dsn"/g)).toHaveLength(1);
  });

  it('is stamped with the time of the attempt', async () => {
    await using server = await startScriptedServer();
    await using bench = new Bench(httpTransport, server.dsn);
    const before = Date.now();
    await bench.deliver();
    const sentAt = Date.parse(String(server.requests[0]?.envelope?.header['sent_at']));
    expect(sentAt).toBeGreaterThanOrEqual(before);
    expect(sentAt).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    ['auto', 20_000, undefined],
    ['auto', 40_000, 'gzip'],
    [true, 1, 'gzip'],
    [false, 40_000, undefined],
  ] as const)('with compress %s and %i bytes is encoded as %s', async (compress, bytes, encoding) => {
    await using server = await startScriptedServer();
    await using bench = new Bench(httpTransport, server.dsn, { compress });
    const envelope = eventEnvelope('error', bytes);
    await bench.deliver(envelope);
    const request = server.requests[0]!;
    expect(request.headers['content-encoding']).toBe(encoding);
    expect(request.envelope?.items[0]?.payload.toString()).toBe(envelope.items[0]?.payload);
    if (encoding === 'gzip' && bytes > 1) expect(request.body.length).toBeLessThan(bytes / 10);
  });
});

describe('sending', () => {
  it('does no I/O within the call', async () => {
    await using server = await startScriptedServer();
    await using bench = new Bench(httpTransport, server.dsn);
    const before = process.getActiveResourcesInfo();
    bench.send(...Array.from({ length: 100 }, () => eventEnvelope()));
    // All that is new is the one immediate.
    expect(process.getActiveResourcesInfo().sort()).toEqual([...before, 'Immediate'].sort());
    expect(bench.settled).toEqual([]);
    await bench.deliver();
    expect(server.requests).toHaveLength(101);
  });

  it('keeps connections alive', async () => {
    await using server = await startScriptedServer();
    await using bench = new Bench(httpTransport, server.dsn, { concurrency: 1 });
    for (let round = 0; round < 20; round++) await bench.deliver();
    expect(server.requests).toHaveLength(20);
    expect(server.connections).toBe(1);
  });

  it.each([1, 4])('has at most %i requests under way', async (concurrency) => {
    let [open, most] = [0, 0];
    const slow = async (exchange: Exchange): Promise<void> => {
      most = Math.max(most, ++open);
      await exchange.wait(10);
      open--;
      await answer(200)(exchange);
    };
    await using server = await startScriptedServer({ otherwise: slow });
    await using bench = new Bench(httpTransport, server.dsn, { concurrency });
    await bench.deliver(...Array.from({ length: 20 }, () => eventEnvelope()));
    expect(bench.count('delivered')).toBe(20);
    expect(most).toBe(concurrency);
    expect(server.connections).toBe(concurrency);
  });

  it('sends errors before logs, and high levels before low ones', async () => {
    await using server = await startScriptedServer();
    await using bench = new Bench(httpTransport, server.dsn, { concurrency: 1 });
    const [log, info, error, fatal] = [
      logEnvelope(1, 'fatal'),
      eventEnvelope('info'),
      eventEnvelope('error'),
      eventEnvelope('fatal'),
    ];
    await bench.deliver(log, info, error, fatal);
    expect(bench.settled.map(({ envelope }) => envelope)).toEqual([fatal, error, info, log]);
  });

  it('sheds by level when the queue is full, and says so beforehand', async () => {
    await using server = await startScriptedServer({ otherwise: never() });
    await using bench = new Bench(httpTransport, server.dsn, { concurrency: 1, maxQueueItems: 3 });
    bench.send();
    await server.received(1);
    const info = eventEnvelope('info');
    bench.send(info, eventEnvelope('warning'));
    expect(LEVELS.filter((level) => bench.transport.admits?.(level))).toEqual(['fatal', 'error', 'warning']);
    bench.send(eventEnvelope('error'));
    expect(bench.settled).toEqual([{ envelope: info, outcome: 'queue_overflow', countedByServer: false }]);
    expect(bench.balanced).toBe(true);
  });

  it('goes on after an envelope that cannot be encoded', async () => {
    await using server = await startScriptedServer();
    await using bench = new Bench(httpTransport, server.dsn);
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const broken = { ...eventEnvelope('fatal'), items: [{ header: { type: 'event', circular }, payload: '{}' }] };
    await bench.deliver(broken, eventEnvelope());
    expect(bench.outcomes).toEqual(['internal_sdk_error', 'delivered']);
    expect(bench.errors).toHaveLength(1);
  });

  it('tells who listens of every answer, with the time it took', async () => {
    const heard: (number | string)[] = [];
    const times: number[] = [];
    const transport: TransportFactory = (context) => {
      const answered: TransportContext['answered'] = (reply, ms) => {
        heard.push(reply instanceof Error ? reply.message : reply.status);
        times.push(ms);
      };
      return httpTransport({ ...context, answered });
    };
    const slow = sequence(delay(50), answer(401));
    await using server = await startScriptedServer({ replies: [answer(200), slow] });
    await using bench = new Bench(transport, server.dsn, { concurrency: 1 });
    await bench.deliver();
    const start = performance.now();
    await bench.deliver();
    const elapsed = performance.now() - start;
    await server.close();
    await bench.deliver();
    expect(heard).toEqual([200, 401, expect.stringContaining('ECONNREFUSED')]);
    expect(times[1]).toBeGreaterThan(45);
    expect(times[1]).toBeLessThanOrEqual(elapsed);
  });
});

describe('flush', () => {
  it('is true as soon as all before it is settled', async () => {
    await using server = await startScriptedServer({ otherwise: sequence(delay(30), answer(200)) });
    await using bench = new Bench(httpTransport, server.dsn);
    bench.send();
    bench.send();
    expect(await bench.transport.flush(5_000)).toBe(true);
    expect(bench.count('delivered')).toBe(2);
  });

  it('is true for failures, too: their fate is known', async () => {
    await using server = await startScriptedServer({ otherwise: answer(500) });
    await using bench = new Bench(httpTransport, server.dsn);
    bench.send();
    expect(await bench.transport.flush(5_000)).toBe(true);
    expect(bench.outcomes).toEqual(['send_error']);
  });

  it('is false at the deadline, and the transport stays usable', async () => {
    await using server = await startScriptedServer({ replies: [sequence(delay(150), answer(200))] });
    await using bench = new Bench(httpTransport, server.dsn);
    bench.send();
    expect(await bench.transport.flush(20)).toBe(false);
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered', 'delivered']);
  });
});

describe('close', () => {
  it('delivers what waits, then frees its sockets', async () => {
    await using server = await startScriptedServer();
    await using bench = new Bench(httpTransport, server.dsn);
    bench.send(...Array.from({ length: 50 }, () => eventEnvelope()));
    expect(await bench.transport.close(5_000)).toBe(true);
    expect(bench.count('delivered')).toBe(50);
    await server.until(() => server.sockets.size === 0, 'all sockets closed');
  });

  it('settles as network_error what has no answer at the deadline, under way or not', async () => {
    await using server = await startScriptedServer({ otherwise: never() });
    const bench = new Bench(httpTransport, server.dsn, { concurrency: 2 });
    bench.send(...Array.from({ length: 5 }, () => eventEnvelope()));
    await server.received(2);
    const start = performance.now();
    expect(await bench.transport.close(50)).toBe(false);
    expect(performance.now() - start).toBeLessThan(500);
    expect(bench.outcomes).toEqual(Array(5).fill('network_error'));
    await server.until(() => server.sockets.size === 0, 'all sockets closed');
    expect(bench.warnings).toEqual([]);
  });

  it('gives up a connection in the making', async () => {
    await using server = await startScriptedServer({ onConnection: () => false });
    const bench = new Bench(httpTransport, server.dsn.replace('http', 'https'));
    bench.send();
    await server.until(() => server.sockets.size === 1, 'a connection');
    for (const socket of server.sockets) socket.resume();
    expect(await bench.transport.close(20)).toBe(false);
    await server.until(() => server.sockets.size === 0, 'the socket closed', 1_000);
    expect(bench.outcomes).toEqual(['network_error']);
  });

  it('frees at once a connection whose response is never-ending', async () => {
    await using server = await startScriptedServer({
      otherwise: sequence(({ socket }) => void socket.write('HTTP/1.1 200 OK\r\n\r\n{'), never()),
    });
    const bench = new Bench(httpTransport, server.dsn);
    await bench.deliver();
    const start = performance.now();
    expect(await bench.transport.close(1_000)).toBe(true);
    expect(performance.now() - start).toBeLessThan(500);
    expect(bench.outcomes).toEqual(['delivered']);
  });

  it('gives the same promise to everyone who asks', async () => {
    await using server = await startScriptedServer();
    await using bench = new Bench(httpTransport, server.dsn);
    bench.send();
    const first = bench.transport.close(1_000);
    expect(bench.transport.close(5)).toBe(first);
    expect(await first).toBe(true);
    expect(bench.transport.close(1_000)).toBe(first);
  });

  it('refuses what comes later, from the moment of the call', async () => {
    await using server = await startScriptedServer();
    await using bench = new Bench(httpTransport, server.dsn);
    bench.send();
    const closed = bench.transport.close(1_000);
    bench.send();
    expect(bench.outcomes).toEqual(['queue_overflow']);
    expect(bench.transport.admits?.('fatal')).toBe(false);
    await closed;
    bench.send();
    expect(bench.outcomes).toEqual(['queue_overflow', 'delivered', 'queue_overflow']);
    expect(server.requests).toHaveLength(1);
  });
});

it('keeps the process alive for nobody: its sockets are unreferenced in mid-request, new or used before', async () => {
  await using server = await startScriptedServer({ replies: [sequence(delay(50), answer(200))], otherwise: never() });
  await using bench = new Bench(httpTransport, server.dsn, { concurrency: 1 });
  const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  const before = sockets();
  for (const round of [1, 2]) {
    bench.send();
    await server.received(round);
    expect(bench.pending).toBe(1);
    expect(sockets()).toBe(before);
    await bench.transport.flush(200);
    // undici lets go of an idle socket some turns later.
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
  }
  expect(server.connections).toBe(1);
});

it("two that wait for the end of the process do not get in each other's way", async () => {
  await using server = await startScriptedServer({ replies: [reset(), sequence(delay(200), answer(200))] });
  // Stands still: the time of a next attempt never comes but for those who have none.
  const clock: Clock = { now: Date.now, uptime: () => 0, after, random: () => 1 };
  await using bench = new Bench(httpTransport, server.dsn, { retry: RETRY }, clock);
  bench.send();
  await vi.waitFor(() => expect(bench.errors).toHaveLength(1));
  const second = bench.transport.finish?.(5_000);
  expect(await bench.transport.finish?.(0)).toBe(false);
  bench.send();
  expect(await second).toBe(true);
  expect(await bench.transport.flush(5_000)).toBe(true);
  expect(bench.outcomes).toEqual(['delivered', 'delivered']);
});
