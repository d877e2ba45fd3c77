import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../../src/client/create-client.js';
import { Flood, type Surplus } from '../../src/client/flood.js';
import { runInScope, scope } from '../../src/client/run-in-scope.js';
import { startInbox } from '../../src/inbox/server.js';
import type { Timer } from '../../src/transport/clock.js';
import { expectBalanced, expectSettled } from '../support/balance.js';
import { runScript } from '../support/child-script.js';
import { freshDsn, logRecord, memoryClient } from '../support/memory-client.js';

const HOUR = 3_600_000;

/** What an event tells of a flood. */
const floodOf = (event: object | undefined): unknown =>
  (event as { contexts?: Record<string, unknown> } | undefined)?.contexts?.['flood'];

function makeError(message: string): Error {
  return new Error(message);
}

const [oneError, sameError, namedError] = ['a', 'b', 'c'].map(makeError);

describe('flood', () => {
  it('sends the first of a kind, and one event that tells of all others', async () => {
    const { client, events } = memoryClient({ flood: { limit: 3, windowMs: HOUR }, tags: { app: 'shop' } });
    const start = Date.now() - 60_000;
    for (let index = 0; index < 10; index += 1) {
      const record = { error: makeError(`order ${index}`), message: `failed ${index}`, time: start + index * 1_000 };
      const id = client.captureRecord(logRecord(record));
      expect(id === undefined).toBe(index >= 3);
    }
    expect(events()).toHaveLength(3);
    expect(client.stats()).toMatchObject({
      accepted: { error: 11 },
      delivered: { error: 3 },
      dropped: { backpressure: { error: 7 } },
      queued: { error: 1 },
    });
    expectBalanced(client);
    await client.flush();
    expect(events()).toHaveLength(4);
    const [first, , , summary] = events();
    expect(floodOf(first)).toBeUndefined();
    expect(summary).toMatchObject({
      level: 'error',
      tags: { app: 'shop' },
      timestamp: (start + 9_000) / 1_000,
      logentry: { formatted: 'failed 3' },
      exception: { values: [{ type: 'Error', value: 'order 3' }] },
    });
    expect(floodOf(summary)).toEqual({
      count: 7,
      first: new Date(start + 3_000).toISOString(),
      last: new Date(start + 9_000).toISOString(),
    });
    expect(summary?.exception?.values[0]?.stacktrace).toEqual(first?.exception?.values[0]?.stacktrace);
    expect(client.stats()).toMatchObject({ accepted: { error: 11 }, delivered: { error: 4 } });
    await client.close();
    expectSettled(client);
    expect(events()).toHaveLength(4);
  });

  it('tells at the end of the window, and begins anew', async () => {
    const { client, events } = memoryClient({ flood: { limit: 1, windowMs: 30 } });
    for (let index = 0; index < 4; index += 1) client.captureRecord(logRecord());
    await vi.waitFor(() => expect(events()).toHaveLength(2));
    expect(floodOf(events()[1])).toMatchObject({ count: 3 });
    expect(client.captureRecord(logRecord())).toBeDefined();
    await client.close();
    expectSettled(client);
    expect(events()).toHaveLength(3);
  });

  it('says nothing where nothing was beyond the limit', async () => {
    const { client, events } = memoryClient({ flood: { limit: 3, windowMs: HOUR } });
    for (let index = 0; index < 3; index += 1) client.captureRecord(logRecord());
    await client.close();
    expect(events().map(floodOf)).toEqual([undefined, undefined, undefined]);
    expectSettled(client);
  });

  it.each<[string, object, object, boolean]>([
    ['errors of one place', { error: oneError }, { error: sameError }, true],
    ['errors of two places', { error: makeError('a') }, { error: new Error('a') }, false],
    [
      'errors of two classes',
      { error: Object.assign(namedError as Error, { name: 'Mine' }) },
      { error: oneError },
      false,
    ],
    ['an error and a text', { error: makeError('a') }, {}, false],
    ['copies', { error: { message: 'a' }, errorIdentity: oneError }, { error: {}, errorIdentity: sameError }, true],
    ['texts', { message: 'a' }, { message: 'a' }, true],
    ['two texts', { message: 'a' }, { message: 'b' }, false],
    ['texts of one template', { message: 'a 1', template: 'a %d' }, { message: 'a 2', template: 'a %d' }, true],
    [
      'fingerprints',
      { message: 'a', context: { fingerprint: ['x', 1] } },
      { message: 'b', context: { fingerprint: ['x', 1] } },
      true,
    ],
    ['two fingerprints', { context: { fingerprint: ['x', 1] } }, { context: { fingerprint: ['x', 2] } }, false],
    ['a fingerprint and none', { context: { fingerprint: ['no stock'] } }, {}, false],
    [
      'fingerprints that extend the default',
      { message: 'a', context: { fingerprint: ['{{ default }}', 'x'] } },
      { message: 'b', context: { fingerprint: ['{{ default }}', 'x'] } },
      false,
    ],
    ['thrown texts', { error: 'thrown' }, { error: 'thrown' }, true],
    ['two thrown texts', { error: 'thrown' }, { error: 'else' }, false],
    ['errors without a stack', { error: { name: 'E', message: 'a' } }, { error: { name: 'E', message: 'b' } }, false],
  ])('takes %s for one kind or for two', async (_name, one, other, isOne) => {
    const { client, events } = memoryClient({ flood: { limit: 1, windowMs: HOUR }, dedupe: false });
    client.captureRecord(logRecord(one));
    client.captureRecord(logRecord(other));
    expect(events()).toHaveLength(isOne ? 1 : 2);
    await client.close();
    expectSettled(client);
  });

  it('knows the fingerprints of scopes and rules', async () => {
    const rules = [{ logger: 'db', fingerprint: ['db'] }];
    const { client, events } = memoryClient({ flood: { limit: 1, windowMs: HOUR }, rules });
    for (const message of ['a', 'b', 'c']) client.captureRecord(logRecord({ message, logger: 'db' }));
    expect(events()).toHaveLength(1);
    scope.setFingerprint(['mine']);
    for (const message of ['a', 'b', 'c']) client.captureRecord(logRecord({ message, logger: 'db' }));
    scope.setFingerprint(null);
    expect(events()).toHaveLength(2);
    await client.close();
    expectSettled(client);
  });

  it('leaves events that the caller made whole alone', async () => {
    const { client, events } = memoryClient({ flood: { limit: 1, windowMs: HOUR } });
    for (let count = 0; count < 3; count += 1) client.captureEvent({ logentry: { formatted: `${count}` } });
    expect(events()).toHaveLength(3);
    await client.close();
  });

  it('counts what is sampled, and takes each Error once', async () => {
    const dsn = freshDsn();
    const options = { dsn, flood: { limit: 1, windowMs: HOUR } };
    const [first, second] = [memoryClient(options), memoryClient(options)];
    for (let index = 0; index < 6; index += 1) {
      const record = logRecord({ error: makeError('x'), context: { sampleRate: index % 2 } });
      for (const { client } of [first, second]) client.captureRecord(record);
    }
    expect(first.client.stats().dropped).toEqual({ sample_rate: { error: 3 }, backpressure: { error: 2 } });
    expect(second.client.stats().dropped).toEqual({ sample_rate: { error: 3 } });
    for (const { client } of [first, second]) {
      await client.close();
      expectSettled(client);
    }
    expect(floodOf(first.events().at(-1))).toMatchObject({ count: 2 });
  });

  it('shows its event to the hooks when it goes out, scrubbed as all; where they drop it, that is counted', async () => {
    const seen: unknown[] = [];
    const { client, events } = memoryClient({
      flood: { limit: 1, windowMs: HOUR },
      beforeSend(event, hint) {
        if (floodOf(event) === undefined) return event;
        seen.push(floodOf(event), hint);
        return event.extra?.['keep'] === undefined ? null : { ...event, extra: { password: 'hunter2' } };
      },
    });
    for (let count = 0; count < 3; count += 1) client.captureRecord(logRecord({ data: { keep: 1 } }));
    await client.flush();
    expect(seen).toEqual([{ count: 2, first: expect.any(String), last: expect.any(String) }, {}]);
    expect(events()[1]?.extra).toEqual({ password: '[Filtered]' });
    for (let count = 0; count < 2; count += 1) client.captureRecord(logRecord({ message: 'another' }));
    await client.flush();
    expect(client.stats().dropped).toEqual({ backpressure: { error: 3 }, before_send: { error: 1 } });
    await client.close();
    expectSettled(client);
  });

  it('keeps the scope of the first that it tells of, and none alive until then', async () => {
    const { client, events } = memoryClient({ flood: { limit: 1, windowMs: HOUR } });
    for (const request of [1, 2, 3]) {
      runInScope(() => {
        scope.setTag('request', request);
        client.captureRecord(logRecord());
      });
    }
    await client.close();
    expect(events().map(({ tags }) => tags)).toEqual([{ request: '1' }, { request: '2' }]);
  });

  it('builds one event of a thousand, and not the rest', async () => {
    let read = 0;
    const record = logRecord({ template: 'lost' });
    const dear = Object.defineProperty({ ...record }, 'data', {
      get() {
        read += 1;
        return { a: 1 };
      },
    });
    const { client } = memoryClient({ flood: { limit: 1, windowMs: HOUR }, breadcrumbLevel: false });
    for (let count = 0; count < 1_000; count += 1) client.captureRecord(dear);
    // Once or twice for each that is built: the first, and the one that tells of the rest.
    expect(read).toBeLessThanOrEqual(4);
    await client.close();
    expectSettled(client);
  });

  it('survives fingerprints and errors that cannot be read', async () => {
    const trap = new Proxy([], {
      get() {
        throw new Error('trapped');
      },
    });
    const { client, events } = memoryClient({ flood: { limit: 1, windowMs: HOUR } });
    for (const fingerprint of [trap, [Symbol('x')], [7n], [{ toJSON: 5 }]]) {
      client.captureRecord(logRecord({ context: { fingerprint } }));
    }
    expect(client.stats().accepted.error).toBe(4);
    expect(events().length).toBeGreaterThanOrEqual(3);
    await client.close();
    expectSettled(client);
  });

  it.each([
    ['the natural end', ''],
    ['process.exit()', 'process.exit(0);'],
    ['an uncaught throw', "throw new RangeError('mine');"],
  ])('F01: tells at %s', async (_name, end) => {
    await using inbox = await startInbox();
    const script = `
      const { createClient } = require('./dist/index.js');
      const client = createClient({ dsn: process.argv[1], modules: false, flood: { limit: 1, windowMs: 3600000 } });
      for (let count = 0; count < 100; count++) client.captureMessage('again');
      const flushed = client.flush();
      flushed.then(() => { for (let count = 0; count < 50; count++) client.captureMessage('again'); ${end} });
    `;
    await runScript(script, [inbox.dsn]);
    const counts = inbox.items('event').map(({ payload }) => floodOf(payload));
    expect(counts).toEqual(
      expect.arrayContaining([expect.objectContaining({ count: 99 }), expect.objectContaining({ count: 50 })]),
    );
  });

  it('does not keep the process alive', async () => {
    const script = `
      const { createClient } = require('./dist/index.js');
      const transport = { send: () => {}, flush: async () => true, close: async () => true };
      const client = createClient({ dsn: 'http://public@127.0.0.1:9/1', transport, flood: { limit: 1, windowMs: 3600000 } });
      for (let count = 0; count < 3; count++) client.captureMessage('again');
    `;
    expect((await runScript(script)).ms).toBeLessThan(20_000);
  });
});

