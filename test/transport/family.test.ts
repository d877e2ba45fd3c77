import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError, createClient, memoryTransport, multiplexer } from '../../src/index.js';
import { directTransport } from '../../src/transport/direct-transport.js';
import { httpTransport } from '../../src/transport/http-transport.js';
import { expectSettled } from '../support/balance.js';
import { Bench, eventEnvelope, logEnvelope } from '../support/bench.js';
import { type Finished, runScript } from '../support/child-script.js';
import { closedPort } from '../support/closed-port.js';
import { answer, delay, never, sequence, startScriptedServer } from '../support/scripted-server.js';

/** A process that reports with the transport `sync` and says what it knows right after each call. */
function runSync(dsn: string, code: string, options = {}): Promise<Finished> {
  const given = JSON.stringify({ transport: 'sync', onError: undefined, dsn, ...options });
  return runScript(`
    const { createClient } = require('./dist/index.js');
    const client = createClient(${given});
    const tell = (value) => require('node:fs').writeSync(1, JSON.stringify(value) + '\\n');
    ${code}`);
}

const said = ({ stdout }: Finished): unknown[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('the transport sync', () => {
  it('returns when the server has answered: right after the call not even SIGKILL can lose the event', async () => {
    await using server = await startScriptedServer({ otherwise: sequence(delay(50), answer(200)) });
    const end = await runSync(
      server.dsn,
      `client.captureException(new Error('no stock')); tell(client.stats().delivered); process.kill(process.pid, 'SIGKILL');`,
    );
    expect(said(end)).toEqual([{ error: 1, log_item: 0 }]);
    expect(server.eventIds).toHaveLength(1);
    expect(end.stderr).toBe('');
  });

  it('keeps its connection and its thread from call to call', async () => {
    await using server = await startScriptedServer();
    const end = await runSync(
      server.dsn,
      `for (let n = 0; n < 20; n++) client.captureMessage('number ' + n); tell(client.stats().delivered);
       client.close().then((closed) => tell(closed));`,
    );
    expect(said(end)).toEqual([{ error: 20, log_item: 0 }, true]);
    expect(server.connections).toBe(1);
    expect(end.code).toBe(0);
  });

  it('waits for no answer longer than requestTimeoutMs, and tells', async () => {
    await using server = await startScriptedServer({ otherwise: never() });
    const end = await runSync(
      server.dsn,
      `const start = performance.now(); client.captureMessage('nobody'); const { dropped, lastError } = client.stats();
       tell([dropped, lastError.code, performance.now() - start < 5000]);`,
      { requestTimeoutMs: 300 },
    );
    expect(said(end)).toEqual([[{ network_error: { error: 1 } }, 'JACKDAW_UNREACHABLE', true]]);
  });

  it('holds to rate limits', async () => {
    await using server = await startScriptedServer({ replies: [answer(429, { 'retry-after': '60' })] });
    const end = await runSync(
      server.dsn,
      `client.captureMessage('one'); client.captureMessage('two'); tell(client.stats().dropped);`,
    );
    expect(said(end)).toEqual([{ ratelimit_backoff: { error: 2 } }]);
    expect(server.requests).toHaveLength(1);
  });

  it('throws with raiseSendErrors what an explicit capture was lost to, and never from a log call', async () => {
    const port = await closedPort();
    const end = await runSync(
      `http://public@127.0.0.1:${port}/1`,
      `try { client.captureMessage('nobody'); } catch (error) { tell([error.name, error.code]); }
       const winston = require('winston');
       const { JackdawTransport } = require('./dist/adapters/winston.js');
       const logger = winston.createLogger({ transports: [new JackdawTransport({ client })] });
       logger.error(new Error('no stock'));
       tell('logged');`,
      { raiseSendErrors: true },
    );
    expect(said(end)).toEqual([['DeliveryError', 'JACKDAW_UNREACHABLE'], 'logged']);
    expect(end.code).toBe(0);
  });

  it('keeps in the spool what found no server', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'jackdaw-spool-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const end = await runSync(
      `http://public@127.0.0.1:${await closedPort()}/1`,
      `client.captureMessage('nobody'); tell(client.stats().spooled); process.exit();`,
      { spool: dir },
    );
    expect(said(end)).toEqual([{ error: 1, log_item: 0 }]);
  });
});

describe('the transport direct', () => {
  it('begins each request at once, however many are under way', async () => {
    await using server = await startScriptedServer({ otherwise: sequence(delay(100), answer(200)) });
    await using bench = new Bench(directTransport, server.dsn);
    bench.send(...Array.from({ length: 12 }, () => eventEnvelope()), logEnvelope(3));
    await server.until(() => server.sockets.size === 13, '13 connections');
    expect(await bench.transport.flush(5_000)).toBe(true);
    expect(bench.count('delivered')).toBe(13);
  });

  it('gives each one attempt, and holds to rate limits', async () => {
    await using server = await startScriptedServer({ replies: [answer(503), answer(429, { 'retry-after': '60' })] });
    await using bench = new Bench(directTransport, server.dsn);
    for (let round = 0; round < 3; round++) await bench.deliver();
    expect(bench.outcomes).toEqual(['send_error', 'ratelimit_backoff', 'ratelimit_backoff']);
    expect(bench.settled.map(({ countedByServer }) => countedByServer)).toEqual([false, true, false]);
    expect(server.requests).toHaveLength(2);
  });

  it('is bounded, and ends with close', async () => {
    await using server = await startScriptedServer({ otherwise: never() });
    await using bench = new Bench(directTransport, server.dsn, { maxQueueItems: 2 });
    bench.send(eventEnvelope(), eventEnvelope(), eventEnvelope());
    expect(bench.outcomes).toEqual(['queue_overflow']);
    expect(bench.transport.admits?.('fatal')).toBe(false);
    expect(await bench.transport.close(50)).toBe(false);
    bench.send();
    expect(bench.outcomes.sort()).toEqual(['network_error', 'network_error', 'queue_overflow', 'queue_overflow']);
    expect(bench.balanced).toBe(true);
  });
});

