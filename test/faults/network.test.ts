import dns from 'node:dns';
import { once } from 'node:events';
import { connect, createServer, isIP } from 'node:net';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { httpTransport } from '../../src/transport/http-transport.js';
import { Bench, eventEnvelope, RETRY } from '../support/bench.js';
import { fastClock } from '../support/fake-clock.js';
import {
  answer,
  delay,
  drip,
  end,
  flood,
  never,
  type Reply,
  raw,
  reset,
  sequence,
  startScriptedServer,
} from '../support/scripted-server.js';

const MIB = 1024 * 1024;

/** The common rule after a fault: the balance holds, at most one kind of warning, and the next event is delivered. */
async function expectRecovery(bench: Bench): Promise<void> {
  await bench.deliver();
  expect(bench.settled.at(-1)?.outcome).toBe('delivered');
  expect(bench.balanced).toBe(true);
  expect(new Set(bench.warnings.map(({ code }) => code)).size).toBeLessThanOrEqual(1);
}

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  await using server = await startScriptedServer();
  return server.port;
}

it('A01: a refused connection counts as network_error, and the warning names the host but not the key', async () => {
  const port = await freePort();
  await using bench = new Bench(httpTransport, `http://0123456789abcdef@127.0.0.1:${port}/1`);
  await bench.deliver();
  expect(bench.outcomes).toEqual(['network_error']);
  expect(bench.errors).toEqual([expect.objectContaining({ code: 'JACKDAW_UNREACHABLE' })]);
  expect(bench.warnings).toEqual([
    { code: 'JACKDAW_UNREACHABLE', message: expect.stringContaining(`127.0.0.1:${port} did not answer`) },
  ]);
  expect(JSON.stringify(bench.warnings)).not.toContain('0123456789abcdef');

  const server = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  await expectRecovery(bench);
  server.close();
});

it('A03: an unknown host counts as network_error, and the warning names it', async () => {
  await using bench = new Bench(httpTransport, 'http://public@jackdaw.invalid/1');
  await bench.deliver();
  expect(bench.outcomes).toEqual(['network_error']);
  expect(bench.warnings).toEqual([
    { code: 'JACKDAW_UNREACHABLE', message: expect.stringContaining('jackdaw.invalid did not answer') },
  ]);
});

/** Takes what a name stands for. */
type Resolved = (error: Error | null, addresses?: { address: string; family: number }[]) => void;

describe('A04: a resolver', () => {
  const servfail = Object.assign(new Error('queryA ESERVFAIL slow.example'), { code: 'ESERVFAIL' });

  it('that is slow, then fails, then answers costs nothing, and needs no restart', async () => {
    const replies: ((done: Resolved) => void)[] = [
      () => {},
      (done) => done(servfail),
      (done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    ];
    await using server = await startScriptedServer();
    let asked = 0;
    const lookup = vi.spyOn(dns, 'lookup');
    lookup.mockImplementation(((_host: string, _options: object, done: Resolved) => {
      const reply = replies[Math.min(asked++, replies.length - 1)];
      setImmediate(() => reply?.(done));
    }) as unknown as typeof dns.lookup);
    onTestFinished(() => lookup.mockRestore());
    const dsn = server.dsn.replace('127.0.0.1', 'slow.example');
    await using bench = new Bench(httpTransport, dsn, { retry: RETRY, requestTimeoutMs: 300 }, fastClock(20));
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered']);
    expect(bench.errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/no connection within \d+ ms/),
      expect.stringContaining('ESERVFAIL'),
    ]);
    expect(asked).toBe(3);
    await expectRecovery(bench);
  });
});

