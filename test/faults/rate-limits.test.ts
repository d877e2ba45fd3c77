import { describe, expect, it } from 'vitest';
import { httpTransport } from '../../src/transport/http-transport.js';
import type { Transport, TransportOptions } from '../../src/transport/transport.js';
import { Bench, eventEnvelope, logEnvelope } from '../support/bench.js';
import { answer, type ScriptedServer, startScriptedServer } from '../support/scripted-server.js';

type Headers = Readonly<Record<string, string | readonly string[]>>;

interface Limited extends AsyncDisposable {
  readonly server: ScriptedServer;
  readonly bench: Bench;
}

/** A transport whose first event was answered with these headers; all further answers are plain. */
async function afterAnswer(status: number, headers: Headers, options?: Partial<TransportOptions>): Promise<Limited> {
  const server = await startScriptedServer({ replies: [answer(status, headers)] });
  const bench = new Bench(httpTransport, server.dsn, options);
  await bench.deliver();
  return {
    server,
    bench,
    async [Symbol.asyncDispose]() {
      await bench.transport.close(0);
      await server.close();
    },
  };
}

/** Which categories go out within a moment. Both are sent at once, so whatever goes out shows that time was enough. */
async function sendable({ bench }: Limited): Promise<{ readonly error: boolean; readonly log: boolean }> {
  const before = bench.settled.length;
  bench.send(eventEnvelope(), logEnvelope());
  await bench.transport.flush(150);
  const categories = bench.settled.slice(before).map(({ envelope }) => envelope.category);
  expect(bench.balanced).toBe(true);
  return { error: categories.includes('error'), log: categories.includes('log_item') };
}

const ALL_STOPPED = { error: false, log: false };
const ERRORS_STOPPED = { error: false, log: true };
const LOGS_STOPPED = { error: true, log: false };
const NONE_STOPPED = { error: true, log: true };

describe('429', () => {
  it('B04: drops what was answered at once, marked as counted by the server, and pauses', async () => {
    await using limited = await afterAnswer(429, { 'retry-after': '5' });
    const { bench } = limited;
    expect(bench.settled).toMatchObject([{ outcome: 'ratelimit_backoff', countedByServer: true }]);
    expect(bench.errors).toEqual([expect.objectContaining({ code: 'JACKDAW_RATE_LIMITED', status: 429 })]);
    expect(bench.warnings).toEqual([]);
    expect(await sendable(limited)).toEqual(ALL_STOPPED);
  });

  it('B05: without headers stops all categories', async () => {
    await using limited = await afterAnswer(429, {});
    expect(await sendable(limited)).toEqual(ALL_STOPPED);
  });

  it('B06: with both headers follows the more exact one', async () => {
    await using limited = await afterAnswer(429, { 'retry-after': '60', 'x-sentry-rate-limits': '60:log_item:org' });
    expect(await sendable(limited)).toEqual(LOGS_STOPPED);
  });

  it.each([
    ['in the past', new Date(Date.now() - 60_000).toUTCString(), NONE_STOPPED],
    ['in the future', new Date(Date.now() + 60_000).toUTCString(), ALL_STOPPED],
    ['in the year 9999', 'Fri, 31 Dec 9999 23:59:59 GMT', ALL_STOPPED],
    ['that is none', 'Foo, 99 Bar 2020 25:61:61 GMT', ALL_STOPPED],
  ])('B11: with a date %s', async (_name, date, expected) => {
    await using limited = await afterAnswer(429, { 'retry-after': date });
    expect(await sendable(limited)).toEqual(expected);
  });
});

