import { describe, expect, it } from 'vitest';
import type { Threshold } from '../../src/client/options.js';
import { LEVELS, SEVERITY } from '../../src/protocol/level.js';
import { expectSettled } from '../support/balance.js';
import { logRecord, memoryClient } from '../support/memory-client.js';

const THRESHOLDS: readonly Threshold[] = [...LEVELS, false];
const all = THRESHOLDS.flatMap((eventLevel) =>
  THRESHOLDS.flatMap((breadcrumbLevel) => THRESHOLDS.map((logLevel) => ({ eventLevel, breadcrumbLevel, logLevel }))),
);

function passes(threshold: Threshold, level: (typeof LEVELS)[number]): boolean {
  return threshold !== false && threshold !== 'warn' && SEVERITY[level] >= SEVERITY[threshold];
}

describe('the three thresholds', () => {
  it('are independent of each other, for every combination and every level', async () => {
    for (const options of all) {
      const { client, events, logs, trail } = memoryClient(options);
      for (const level of LEVELS) client.captureRecord(logRecord({ level, message: level }));
      const sent = events().map(({ logentry }) => logentry?.formatted);
      const kept = trail().map(({ message }) => message);
      const logged = (await logs()).map(({ body }) => body);
      expect({ sent, kept, logged }, JSON.stringify(options)).toEqual({
        sent: LEVELS.filter((level) => passes(options.eventLevel, level)),
        kept: LEVELS.filter((level) => passes(options.breadcrumbLevel, level)),
        logged: LEVELS.filter((level) => passes(options.logLevel, level)),
      });
      await client.close();
      expectSettled(client);
    }
  });

  it('a record that became an event is a breadcrumb of the next one, not of its own', async () => {
    const { client, events } = memoryClient();
    client.captureRecord(logRecord({ message: 'first' }));
    client.captureRecord(logRecord({ message: 'second' }));
    expect(events().map(({ breadcrumbs }) => breadcrumbs?.values.map(({ message }) => message))).toEqual([
      undefined,
      ['first'],
    ]);
    await client.close();
  });

  it.each([
    [{}, 'info'],
    [{ breadcrumbLevel: false }, 'error'],
    [{ maxBreadcrumbs: 0 }, 'error'],
    [{ logLevel: 'trace' }, 'trace'],
    [{ eventLevel: 'warn', breadcrumbLevel: false }, 'warning'],
  ] as const)('with %o the lowest level of interest is %s', async (options, level) => {
    const { client } = memoryClient(options);
    expect(client.threshold).toBe(SEVERITY[level]);
    await client.close();
  });

  it('do not hold for explicit captures', async () => {
    const { client, events } = memoryClient({ eventLevel: false });
    client.captureMessage('asked for', 'debug');
    expect(events()).toMatchObject([{ level: 'debug' }]);
    await client.close();
    expectSettled(client);
  });
});