describe('the transport file', () => {
  it('sends nothing: another process with the same spool does', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'jackdaw-spool-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    await using server = await startScriptedServer();
    const writer = createClient({ dsn: server.dsn.replace('http:', 'file+http:'), spool: dir });
    for (let index = 0; index < 5; index++) writer.captureMessage(`number ${index}`);
    expect(await writer.close()).toBe(true);
    expect(writer.stats().spooled).toEqual({ error: 5, log_item: 0 });
    expect(server.requests).toHaveLength(0);

    const sender = createClient({ dsn: server.dsn, spool: dir });
    await server.received(5, 10_000);
    expect(await sender.close(5_000)).toBe(true);
    expect(sender.stats()).toMatchObject({ recovered: { error: 5 }, delivered: { error: 5 } });
    expectSettled(sender);
  });

  it('is refused without a spool', () => {
    const options = { dsn: 'https://public@example.com/1', transport: 'file', spool: false };
    expect(() => createClient(options)).toThrow(ConfigError);
  });
});

describe('a multiplexer', () => {
  it('gives each envelope to the first route that takes it, else to the own destination', async () => {
    const dsns = ['fatal', 'shop', 'own'].map((key) => `https://${key}@sentry.example.com/1`);
    const memories = new Map(dsns.map((dsn) => [dsn.slice(8, -21), memoryTransport()]));
    const client = createClient({
      dsn: dsns[2],
      transport: multiplexer(
        [
          { dsn: dsns[0] ?? '', levels: ['fatal'] },
          {
            dsn: dsns[1] ?? '',
            when: ({ payload, category }) => category === 'error' && (payload as { logger?: string }).logger === 'shop',
          },
        ],
        ({ dsn }) => memories.get(dsn.publicKey) ?? memoryTransport(),
      ),
    });
    const record = { levelName: 'error', time: Date.now(), origin: 'test', data: {} } as const;
    client.captureMessage('burns', 'fatal');
    client.captureRecord({ ...record, level: 'error', message: 'no stock', logger: 'shop' });
    client.captureRecord({ ...record, level: 'error', message: 'else', logger: 'mail' });
    expect([...memories].map(([key, { events }]) => [key, events.length])).toEqual([
      ['fatal', 1],
      ['shop', 1],
      ['own', 1],
    ]);
    expect(await client.close()).toBe(true);
    expectSettled(client);
  });

  it('keeps the limits of its destinations apart, and takes a route that throws for no', async () => {
    await using limited = await startScriptedServer({ otherwise: answer(429, { 'retry-after': '60' }) });
    await using own = await startScriptedServer();
    const factory = multiplexer([
      {
        dsn: limited.dsn,
        when: ({ level }) => {
          if (level === 'warning') throw new Error('no idea');
          return level === 'fatal';
        },
      },
    ]);
    await using bench = new Bench(factory, own.dsn);
    bench.send(eventEnvelope('fatal'), eventEnvelope('error'), eventEnvelope('warning'));
    expect(await bench.transport.close(2_000)).toBe(true);
    expect(bench.outcomes.sort()).toEqual(['delivered', 'delivered', 'ratelimit_backoff']);
    expect(bench.errors.map(({ message }) => message)).toContain('no idea');
    expect([limited.requests.length, own.requests.length]).toEqual([1, 2]);
  });

  it('E30: is refused beside a spool, which keeps for one destination', () => {
    const transport = multiplexer([{ dsn: 'https://fatal@sentry.example.com/2', levels: ['fatal'] }]);
    expect(() => createClient({ dsn: 'https://own@sentry.example.com/1', transport, spool: tmpdir() })).toThrow(
      'spool cannot stand beside a multiplexer',
    );
  });

  it('is wrong with a malformed DSN or an unknown level, at once', () => {
    expect(() => multiplexer([{ dsn: 'nowhere' }])).toThrow(expect.objectContaining({ code: 'DSN_INVALID' }));
    const levels = ['loud'] as unknown as readonly 'error'[];
    expect(() => multiplexer([{ dsn: 'https://a@b/1', levels }])).toThrow('unknown level loud; allowed are fatal');
  });

  it('delivers to all of them at the exit', async () => {
    await using one = await startScriptedServer();
    await using other = await startScriptedServer();
    const end = await runScript(`
      const { createClient, multiplexer } = require('./dist/index.js');
      const client = createClient({ dsn: '${one.dsn}', transport: multiplexer([{ dsn: '${other.dsn}', levels: ['fatal'] }]) });
      client.captureMessage('one', 'error');
      client.captureMessage('other', 'fatal');
      process.exit(3);`);
    expect(end.code).toBe(3);
    expect([one.eventIds.length, other.eventIds.length]).toEqual([1, 1]);
  });
});

it('a transport family member is known by its name', () => {
  expect(httpTransport).toBeTypeOf('function');
  for (const transport of ['direct', 'http', 'memory', 'stdout', 'sync', 'thread']) {
    expect(() => createClient({ dsn: 'https://public@127.0.0.1:9/1', transport, drainOnExit: false })).not.toThrow();
  }
});