describe('X-Sentry-Rate-Limits', () => {
  it.each<[string, string, Headers[string], object]>([
    ['B06', 'errors stop, logs go on', '60:error:org', ERRORS_STOPPED],
    ['B07', 'logs stop, errors go on', '60:log_item:org', LOGS_STOPPED],
    ['B07', 'a limit on the bytes of logs stops logs', '60:log_byte', LOGS_STOPPED],
    ['B08', 'no category with a scope stops all', '60::org', ALL_STOPPED],
    ['B08', 'no category stops all', '60:', ALL_STOPPED],
    ['B09', 'spaces, upper case and trailing parts change nothing', ' 60 : ERROR : org : x : y : z ', ERRORS_STOPPED],
    ['B10', 'less than nothing is nothing', '-5:error', NONE_STOPPED],
    ['B10', 'no number is ignored', 'NaN:error', NONE_STOPPED],
    ['B10', 'nothing is ignored', '', NONE_STOPPED],
    ['B10', 'a word is ignored', 'abc', NONE_STOPPED],
    ['B10', 'commas are ignored', ',,,,', NONE_STOPPED],
    ['B10', 'a list in place of the number is ignored', '60;60', NONE_STOPPED],
    ['B10', 'infinity is a day', '1e999:error', ERRORS_STOPPED],
    ['B10', 'three thousand years are a day', '99999999999:error', ERRORS_STOPPED],
    ['B12', 'two lines both count', ['60:error', '60:log_item'], ALL_STOPPED],
    ['B13', 'unknown categories are ignored', '60:dinosaur:org', NONE_STOPPED],
    ['B15', 'names of the prototype are ignored', '60:__proto__:org, 60:constructor:org, 60:toString', NONE_STOPPED],
    ['B15', 'thousands of categories are read', `60:${'dinosaur;'.repeat(1_500)}error`, ERRORS_STOPPED],
  ])('%s: %s', async (_id, _name, header, expected) => {
    await using limited = await afterAnswer(200, { 'x-sentry-rate-limits': header });
    expect(limited.bench.outcomes).toEqual(['delivered']);
    expect(await sendable(limited)).toEqual(expected);
  });

  it('B15: 1 MB of it is a broken answer, and no limit', async () => {
    await using limited = await afterAnswer(200, { 'x-sentry-rate-limits': '60:error,'.repeat(120_000) });
    expect(limited.bench.outcomes).toEqual(['network_error']);
    expect(await sendable(limited)).toEqual(NONE_STOPPED);
  });

  it.each([400, 500, 503])('counts on a %i, too', async (status) => {
    await using limited = await afterAnswer(status, { 'x-sentry-rate-limits': '60:error:org' });
    expect(limited.bench.outcomes).toEqual(['send_error']);
    expect(await sendable(limited)).toEqual(ERRORS_STOPPED);
  });

  it('B09: of half a second ends after half a second, and what waited goes out by itself', async () => {
    await using limited = await afterAnswer(200, { 'x-sentry-rate-limits': '0.5:error' });
    const { bench, server } = limited;
    await bench.deliver(eventEnvelope(), eventEnvelope());
    expect(bench.count('delivered')).toBe(3);
    const [first, second] = server.requests.map(({ arrivedAt }) => arrivedAt);
    expect(second! - first!).toBeGreaterThan(490);
    expect(second! - first!).toBeLessThan(1_500);
  });

  it('B14: a shorter limit after a longer one does not shorten it', async () => {
    await using server = await startScriptedServer({
      replies: [
        answer(200, { 'x-sentry-rate-limits': '0.6:error' }),
        answer(200, { 'x-sentry-rate-limits': '0.1:error' }),
      ],
    });
    await using bench = new Bench(httpTransport, server.dsn);
    await bench.deliver();
    await bench.deliver(logEnvelope());
    await bench.deliver(eventEnvelope());
    const [first, , third] = server.requests.map(({ arrivedAt }) => arrivedAt);
    expect(third! - first!).toBeGreaterThan(590);
  });

  it('two categories with limits of their own wake up each at its time', async () => {
    await using limited = await afterAnswer(200, { 'x-sentry-rate-limits': '60:log_item, 0.2:error' });
    const { bench } = limited;
    bench.send(logEnvelope());
    bench.send(eventEnvelope());
    expect(await bench.transport.flush(1_000)).toBe(false);
    expect(bench.count('delivered', 'error')).toBe(2);
    expect(bench.pending).toBe(1);
  });
});

describe('what waits for the end of a limit', () => {
  it('is evicted as ratelimit_backoff when the queue is full', async () => {
    await using limited = await afterAnswer(200, { 'x-sentry-rate-limits': '60:error' }, { maxQueueItems: 2 });
    const { bench } = limited;
    bench.send(eventEnvelope('info'), eventEnvelope('warning'), eventEnvelope('fatal'), eventEnvelope('debug'));
    expect(bench.settled.slice(1)).toMatchObject([
      { envelope: { level: 'info' }, outcome: 'ratelimit_backoff', countedByServer: false },
      { envelope: { level: 'debug' }, outcome: 'ratelimit_backoff', countedByServer: false },
    ]);
    expect(bench.pending).toBe(2);
  });

  it('B21: does not hold up close: it is counted as ratelimit_backoff, the others are sent', async () => {
    await using limited = await afterAnswer(200, { 'x-sentry-rate-limits': '60:error' });
    const { bench } = limited;
    bench.send(eventEnvelope(), eventEnvelope(), logEnvelope());
    const start = performance.now();
    expect(await bench.transport.close(5_000)).toBe(false);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(bench.count('ratelimit_backoff', 'error')).toBe(2);
    expect(bench.count('delivered', 'log_item')).toBe(1);
    expect(bench.pending).toBe(0);
  });

  it.each([
    ['close', (transport: Transport) => transport.close(15_000)],
    ['the natural end', (transport: Transport) => transport.finish?.(15_000)],
  ])('B21: is sent by %s after a limit that ends in time', async (_name, end) => {
    await using limited = await afterAnswer(200, { 'x-sentry-rate-limits': '1:error' });
    const { bench } = limited;
    bench.send(eventEnvelope());
    expect(await end(bench.transport)).toBe(true);
    expect(bench.outcomes).toEqual(['delivered', 'delivered']);
  });

  it('B21: nor does a limit that comes during close', async () => {
    const limit = answer(200, { 'x-sentry-rate-limits': '60:error' });
    await using server = await startScriptedServer({ replies: [limit] });
    await using bench = new Bench(httpTransport, server.dsn, { concurrency: 1 });
    bench.send(eventEnvelope(), eventEnvelope(), eventEnvelope());
    const start = performance.now();
    expect(await bench.transport.close(5_000)).toBe(false);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(bench.outcomes).toEqual(['delivered', 'ratelimit_backoff', 'ratelimit_backoff']);
  });
});
