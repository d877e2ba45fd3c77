import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import type { ClientOptions } from '../../src/client/options.js';
import { processState } from '../../src/client/process-state.js';
import { expectSettled } from '../support/balance.js';
import { logRecord, memoryClient } from '../support/memory-client.js';

class PoolError extends Error {}

describe('ignoreErrors', () => {
  it('makes no event of them; they are counted, and stay breadcrumbs and logs', async () => {
    const { client, events, logs } = memoryClient({ ignoreErrors: [PoolError], logLevel: 'error' });
    expect(client.captureRecord(logRecord({ error: new PoolError('no connection') }))).toBeUndefined();
    expect(client.captureException(new PoolError('no connection'))).toBeUndefined();
    expect(events()).toEqual([]);
    expect(client.stats()).toMatchObject({ accepted: { error: 2 }, dropped: { ignored: { error: 2 } } });
    expect(await logs()).toHaveLength(1);
    client.captureMessage('probe');
    expect(events()[0]?.breadcrumbs?.values).toMatchObject([{ message: 'no stock' }]);
    await client.close();
    expectSettled(client);
  });

  it.each<[string, ClientOptions['ignoreErrors'], unknown]>([
    ['a name', ['PoolError'], new PoolError('x')],
    ['the name of a class above', ['PoolError'], new (class Deeper extends PoolError {})('x')],
    ['a pattern of names', ['Pool*'], new PoolError('x')],
    ['a message', ['*ECONNRESET*'], new Error('read ECONNRESET')],
    ['a RegExp, also with g', [/reset$/gi], new Error('read ECONNRESET')],
    ['name and message', ['PoolError: x'], new PoolError('x')],
    ['a function', [(error) => (error as { code?: number }).code === 7], Object.assign(new Error('x'), { code: 7 })],
    ['a thrown text', ['*hang up'], 'socket hang up'],
    [
      'a name that only the stack tells',
      ['FetchError'],
      { message: 'm', stack: 'FetchError: m\n    at f (/a.js:1:1)' },
    ],
  ])('knows them by %s, every time', async (_name, ignoreErrors = [], error) => {
    const { client, events } = memoryClient({ ignoreErrors });
    for (let count = 0; count < 3; count += 1) client.captureRecord(logRecord({ error }));
    expect(events()).toEqual([]);
    expect(client.stats().dropped).toEqual({ ignored: { error: 3 } });
    await client.close();
    expectSettled(client);
  });

  it('leaves others alone: what has them as a cause or in a list, and what the log says beside an error', () => {
    const { client, events } = memoryClient({ ignoreErrors: [PoolError, '*reset*'] });
    client.captureException(new Error('lost', { cause: new PoolError('x') }));
    client.captureException(new AggregateError([new PoolError('x')], 'all lost'));
    client.captureRecord(logRecord({ message: 'reset by peer', error: new Error('lost') }));
    expect(events()).toHaveLength(3);
  });

  it('knows records without an error by their text', () => {
    const { client, events } = memoryClient({ ignoreErrors: ['*reset*', () => true] });
    client.captureRecord(logRecord({ message: 'reset by peer' }));
    client.captureRecord(logRecord({ message: 'no stock' }));
    expect(events().map(({ logentry }) => logentry?.formatted)).toEqual(['no stock']);
  });

  describe('C22: a function among them', () => {
    let emitWarning: MockInstance<typeof process.emitWarning>;
    beforeEach(() => {
      emitWarning = vi.spyOn(process, 'emitWarning').mockReturnValue();
      processState().warned.clear();
    });
    afterEach(() => vi.restoreAllMocks());

    it.each<[string, () => unknown, string]>([
      [
        'throws',
        () => {
          throw new Error('a mistake');
        },
        'threw',
      ],
      ['returns a promise', () => Promise.reject(new Error('late')), 'returned a promise; it must be synchronous'],
    ])('that %s ignores nothing, with one warning', async (_name, mistake, told) => {
      const errors: Error[] = [];
      const { client, events } = memoryClient({ ignoreErrors: [mistake], onError: (error) => errors.push(error) });
      for (let count = 0; count < 3; count += 1) client.captureException(new PoolError('x'));
      expect(events()).toHaveLength(3);
      expect(emitWarning.mock.calls.map(([text]) => text)).toEqual([
        `ignoreErrors ${told}: the error counts as not ignored`,
      ]);
      expect(errors.map(({ message }) => message)).toEqual(Array(3).fill(`ignoreErrors ${told}`));
      await client.close();
      expectSettled(client);
    });

    it('that logs does not feed itself', async () => {
      let calls = 0;
      const { client, events } = memoryClient({
        ignoreErrors: [
          () => {
            calls += 1;
            client.captureRecord(logRecord({ error: new PoolError('from the predicate') }));
            return false;
          },
        ],
      });
      client.captureException(new PoolError('x'));
      expect(calls).toBe(1);
      expect(events()).toHaveLength(1);
      expect(client.stats()).toMatchObject({ accepted: { error: 2 }, dropped: { ignored: { error: 1 } } });
      await client.close();
      expectSettled(client);
    });
  });
});

