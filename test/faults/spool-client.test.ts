import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, type Dirent, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type Client,
  type ClientOptions,
  createClient,
  type Transport,
  type TransportFactory,
} from '../../src/index.js';
import { httpTransport } from '../../src/transport/http-transport.js';
import { expectBalanced, expectSettled } from '../support/balance.js';
import { fastClock } from '../support/fake-clock.js';
import { runEnding } from '../support/run-ending.js';
import { answer, reset, type Script, type ScriptedServer, startScriptedServer } from '../support/scripted-server.js';

/** A server that is not there. */
const DOWN: Script = { otherwise: reset() };

let dir: string;
let server: ScriptedServer;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'jackdaw-spool-'));
  server = await startScriptedServer();
  return async () => {
    await server.close();
    rmSync(dir, { recursive: true });
  };
});

function clientFor(options: ClientOptions = {}): Client {
  const client = createClient({ dsn: server.dsn, spool: dir, processHooks: false, ...options });
  onTestFinished(async () => void (await client.close(0)));
  return client;
}

/** The ids that arrived, each once. */
function received(): string[] {
  return [...new Set(server.eventIds)].sort();
}

/** Logs so many errors and returns their ids. */
function log(client: Client, count: number, text = 'number'): string[] {
  const ids = Array.from({ length: count }, (_, index) => client.captureMessage(`${text} ${index}`, 'error'));
  return ids.map(String).sort();
}

/** What lies on the disk, as text. */
function onDisk(): string {
  const files = entries().filter((entry) => entry.isFile() && entry.name.endsWith('.seg'));
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');
}

/** How many processes have a directory there that is not used up. */
function owners(): number {
  return entries().filter(({ name }) => name === 'owner').length;
}

function entries(): readonly Dirent[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true });
}