describe('a name with two addresses', () => {
  function resolveTo(addresses: readonly string[]): void {
    const lookup = vi.spyOn(dns, 'lookup');
    lookup.mockImplementation(((_host: string, _options: object, done: Resolved) => {
      setImmediate(
        done,
        null,
        addresses.map((address) => ({ address, family: isIP(address) })),
      );
    }) as unknown as typeof dns.lookup);
    onTestFinished(() => lookup.mockRestore());
  }

  it.each([
    ['127.0.0.1', ['::1', '127.0.0.1']],
    ['127.0.0.1', ['127.0.0.1', '::1']],
    ['::1', ['127.0.0.1', '::1']],
    ['::1', ['::1', '127.0.0.1']],
  ])('leads to the server at %s, in the order %j', async (host, addresses) => {
    await using server = await startScriptedServer({ host });
    resolveTo(addresses);
    await using bench = new Bench(httpTransport, `http://public@dual.example:${server.port}/1`);
    await bench.deliver();
    expect(bench.errors).toEqual([]);
    expect(bench.outcomes).toEqual(['delivered']);
  });

  it('A01: that both refuse counts as network_error, with the reason', async () => {
    const port = await freePort();
    resolveTo(['127.0.0.1', '::1']);
    await using bench = new Bench(httpTransport, `http://public@dual.example:${port}/1`);
    await bench.deliver();
    expect(bench.outcomes).toEqual(['network_error']);
    expect(bench.errors[0]?.message).toBe(
      `dual.example:${port} did not answer: connect ECONNREFUSED 127.0.0.1:${port}`,
    );
  });
});

/** A port whose SYN packets are dropped: in Linux that is so where nobody accepts and the queue of one is full. */
const BLACK_HOLE = `
const { parentPort } = require('node:worker_threads');
const { createServer } = require('node:net');
const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  const { port } = server.address();
  parentPort.postMessage(port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
`;

it.runIf(process.platform === 'linux')(
  'A02: a black hole ends the attempt after 5 s, and the queue stays bounded',
  async () => {
    const worker = new Worker(BLACK_HOLE, { eval: true });
    const [port] = await once(worker, 'message');
    const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    onTestFinished(async () => {
      for (const socket of fillers) socket.destroy();
      await worker.terminate();
    });
    await Promise.all(fillers.slice(0, 2).map((socket) => once(socket, 'connect')));
    await using bench = new Bench(httpTransport, `http://public@127.0.0.1:${port}/1`, {
      retry: RETRY,
      maxQueueItems: 50,
    });
    const start = performance.now();
    bench.send(...Array.from({ length: 200 }, () => eventEnvelope()));
    await vi.waitFor(() => expect(bench.errors).not.toEqual([]), 8_000);
    expect(performance.now() - start).toBeGreaterThan(4_900);
    expect(bench.errors[0]?.message).toContain('no connection within 5000 ms');
    expect(bench.outcomes).toEqual(Array(150).fill('queue_overflow'));
    expect(bench.pending).toBe(50);
  },
  20_000,
);

describe('a server that is slow', () => {
  it.concurrent('A06: no answer ends after 10 s', async () => {
    await using server = await startScriptedServer({ replies: [never()] });
    await using bench = new Bench(httpTransport, server.dsn);
    const start = performance.now();
    bench.send();
    expect(await bench.transport.flush(14_000)).toBe(true);
    expect(performance.now() - start).toBeGreaterThan(9_900);
    expect(performance.now() - start).toBeLessThan(10_900);
    expect(bench.outcomes).toEqual(['network_error']);
    await server.until(() => server.sockets.size === 0, 'the socket closed');
    await expectRecovery(bench);
  }, 20_000);

  it.concurrent('A07: one byte of the head per second ends after 10 s', async () => {
    await using server = await startScriptedServer({
      replies: [sequence(raw('HTTP/1.1 200 OK\r\nx: '), drip('y', 1_000))],
    });
    await using bench = new Bench(httpTransport, server.dsn);
    const start = performance.now();
    bench.send();
    expect(await bench.transport.flush(14_000)).toBe(true);
    expect(performance.now() - start).toBeLessThan(10_900);
    expect(bench.outcomes).toEqual(['network_error']);
  }, 20_000);

  it.concurrent('A02: a connection that does not come about ends after 5 s', async () => {
    // TLS counts as part of it: here nobody answers the first message of the handshake.
    await using server = await startScriptedServer({ onConnection: () => false });
    await using bench = new Bench(httpTransport, server.dsn.replace('http', 'https'));
    const start = performance.now();
    bench.send();
    expect(await bench.transport.flush(14_000)).toBe(true);
    expect(performance.now() - start).toBeGreaterThan(4_900);
    expect(performance.now() - start).toBeLessThan(5_900);
    expect(bench.outcomes).toEqual(['network_error']);
    expect(bench.errors[0]?.message).toContain('no connection within 5000 ms');
  }, 20_000);

  it.each<[string, Reply]>([
    ['never answers', never()],
    ['drips its head', drip('H', 20)],
    ['sends 100 Continue for ever', drip('HTTP/1.1 100 Continue\r\n\r\n', 20)],
    ['sends 102 for ever', drip('HTTP/1.1 102 Processing\r\n\r\n', 20)],
  ])('P7: requestTimeoutMs holds against one that %s', async (_name, reply) => {
    await using server = await startScriptedServer({ replies: [reply] });
    await using bench = new Bench(httpTransport, server.dsn, { requestTimeoutMs: 300 });
    const start = performance.now();
    await bench.deliver();
    expect(performance.now() - start).toBeLessThan(1_500);
    expect(bench.outcomes).toEqual(['network_error']);
    await server.until(() => server.sockets.size === 0, 'the socket closed');
    await expectRecovery(bench);
  });

  it('A05: one that never reads does not hold a request beyond its time', async () => {
    await using server = await startScriptedServer({ onConnection: (_socket, index) => index > 0 });
    await using bench = new Bench(httpTransport, server.dsn, { requestTimeoutMs: 400, compress: false });
    await bench.deliver(eventEnvelope('error', 12 * MIB));
    expect(bench.outcomes).toEqual(['network_error']);
    await expectRecovery(bench);
  });

  it('A08: 200 delivers, even if the body drips for ever; the connection is given up', async () => {
    const dripping = sequence(raw('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n'), drip('x', 200));
    await using server = await startScriptedServer({ replies: [dripping] });
    await using bench = new Bench(httpTransport, server.dsn, { concurrency: 1 });
    const start = performance.now();
    await bench.deliver();
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(bench.outcomes).toEqual(['delivered']);
    await expectRecovery(bench);
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 1]);
    expect(bench.errors).toEqual([]);
  });
});

