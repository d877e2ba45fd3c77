import type { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runInScope, scope, withScope } from '../../src/client/run-in-scope.js';
import { expectSettled } from '../support/balance.js';
import { freshDsn, logRecord, type MemoryClient, memoryClient } from '../support/memory-client.js';

/** The clock that nobody sets, set. */
let now = 1_000;
function stopClock(): void {
  now = 1_000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
}
afterEach(() => vi.restoreAllMocks());

function log({ client }: MemoryClient, error: unknown, fields = {}): string | undefined {
  return client.captureRecord(logRecord({ error, ...fields }));
}

describe('dedupe', () => {
  it('makes one event of an Error, and a breadcrumb of each further sighting, which is not accepted', async () => {
    const one = memoryClient();
    const error = new RangeError('no stock');
    expect(log(one, error, { message: 'first' })).toBeDefined();
    expect(log(one, error, { message: 'second' })).toBeUndefined();
    expect(one.client.captureException(error, { logger: 'late', extra: { step: 3 } })).toBeUndefined();
    expect(one.client.stats().accepted.error).toBe(1);
    expect(one.trail()).toMatchObject([
      { message: 'first' },
      { message: 'second', level: 'error' },
      { message: 'RangeError: no stock', category: 'late', level: 'error', data: { step: 3 } },
    ]);
    await one.client.close();
    expectSettled(one.client);
  });

  it('keeps logs apart from it', async () => {
    const one = memoryClient({ logLevel: 'error' });
    const error = new Error('no stock');
    for (let count = 0; count < 3; count += 1) log(one, error);
    expect(await one.logs()).toHaveLength(3);
  });

  it.each([
    ['breadcrumbLevel: false', { breadcrumbLevel: false as const }],
    ['maxBreadcrumbs: 0', { maxBreadcrumbs: 0 }],
    ['an ignored logger', { ignoreLoggers: ['late'] }],
  ])('leaves no breadcrumb of a further sighting with %s', (_name, options) => {
    const one = memoryClient(options);
    const error = new Error('no stock');
    one.client.captureException(error);
    one.client.captureException(error, { logger: 'late' });
    log(one, error, { logger: 'late' });
    expect(one.trail()).toEqual([]);
  });

  it('leaves different occurrences apart, however alike', () => {
    const { client, events } = memoryClient();
    for (let count = 0; count < 3; count += 1) client.captureException(new Error('no stock'));
    expect(events()).toHaveLength(3);
  });

  it('takes what has no identity for another each time', () => {
    const { client, events } = memoryClient();
    for (const thrown of ['text', 'text', 5, 5, null, null]) client.captureException(thrown);
    expect(events()).toHaveLength(6);
  });

  it.each([
    ['a function', () => {}],
    ['an object', { code: 5 }],
    ['a frozen Error', Object.freeze(new Error('no stock'))],
  ])('knows %s again', (_name, thrown) => {
    const { client, events } = memoryClient();
    for (let count = 0; count < 3; count += 1) client.captureException(thrown);
    expect(events()).toHaveLength(1);
  });

  it('takes an Error for another than the one that has it as its cause or in its list', () => {
    const { client, events } = memoryClient();
    const cause = new Error('no stock');
    client.captureException(cause);
    client.captureException(new Error('order lost', { cause }));
    client.captureException(new AggregateError([cause], 'all lost'));
    expect(events()).toHaveLength(3);
  });

  it('knows a copy by the Error it was made of', () => {
    const { client, events } = memoryClient();
    const errorIdentity = new Error('no stock');
    const copy = (): Error => new Error('no stock');
    client.captureRecord(logRecord({ error: copy(), errorIdentity }));
    client.captureRecord(logRecord({ error: copy(), errorIdentity }));
    client.captureException(errorIdentity);
    expect(events()).toHaveLength(1);
  });

  it('counts for all clients with one DSN, and for no other', async () => {
    const dsn = freshDsn();
    const [first, second, other] = [memoryClient({ dsn }), memoryClient({ dsn }), memoryClient()];
    const error = new Error('no stock');
    for (const { client } of [first, second, other]) client.captureException(error);
    expect([first, second, other].map(({ events }) => events().length)).toEqual([1, 0, 1]);
    for (const { client } of [first, second, other]) {
      await client.close();
      expectSettled(client);
    }
  });

  it('false makes an event of each sighting, for that client', () => {
    const dsn = freshDsn();
    const [every, once] = [memoryClient({ dsn, dedupe: false }), memoryClient({ dsn })];
    const error = new Error('no stock');
    for (let count = 0; count < 3; count += 1) every.client.captureException(error);
    once.client.captureException(error);
    expect([every, once].map(({ events }) => events().length)).toEqual([3, 0]);
  });
});