describe('a flood of kinds', () => {
  afterEach(() => vi.restoreAllMocks());

  interface Told extends Surplus {
    readonly held: string;
  }

  function openFlood(limit = 1): { flood: Flood<string>; told: Told[]; timers: Map<Timer, () => void> } {
    const told: Told[] = [];
    const timers = new Map<Timer, () => void>();
    const flood = new Flood<string>(
      { limit, windowMs: 1_000 },
      {
        wait(_ms, callback) {
          const timer = setTimeout(() => {}, 0).unref();
          timers.set(timer, callback);
          return timer;
        },
        release: (held, surplus) => told.push({ held, ...surplus }),
      },
    );
    return { flood, told, timers };
  }

  it('is watched a thousand at a time; the oldest is told of and forgotten', () => {
    const { flood, told } = openFlood();
    for (let round = 0; round < 2; round += 1) flood.isBeyond('first', round, () => 'held');
    for (let index = 0; index < 999; index += 1) flood.isBeyond(`kind ${index}`, 0, () => 'none');
    expect(told).toEqual([]);
    flood.isBeyond('one more', 0, () => 'none');
    expect(told).toEqual([{ held: 'held', count: 1, first: 1, last: 1 }]);
    expect(flood.isBeyond('first', 2, () => 'held')).toBe(false);
  });

  it('is told of a hundred at a time; what comes beyond is counted all the same', () => {
    const { flood, told } = openFlood();
    const isBeyond = (index: number, time: number): boolean => flood.isBeyond(`${index}`, time, () => `${index}`);
    for (let index = 0; index < 101; index += 1) isBeyond(index, 0);
    for (let round = 1; round <= 3; round += 1) {
      for (let index = 0; index < 101; index += 1) expect(isBeyond(index, round)).toBe(true);
    }
    expect(told).toEqual([]);
    flood.flush();
    expect(told).toEqual(
      Array.from({ length: 100 }, (_, index) => ({ held: `${index}`, count: 3, first: 1, last: 3 })),
    );
    flood.flush();
    expect(told).toHaveLength(100);
    isBeyond(100, 4);
    flood.flush();
    expect(told.at(-1)).toEqual({ held: '100', count: 1, first: 4, last: 4 });
  });

  it('goes on within its window after a flush', () => {
    const { flood, told } = openFlood();
    for (let time = 0; time < 3; time += 1) flood.isBeyond('a', time, () => `from ${time}`);
    flood.flush();
    for (let time = 3; time < 5; time += 1) expect(flood.isBeyond('a', time, () => `from ${time}`)).toBe(true);
    flood.flush();
    expect(told).toEqual([
      { held: 'from 1', count: 2, first: 1, last: 2 },
      { held: 'from 3', count: 2, first: 3, last: 4 },
    ]);
  });

  it('ends with its timer, though it be early, or with the clock, though the timer be late', () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const { flood, told, timers } = openFlood();
    for (let time = 0; time < 2; time += 1) flood.isBeyond('a', time, () => 'a');
    now = 999;
    for (const end of timers.values()) end();
    expect(told).toHaveLength(1);
    for (let time = 2; time < 4; time += 1) expect(flood.isBeyond('a', time, () => 'b')).toBe(time === 3);
    now = 999 + 1_000;
    expect(flood.isBeyond('a', 4, () => 'c')).toBe(false);
    expect(told.map(({ held }) => held)).toEqual(['a', 'b']);
  });

  it('loses nothing where what stands for it cannot be made', () => {
    const { flood, told } = openFlood();
    flood.isBeyond('a', 0, () => 'none');
    expect(() =>
      flood.isBeyond('a', 1, () => {
        throw new Error('cannot be built');
      }),
    ).toThrow('cannot be built');
    expect(flood.isBeyond('a', 2, () => 'second')).toBe(true);
    flood.flush();
    expect(told).toEqual([{ held: 'second', count: 1, first: 2, last: 2 }]);
  });
});

it('a disabled client holds nothing', async () => {
  const client = createClient({ dsn: '', flood: { limit: 1, windowMs: 1 } });
  for (let count = 0; count < 3; count += 1) client.captureMessage('x');
  expect(client.stats().accepted.error).toBe(0);
  await client.close();
});