describe('ignoreLoggers', () => {
  it.each<[string, ClientOptions['ignoreLoggers'], string[]]>([
    ['by name', ['db'], ['db.pool', 'web', 'none']],
    ['by names with *', ['db*'], ['web', 'none']],
    ['by RegExp, also with g', [/^(db|web)/g], ['none']],
    ['by name in an object', [{ name: 'web' }], ['db', 'db.pool', 'none']],
    ['all of them', ['*'], []],
  ])('%s: their records make no event, no breadcrumb and no log', async (_name, ignoreLoggers = [], heard) => {
    const { client, events, logs } = memoryClient({ ignoreLoggers, logLevel: 'info' });
    const names = ['db', 'db.pool', 'web', 'none'];
    const send = (level: 'info' | 'error'): void => {
      for (const logger of names) {
        client.captureRecord(logRecord({ level, message: logger, ...(logger !== 'none' && { logger }) }));
      }
    };
    send('info');
    send('error');
    send('error');
    expect(events().map(({ logentry }) => logentry?.formatted)).toEqual([...heard, ...heard]);
    const ignored = names.length - heard.length;
    expect((await logs()).map(({ body }) => body)).toEqual([...heard, ...heard, ...heard]);
    expect(client.stats().accepted).toEqual({ error: 2 * names.length, log_item: 3 * names.length });
    const { dropped } = client.stats();
    expect(dropped.ignored ?? { error: 0, log_item: 0 }).toEqual({ error: 2 * ignored, log_item: 3 * ignored });
    const trail = events().at(-1)?.breadcrumbs?.values ?? [];
    expect(new Set(trail.map(({ message }) => message))).toEqual(new Set(heard));
    await client.close();
    expectSettled(client);
  });

  it('lets records pass from allowLevel on', async () => {
    const ignoreLoggers = [{ name: 'db', allowLevel: 'error' as const }];
    const { client, events } = memoryClient({ ignoreLoggers, eventLevel: 'warning' });
    for (const level of ['info', 'warning', 'error', 'fatal'] as const) {
      client.captureRecord(logRecord({ level, message: level, logger: 'db' }));
    }
    expect(events().map(({ level }) => level)).toEqual(['error', 'fatal']);
    expect(events()[1]?.breadcrumbs?.values.map(({ message }) => message)).toEqual(['error']);
    expect(client.stats().dropped).toEqual({ ignored: { error: 1 } });
    await client.close();
    expectSettled(client);
  });

  it('holds for explicit captures that name their logger', () => {
    const { client, events } = memoryClient({ ignoreLoggers: ['db'] });
    client.captureMessage('x', 'error', { logger: 'db' });
    client.captureMessage('y', 'error');
    expect(events().map(({ logentry }) => logentry?.formatted)).toEqual(['y']);
  });
});