describe('an answer that is too much', () => {
  it('A09: of 200 MB no more is read than 64 KiB and what the sockets buffer, and memory stays flat', async () => {
    let written = 0;
    const huge: Reply = async (exchange) => {
      exchange.socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${200 * MIB}\r\n\r\n`);
      await flood(200 * MIB)(exchange);
      written = exchange.socket.bytesWritten;
    };
    await using server = await startScriptedServer({ replies: [huge] });
    await using bench = new Bench(httpTransport, server.dsn);
    const before = process.memoryUsage.rss();
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered']);
    await server.until(() => server.sockets.size === 0, 'the socket closed');
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * MIB);
    expect(written).toBeLessThan(32 * MIB);
    await expectRecovery(bench);
  });

  const bomb = gzipSync(Buffer.alloc(60 * MIB));
  it.each([
    ['a gzip bomb', { 'content-encoding': 'gzip' }, bomb],
    ['2,000 encodings on top of each other', { 'content-encoding': Array(2_000).fill('gzip').join(',') }, bomb],
  ])('A10: %s is never decompressed, and delivered', async (_name, headers, body) => {
    await using server = await startScriptedServer({ replies: [answer(200, headers, body)] });
    await using bench = new Bench(httpTransport, server.dsn);
    const before = process.memoryUsage.rss();
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered']);
    await expectRecovery(bench);
    expect(process.memoryUsage.rss() - before).toBeLessThan(48 * MIB);
  });

  it('A10: nor is the text of a rejection', async () => {
    const headers = { 'content-encoding': 'gzip' };
    await using server = await startScriptedServer({ replies: [answer(400, headers, gzipSync('the reason'))] });
    await using bench = new Bench(httpTransport, server.dsn);
    await bench.deliver();
    expect(bench.errors[0]?.message).toMatch(/answered 400: /);
  });

  it('A18: 1 MB of headers counts as network_error', async () => {
    const head = `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(MIB)}\r\ncontent-length: 0\r\n\r\n`;
    await using server = await startScriptedServer({ replies: [raw(head)] });
    await using bench = new Bench(httpTransport, server.dsn);
    await bench.deliver();
    expect(bench.outcomes).toEqual(['network_error']);
    await expectRecovery(bench);
  });

  it.each([
    ['NUL', 'x: a\0b', 'network_error'],
    ['8-bit bytes', 'x: \xff\xfe', 'delivered'],
  ])('A18: a header with %s is handled', async (_name, header, outcome) => {
    const reply = raw(Buffer.from(`HTTP/1.1 200 OK\r\n${header}\r\ncontent-length: 0\r\n\r\n`, 'latin1'));
    await using server = await startScriptedServer({ replies: [reply] });
    await using bench = new Bench(httpTransport, server.dsn);
    await bench.deliver();
    expect(bench.outcomes).toEqual([outcome]);
    await expectRecovery(bench);
  });
});

describe('a connection that breaks', () => {
  it.each<[string, Reply]>([
    ['RST after the request', reset()],
    ['FIN after the request', end()],
    ['FIN within the head', sequence(raw('HTTP/1.1 2'), end())],
    ['RST within the head', sequence(raw('HTTP/1.1 200 OK\r\n'), delay(20), reset())],
  ])('A11: %s counts as network_error', async (_name, reply) => {
    await using server = await startScriptedServer({ replies: [reply] });
    await using bench = new Bench(httpTransport, server.dsn);
    await bench.deliver();
    expect(bench.outcomes).toEqual(['network_error']);
    await expectRecovery(bench);
  });

  it('A11: RST in mid-request counts as network_error', async () => {
    await using server = await startScriptedServer({
      onConnection: (socket, index) => {
        if (index === 0) socket.once('data', () => socket.resetAndDestroy());
        return index > 0;
      },
    });
    await using bench = new Bench(httpTransport, server.dsn, { compress: false });
    await bench.deliver(eventEnvelope('error', 12 * MIB));
    expect(bench.outcomes).toEqual(['network_error']);
    await expectRecovery(bench);
  });

  it('A13: a peer that vanishes after a success costs one deadline, then a fresh socket serves', async () => {
    await using server = await startScriptedServer({ replies: [answer(200), never()] });
    const options = { retry: RETRY, concurrency: 1, requestTimeoutMs: 300 };
    await using bench = new Bench(httpTransport, server.dsn, options, fastClock(20));
    await bench.deliver();
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered', 'delivered']);
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 0, 1]);
    expect(new Set(server.eventIds.slice(1)).size).toBe(1);
    await expectRecovery(bench);
  });

  it('A14: an answer of HTTP/1.0 without a length delivers, and its connection is not used again', async () => {
    await using server = await startScriptedServer({ replies: [sequence(raw('HTTP/1.0 200 OK\r\n\r\n{}'), end())] });
    await using bench = new Bench(httpTransport, server.dsn, { concurrency: 1 });
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered']);
    await expectRecovery(bench);
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 1]);
  });

  it('A14: after connection: close the connection is not used again', async () => {
    await using server = await startScriptedServer({ replies: [answer(200, { connection: 'close' })] });
    await using bench = new Bench(httpTransport, server.dsn, { concurrency: 1 });
    await bench.deliver();
    await expectRecovery(bench);
    expect(server.requests.map(({ connection }) => connection)).toEqual([0, 1]);
  });
});

describe('something else than HTTP', () => {
  it.each<[string, string]>([
    ['garbage', 'hello\r\n\r\n'],
    ['a TLS record', '\x15\x03\x03\x00\x02\x02\x28'],
    ['a status that is no number', 'HTTP/1.1 2OO OK\r\n\r\n'],
    ['101 unasked', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
  ])('A15: %s counts as network_error', async (_name, bytes) => {
    await using server = await startScriptedServer({ replies: [sequence(raw(Buffer.from(bytes, 'latin1')), end())] });
    await using bench = new Bench(httpTransport, server.dsn);
    await bench.deliver();
    expect(bench.outcomes).toEqual(['network_error']);
    await expectRecovery(bench);
  });

  it('A15: plain HTTP on a TLS port counts as network_error', async () => {
    await using server = await startScriptedServer({
      onConnection: (socket) => {
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
        return false;
      },
    });
    await using bench = new Bench(httpTransport, server.dsn.replace('http', 'https'));
    await bench.deliver();
    expect(bench.outcomes).toEqual(['network_error']);
  });
});

describe('answers before the answer', () => {
  const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

  it.each<[string, Reply]>([
    ['100', sequence(raw(CONTINUE), answer(200))],
    ['100 in one piece with the answer', raw(`${CONTINUE}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}`)],
    ['100 three times', sequence(raw(CONTINUE.repeat(3)), answer(200))],
    ['100 byte by byte', sequence(...[...CONTINUE].flatMap((byte) => [raw(byte), delay(1)]), answer(200))],
    ['102', sequence(raw('HTTP/1.1 102 Processing\r\n\r\n'), answer(200))],
    ['103', sequence(raw('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'), answer(200))],
    ['100, 102 and 103', sequence(raw(`${CONTINUE}HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 E\r\n\r\n`), answer(200))],
  ])('A16: %s before 200 is delivered once, and the connection lives on', async (_name, reply) => {
    await using server = await startScriptedServer({ replies: [reply, reply] });
    await using bench = new Bench(httpTransport, server.dsn, { concurrency: 1 });
    await bench.deliver();
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered', 'delivered']);
    expect(server.requests).toHaveLength(2);
    expect(server.connections).toBe(1);
  });
});

describe('redirects', () => {
  const targets = {
    'another host': '',
    itself: '',
    'a file': 'file:///etc/passwd',
    'a metadata service': 'http://169.254.169.254/',
  };

  it.each(
    [301, 302, 303, 307, 308].flatMap((status) =>
      Object.entries(targets).map(([name, url]) => [status, name, url] as const),
    ),
  )('A17: a redirect is not followed and counts as send_error: %i to %s', async (status, name, url) => {
    await using other = await startScriptedServer();
    await using server = await startScriptedServer();
    const location = name === 'itself' ? `${server.origin}/api/1/envelope/` : url || `${other.origin}/api/1/envelope/`;
    server.rescript({ replies: [answer(status, { location })] });
    await using bench = new Bench(httpTransport, server.dsn);
    await bench.deliver();
    expect(bench.outcomes).toEqual(['send_error']);
    expect(bench.warnings).toEqual([
      { code: 'JACKDAW_REDIRECT', message: expect.stringContaining(`answered ${status}`) },
    ]);
    await expectRecovery(bench);
    expect([server.requests.length, other.connections]).toEqual([2, 0]);
  });
});

it('A19: a 413 that comes before the body is through is a 413', async () => {
  const early = 'HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';
  await using server = await startScriptedServer({
    onConnection: (socket, index) => {
      if (index > 0) return true;
      // Reads on after its answer, as RFC 9112 (9.6) wants it: a RST could overtake the answer.
      socket.once('data', () => socket.end(early)).resume();
      return false;
    },
  });
  await using bench = new Bench(httpTransport, server.dsn, { compress: false });
  await bench.deliver(eventEnvelope('error', 4 * MIB));
  expect(bench.outcomes).toEqual(['send_error']);
  expect(bench.warnings).toEqual([
    { code: 'JACKDAW_TOO_LARGE', message: expect.stringMatching(/answered 413.* bytes/) },
  ]);
  await expectRecovery(bench);
});

it('A20: two transports with one DSN mix neither limits nor queues', async () => {
  const limit = answer(200, { 'x-sentry-rate-limits': '60:error' });
  await using server = await startScriptedServer({ replies: [limit] });
  await using limited = new Bench(httpTransport, server.dsn);
  await using free = new Bench(httpTransport, server.dsn);
  await limited.deliver();
  limited.send();
  await free.deliver();
  expect(free.outcomes).toEqual(['delivered']);
  expect(limited.pending).toBe(1);
  expect(await limited.transport.close(1_000)).toBe(false);
  await free.deliver();
  expect(free.outcomes).toEqual(['delivered', 'delivered']);
});

it('A20: the state of two projects on one host is apart', async () => {
  const limit = answer(429, { 'retry-after': '60' });
  await using server = await startScriptedServer({ replies: [limit] });
  await using first = new Bench(httpTransport, server.dsn);
  await using second = new Bench(httpTransport, server.dsn.replace(/1$/, '2'));
  await first.deliver();
  await second.deliver();
  expect([first.outcomes, second.outcomes]).toEqual([['ratelimit_backoff'], ['delivered']]);
  expect(server.requests.map(({ target }) => target)).toEqual(['/api/1/envelope/', '/api/2/envelope/']);
});

it('A21: a DSN with an IPv6 address works', async () => {
  await using server = await startScriptedServer({ host: '::1' });
  expect(server.dsn).toMatch(/^http:\/\/public@\[::1\]:\d+\/1$/);
  await using bench = new Bench(httpTransport, server.dsn);
  await bench.deliver();
  expect(bench.outcomes).toEqual(['delivered']);
  expect(server.requests[0]?.headers['host']).toBe(`[::1]:${server.port}`);
});
