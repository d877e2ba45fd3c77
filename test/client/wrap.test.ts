import { describe, expect, it } from 'vitest';
import { runInScope, scope } from '../../src/client/run-in-scope.js';
import { runScript } from '../support/child-script.js';
import { memoryClient } from '../support/memory-client.js';

const UNHANDLED = `
const client = require('./dist/index.js').createClient({ dsn: 'memory+http://public@127.0.0.1:9/1' });
process.on('exit', () => console.log('accepted', client.stats().accepted.error));
client.wrap(async () => { throw new RangeError('nobody waits'); })();
`;

class StockError extends Error {}

const texts = (events: readonly { exception?: { values: readonly { value?: string }[] } }[]): unknown[] =>
  events.map(({ exception }) => exception?.values.at(-1)?.value);

describe('wrap', () => {
  it('passes this, arguments and result on', async () => {
    const { client, events } = memoryClient();
    const object = {
      base: 40,
      add: client.wrap(function add(this: { base: number }, a: number, b: number) {
        return this.base + a + b;
      }),
    };
    expect(object.add(1, 1)).toBe(42);
    await expect(client.wrap(async () => 'later')()).resolves.toBe('later');
    expect(events()).toEqual([]);
    await client.close();
  });

  it('reports what is thrown or rejected, and passes the very same error on', async () => {
    const { client, events } = memoryClient({ dedupe: false });
    const error = new StockError('no stock');
    expect(() =>
      client.wrap(() => {
        throw error;
      })(),
    ).toThrow(error);
    await expect(
      client.wrap(async () => {
        throw error;
      })(),
    ).rejects.toBe(error);
    expect(texts(events())).toEqual(['no stock', 'no stock']);
    await client.close();
  });

  it('leaves an unhandled rejection unhandled', async () => {
    const { code, stdout, stderr } = await runScript(UNHANDLED);
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'accepted 1\n' });
    expect(stderr).toContain('RangeError: nobody waits');
  });

  it('calls the `then` of a lazy query once', async () => {
    const { client } = memoryClient();
    let runs = 0;
    const query = {
      // biome-ignore lint/suspicious/noThenProperty: query builders are such objects
      then(resolve?: (rows: number) => unknown) {
        runs += 1;
        return Promise.resolve(7).then(resolve);
      },
    };
    expect(await client.wrap(() => query)()).toBe(7);
    expect(runs).toBe(1);
    await client.close();
  });

  it.each<[string, unknown, boolean]>([
    ['a class', [StockError], true],
    ['a base class', [Error], true],
    ['another class', [RangeError], false],
    ['a name', ['Error'], true],
    ['another name', ['RangeError'], false],
    ['one of several', ['RangeError', StockError], true],
    ['none', [], false],
    ['a class in place of a list', StockError, true],
    ['what is no class', [5, null, StockError], true],
    ['nothing', undefined, true],
  ])('only %s', async (_name, only, isReported) => {
    const { client, events } = memoryClient();
    const error = new StockError('no stock');
    const wrapped = client.wrap(
      () => {
        throw error;
      },
      { only: only as [] },
    );
    expect(wrapped).toThrow(error);
    expect(events()).toHaveLength(isReported ? 1 : 0);
    await client.close();
  });

  it('reports in the scope the function ran in', async () => {
    const { client, event } = memoryClient();
    const failing = client.wrap(async () => {
      await new Promise(setImmediate);
      throw new StockError('late');
    });
    await runInScope(async () => {
      scope.setTag('job', 'nightly');
      await failing().catch(() => {});
    });
    expect(event().tags).toEqual({ job: 'nightly' });
    await client.close();
  });
});
