import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSampled, seededRandom } from '../../src/client/sampling.js';
import { expectSettled } from '../support/balance.js';
import { logRecord, memoryClient } from '../support/memory-client.js';

describe('sampling of events', () => {
  it('a seed makes it repeatable, and keeps about the share it is told', async () => {
    const kept: number[][] = [];
    for (let round = 0; round < 2; round += 1) {
      const { client, events } = memoryClient({ sampleRate: 0.3, sampleSeed: 42, breadcrumbLevel: false });
      for (let index = 0; index < 1_000; index += 1) client.captureRecord(logRecord({ data: { index } }));
      kept.push(events().map(({ extra }) => extra?.['index'] as number));
      await client.close();
      expectSettled(client);
      expect(client.stats().dropped).toEqual({ sample_rate: { error: 1_000 - events().length } });
    }
    expect(kept[0]).toEqual(kept[1]);
    expect(kept[0]?.length).toBeGreaterThan(250);
    expect(kept[0]?.length).toBeLessThan(350);
  });

  it('an injected random decides: below the rate is kept', async () => {
    const numbers = [0, 0.49, 0.5, 0.99];
    const { client } = memoryClient({ sampleRate: 0.5, random: () => numbers.shift() ?? 1 });
    const ids = [1, 2, 3, 4].map(() => client.captureMessage('hello'));
    expect(ids.map((id) => id !== undefined)).toEqual([true, true, false, false]);
    await client.close();
    expectSettled(client);
  });

  it('a random that throws costs that event, which is counted', async () => {
    const errors: Error[] = [];
    const { client } = memoryClient({
      sampleRate: 0.5,
      onError: (error) => errors.push(error),
      random: () => {
        throw new Error('no entropy');
      },
    });
    expect(client.captureMessage('hello')).toBeUndefined();
    expect(client.captureRecord(logRecord())).toBeUndefined();
    expect(client.stats().dropped).toEqual({ internal_sdk_error: { error: 2 } });
    expect(errors).toMatchObject([{ message: 'no entropy' }, { message: 'no entropy' }]);
    await client.close();
    expectSettled(client);
  });

  it.each([
    [0, 1, true],
    [1, 0, false],
    [1, 0.5, false],
    [0, -1, false],
    [1, Number.NaN, true],
    [1, '0', true],
    [0, 2, false],
  ])('at a rate of %d a record with its own rate of %o is kept: %o', async (sampleRate, own, isKept) => {
    const { client, events } = memoryClient({ sampleRate, random: () => 0.9 });
    client.captureRecord(logRecord({ context: { sampleRate: own } }));
    client.captureMessage('the same by hint', 'error', { sampleRate: own as number });
    expect(events()).toHaveLength(isKept ? 2 : 0);
    await client.close();
    expectSettled(client);
  });

  it('a record that is not sampled is still a breadcrumb and a log', async () => {
    const { client, event, logs } = memoryClient({ sampleRate: 0, logLevel: 'error' });
    client.captureRecord(logRecord());
    expect(await logs()).toHaveLength(1);
    client.captureMessage('kept', 'error', { sampleRate: 1 });
    expect(event().breadcrumbs?.values).toMatchObject([{ message: 'no stock' }]);
    await client.close();
    expectSettled(client);
  });

  it('1 keeps all and 0 none, whatever the generator says', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        expect(isSampled(1, undefined, () => random)).toBe(true);
        expect(isSampled(0, undefined, () => random)).toBe(false);
      }),
    );
  });

  it('every seed makes numbers from 0 to below 1, and the same ones again', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (seed) => {
        const [first, second] = [seededRandom(seed), seededRandom(seed)];
        for (let index = 0; index < 20; index += 1) {
          const number = first();
          expect(number).toBeGreaterThanOrEqual(0);
          expect(number).toBeLessThan(1);
          expect(second()).toBe(number);
        }
      }),
    );
  });
});