describe('P9, P11: with the spool', () => {
  it('what a healthy server has taken leaves the disk', async () => {
    const client = clientFor();
    const ids = log(client, 50);
    expect(await client.flush(10_000)).toBe(true);
    expect(received()).toEqual(ids);
    expectSettled(client);
    expect(client.stats()).toMatchObject({ accepted: { error: 50 }, delivered: { error: 50 } });
    expect(await client.close(5_000)).toBe(true);
    expect(onDisk()).not.toContain('number');
  });

  it('what finds no server is left for the next run, which delivers it under the same ids', async () => {
    server.rescript(DOWN);
    const first = clientFor();
    const ids = log(first, 20);
    expect(await first.close(5_000)).toBe(false);
    expectBalanced(first);
    expect(first.stats()).toMatchObject({ delivered: { error: 0 }, dropped: {}, spooled: { error: 20 } });

    server.rescript({});
    const seen = server.requests.length;
    const second = clientFor();
    await server.until(() => server.requests.length >= seen + 20, 'the backlog', 10_000);
    expect(await second.flush(10_000)).toBe(true);
    expect(received()).toEqual(ids);
    expect(second.stats()).toMatchObject({
      accepted: { error: 0 },
      recovered: { error: 20 },
      delivered: { error: 20 },
    });
    expectSettled(second);
  });

  it('B21: what a rate limit holds back at the end is kept, not dropped', async () => {
    server.rescript({ replies: [answer(200, { 'x-sentry-rate-limits': '60:error' })] });
    const client = clientFor({ concurrency: 1 });
    log(client, 5);
    await server.received(1);
    expect(await client.close(5_000)).toBe(false);
    expect(client.stats()).toMatchObject({ delivered: { error: 1 }, dropped: {}, spooled: { error: 4 } });
    expectBalanced(client);
  });

  it('P28: a burst far beyond the queue in memory is delivered, all of it', async () => {
    const client = clientFor({ maxQueueItems: 100, spool: { dir, maxBytes: 2 ** 30 } });
    const before = process.memoryUsage().rss;
    const text = 'x'.repeat(8_000);
    let ids: string[] = [];
    for (let index = 0; index < 3_000; index++) ids.push(String(client.captureMessage(`${index} ${text}`, 'error')));
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 2 ** 20);
    expectBalanced(client);
    expect(await client.flush(60_000)).toBe(true);
    ids = ids.sort();
    expect(received()).toEqual(ids);
    expectSettled(client);
    expect(client.stats()).toMatchObject({ delivered: { error: 3_000 }, dropped: {} });
  }, 90_000);

  it('A01: a transport that knows at once that there is no server is asked again later, not again and again', async () => {
    let sends = 0;
    const transport: Transport = {
      send(_envelope, settle) {
        sends++;
        settle('network_error');
      },
      flush: async () => true,
      close: async () => true,
    };
    const client = clientFor({ transport });
    log(client, 3);
    await vi.waitFor(() => expect(sends).toBeGreaterThan(3), { timeout: 10_000 });
    for (let turn = 0; turn < 1_000; turn++) await setImmediate();
    expect(sends).toBeLessThan(8);
    expect(client.stats()).toMatchObject({ accepted: { error: 3 }, spooled: { error: 3 } });
  });

  it('E08: when the disk takes records again, what has no room in memory goes there again', async () => {
    server.rescript(DOWN);
    chmodSync(dir, 0o777);
    const client = clientFor({ maxQueueItems: 5 });
    log(client, 10);
    expect(client.stats()).toMatchObject({ queued: { error: 5 }, dropped: { queue_overflow: { error: 5 } } });
    chmodSync(dir, 0o700);
    await vi.waitFor(() => {
      log(client, 1);
      expect(client.stats().spooled.error).toBeGreaterThan(0);
    }, 20_000);
    expectBalanced(client);
  }, 30_000);

  it('P17, A28: after an outage what waited on the disk goes at the pace at which it came', async () => {
    server.rescript(DOWN);
    // A hundred times as fast: the outage lasts 100 s.
    const transport: TransportFactory = (context) => httpTransport({ ...context, clock: fastClock(100) });
    const client = clientFor({ transport, maxQueueItems: 4 });
    const ids: string[] = [];
    const end = performance.now() + 1_000;
    while (performance.now() < end) {
      ids.push(...log(client, 4));
      await setTimeout(20);
    }
    server.rescript({});
    await server.until(() => received().length >= ids.length, 'all of them', 15_000);
    expect(received()).toEqual(ids.sort());
  }, 20_000);

  it('E25: beyond its bytes the oldest go, counted, and the balance holds', async () => {
    server.rescript(DOWN);
    const client = clientFor({ maxQueueItems: 10, spool: { dir, maxBytes: 65_536 } });
    const text = 'x'.repeat(4_000);
    for (let index = 0; index < 3_000; index++) client.captureMessage(`${index} ${text}`, 'error');
    await client.close(2_000);
    const { dropped, spooled } = client.stats();
    expect(dropped.cache_overflow?.error).toBeGreaterThan(1_000);
    expect(spooled.error).toBeGreaterThan(0);
    expectBalanced(client);
  }, 30_000);

  it('E30: what was written for one destination never goes to another', async () => {
    server.rescript(DOWN);
    const first = clientFor();
    log(first, 3);
    await first.close(2_000);
    await using other = await startScriptedServer();
    const second = clientFor({ dsn: other.dsn });
    log(second, 1);
    expect(await second.flush(5_000)).toBe(true);
    expect(second.stats().recovered.error).toBe(0);
    expect(other.eventIds).toHaveLength(1);
  });

  it('E31: what an earlier run wrote leaves by the rules of this one', async () => {
    server.rescript(DOWN);
    const first = clientFor({ logLevel: 'info' });
    const record = {
      levelName: 'error',
      time: Date.now(),
      origin: 'test',
      data: { plumage: 'black as coal' },
    } as const;
    first.captureRecord({ ...record, level: 'error', message: 'seen' });
    await first.close(2_000);
    expect(onDisk()).toContain('black as coal');

    server.rescript({});
    const seen = server.requests.length;
    const second = clientFor({ scrub: { denyKeys: ['plumage'] } });
    await server.until(() => server.requests.length >= seen + 2, 'the backlog', 10_000);
    await second.flush(10_000);
    const arrived = server.requests
      .slice(seen)
      .map(({ envelope }) => envelope?.items.map(({ payload }) => `${payload}`));
    expect(arrived.join()).toContain('seen');
    expect(arrived.join()).not.toContain('black as coal');
    expect(second.stats().recovered).toEqual({ error: 1, log_item: 1 });
    expectSettled(second);
  });

  it('P19: no secret reaches the disk', async () => {
    server.rescript(DOWN);
    const client = clientFor({ logLevel: 'info' });
    const data = { password: 'hunter2canary', nested: [{ authorization: 'Bearer canary-token' }] };
    client.captureRecord({ level: 'error', levelName: 'error', time: Date.now(), message: 'in', origin: 'test', data });
    await client.close(2_000);
    expect(onDisk()).toContain('"password"');
    expect(onDisk()).not.toMatch(/canary/);
  });
});

it('F05: close stops in time, whatever lies on the disk, with a transport that is done when send returns', async () => {
  const left = clientFor({ transport: 'file' });
  log(left, 1_000);
  await left.close(5_000);
  const transport: Transport = {
    send(_envelope, settle) {
      const end = performance.now() + 2;
      while (performance.now() < end);
      settle('delivered');
    },
    flush: async () => true,
    close: async () => true,
  };
  const client = clientFor({ transport });
  await vi.waitFor(() => expect(client.stats().delivered.error).toBeGreaterThan(0), { timeout: 10_000 });
  expect(await client.close(50)).toBe(false);
  await vi.waitFor(() => expect(owners()).toBe(0), { timeout: 10_000 });
  expect(client.stats().delivered.error).toBeLessThan(500);
  expectBalanced(client);
}, 30_000);