describe('an Error makes another event', () => {
  it('5 s after its last one, outside of requests', () => {
    stopClock();
    const one = memoryClient();
    const constant = new Error('no stock');
    log(one, constant);
    now += 5_000;
    log(one, constant);
    expect(one.events()).toHaveLength(1);
    // A further sighting does not prolong it.
    now += 1;
    log(one, constant);
    expect(one.events()).toHaveLength(2);
    now += 5_001;
    withScope(() => log(one, constant));
    expect(one.events()).toHaveLength(3);
  });

  it('in another request, and not again in the same, also after an await and in a scope within', async () => {
    stopClock();
    const one = memoryClient();
    const constant = new Error('no stock');
    for (let request = 0; request < 2; request += 1) {
      await runInScope(async () => {
        withScope(() => {
          scope.setTag('step', 'import');
          log(one, constant);
        });
        now += 60_000;
        await new Promise(setImmediate);
        log(one, constant);
      });
      expect(one.events()).toHaveLength(request + 1);
    }
  });

  it.each([
    ['was below the level of events', {}, { level: 'warning' }],
    ['was not sampled', {}, { context: { sampleRate: 0 } }],
    ['was dropped by beforeSend', { beforeSend: drop(1) }, {}],
    ['was dropped by a processor', { processors: [drop(1)] }, {}],
  ])('at once when it %s before: only events mark', async (_name, options, fields) => {
    const one = memoryClient(options);
    const error = new Error('no stock');
    log(one, error, fields);
    expect(one.events()).toHaveLength(0);
    log(one, error);
    expect(one.events()).toHaveLength(1);
    log(one, error);
    expect(one.events()).toHaveLength(1);
    await one.client.close();
    expectSettled(one.client);
  });
});

/** A hook that drops so many events, then none. */
function drop(count: number): <T>(event: T) => T | null {
  let left = count;
  return function dropFirst(event) {
    left -= 1;
    return left >= 0 ? null : event;
  };
}

describe('an uncaught Error', () => {
  const dieOf = (error: unknown): boolean =>
    (process as EventEmitter).emit('uncaughtExceptionMonitor', error, 'uncaughtException');

  it.each([true, false])('is one event with what the host then logs of it, dedupe: %s', async (dedupe) => {
    const one = memoryClient({ dedupe, processHooks: true });
    const error = new Error('no stock');
    dieOf(error);
    log(one, error, { handled: false });
    expect(one.events()).toMatchObject([{ level: 'fatal' }]);
    await one.client.close();
    expectSettled(one.client);
  });

  it('is one event with the one that told of it on its way up, as a breadcrumb', async () => {
    const one = memoryClient({ processHooks: true });
    const error = new Error('no stock');
    log(one, error, { message: 'will give up' });
    dieOf(error);
    log(one, error, { handled: false, message: 'uncaught' });
    expect(one.events()).toMatchObject([{ level: 'error' }]);
    expect(one.trail().map(({ message }) => message)).toEqual(['will give up', 'Error: no stock', 'uncaught']);
    await one.client.close();
  });

  it('that was logged long before is another event', async () => {
    stopClock();
    const one = memoryClient({ processHooks: true });
    const error = new Error('no stock');
    log(one, error);
    now += 5_001;
    dieOf(error);
    expect(one.events()).toHaveLength(2);
    await one.client.close();
  });

  it('is two events with dedupe: false where it was logged before', async () => {
    const one = memoryClient({ dedupe: false, processHooks: true });
    const error = new Error('no stock');
    log(one, error);
    dieOf(error);
    expect(one.events()).toHaveLength(2);
    await one.client.close();
  });
});