describe('E34, P10: at the end of the process', () => {
  // Nothing waits for source lines.
  const options = () => ({ spool: dir, contextLines: 0 });

  it.each([
    { end: 'process.exit(3)', status: 3, events: 3 },
    { end: 'a throw', status: 1, events: 4 },
    { end: 'a log in an exit listener', status: 11, events: 4 },
    { end: 'the natural end', status: 0, events: 3 },
    { end: 'SIGTERM', status: 'SIGTERM', events: 3 },
  ])('before $end it is delivered once, and nothing is left', async ({ end, status, events }) => {
    const { code, signal } = await runEnding('none', end, {
      dsn: server.dsn,
      options: { ...options(), drainOnSignals: ['SIGTERM'] },
      count: 3,
    });
    expect(code ?? signal).toBe(status);
    expect(server.eventIds).toHaveLength(events);
    const next = clientFor();
    await vi.waitFor(() => expect(owners()).toBe(1), { timeout: 10_000 });
    await next.flush(5_000);
    expect(next.stats().recovered.error).toBe(0);
    expect(server.eventIds).toHaveLength(events);
  });

  it.each([
    { end: 'SIGTERM', more: { transport: 'file', drainOnSignals: ['SIGTERM'] }, events: 3 },
    { end: 'a log in an exit listener', more: { drainOnExit: false }, events: 4 },
  ])('what is not to be sent is on the disk before $end', async ({ end, more, events }) => {
    await runEnding('none', end, { dsn: server.dsn, options: { ...options(), ...more }, count: 3 });
    expect(server.requests).toEqual([]);
    const next = clientFor();
    await server.received(events, 10_000);
    await next.flush(5_000);
    expect(next.stats()).toMatchObject({ recovered: { error: events }, delivered: { error: events } });
  });

  it('what has no answer when it exits is delivered by the next run', async () => {
    server.rescript(DOWN);
    await runEnding('none', 'process.exit(0)', { dsn: server.dsn, options: options(), count: 5 });
    server.rescript({});
    const seen = server.requests.length;
    const next = clientFor();
    await server.until(() => server.requests.length >= seen + 5, 'the backlog', 10_000);
    await next.flush(5_000);
    expect(next.stats()).toMatchObject({ recovered: { error: 5 }, delivered: { error: 5 } });
  });
});

/** Logs one error with a host, then waits to be killed. */
const HOSTS: Readonly<Record<string, string>> = {
  winston: `
const winston = require('winston');
const { JackdawTransport } = require('./dist/adapters/winston.js');
const logger = winston.createLogger({ transports: [new JackdawTransport(options)] });
logger.error('it failed', new Error('no stock'));`,
  pino: `
const pino = require('pino');
const logger = pino(require('./dist/adapters/pino.js')(options));
logger.error(new Error('no stock'));`,
  'pino in its worker': `
const pino = require('pino');
const logger = pino({ transport: { target: require.resolve('./dist/adapters/pino.js'), options } });
logger.error(new Error('no stock'));`,
  log4js: `
const log4js = require('log4js');
log4js.configure({ appenders: { jackdaw: { type: require.resolve('./dist/adapters/log4js.js'), ...options } },
  categories: { default: { appenders: ['jackdaw'], level: 'info' } } });
log4js.getLogger().error('it failed', new Error('no stock'));`,
};

describe('P11: an error that', () => {
  it.each(Object.keys(HOSTS))(
    '%s logged outlives kill -9',
    async (host) => {
      server.rescript(DOWN);
      const options = JSON.stringify({ dsn: server.dsn, spool: dir });
      const child = spawn(
        process.execPath,
        ['-e', `const options = ${options}; ${HOSTS[host]} setInterval(() => {}, 1000);`],
        {
          cwd: join(__dirname, '../..'),
          stdio: 'inherit',
        },
      );
      await vi.waitFor(() => expect(onDisk()).toContain('no stock'), { timeout: 15_000 });
      child.kill('SIGKILL');
      await once(child, 'exit');
      server.rescript({});
      const seen = server.requests.length;
      const next = clientFor();
      await server.until(() => server.requests.length > seen, 'the error', 10_000);
      await next.flush(5_000);
      expect(next.stats()).toMatchObject({ recovered: { error: 1 }, delivered: { error: 1 } });
      const event = JSON.parse(String(server.requests.at(-1)?.envelope?.items[0]?.payload));
      expect(event.exception.values[0]).toMatchObject({ type: 'Error', value: 'no stock' });
    },
    30_000,
  );
});
