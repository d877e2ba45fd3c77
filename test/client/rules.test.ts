import { describe, expect, it } from 'vitest';
import type { ClientOptions } from '../../src/client/options.js';
import { scope, withScope } from '../../src/client/run-in-scope.js';
import { LEVELS, SEVERITY } from '../../src/protocol/level.js';
import type { LogRecord } from '../../src/record.js';
import { expectSettled } from '../support/balance.js';
import { logRecord, memoryClient } from '../support/memory-client.js';

describe('rules', () => {
  it('move the thresholds of their loggers, each alone, up and down', async () => {
    const { client, events, logs, trail } = memoryClient({
      eventLevel: 'error',
      breadcrumbLevel: 'info',
      rules: [
        { logger: 'audit', eventLevel: 'info', breadcrumbLevel: false },
        { logger: 'http.*', eventLevel: false, logLevel: 'debug' },
        { logger: /^sql/, breadcrumbLevel: 'trace' },
      ],
    });
    for (const level of LEVELS) {
      for (const logger of ['audit', 'http.in', 'sql', 'web']) {
        client.captureRecord(logRecord({ level, logger, message: `${logger} ${level}` }));
      }
    }
    const texts = events().map(({ logentry }) => logentry?.formatted);
    expect(texts.filter((text) => text?.startsWith('audit'))).toEqual(
      ['fatal', 'error', 'warning', 'info'].map((level) => `audit ${level}`),
    );
    expect(texts.filter((text) => text?.startsWith('http'))).toEqual([]);
    expect(texts.filter((text) => /^(sql|web)/.test(text ?? ''))).toEqual([
      'sql fatal',
      'web fatal',
      'sql error',
      'web error',
    ]);
    expect((await logs()).map(({ body }) => body)).toEqual(LEVELS.slice(0, 5).map((level) => `http.in ${level}`));
    const kept = trail().map(({ message }) => message);
    expect(kept.filter((text) => text?.startsWith('audit'))).toEqual([]);
    expect(kept.filter((text) => text?.startsWith('sql'))).toEqual(LEVELS.map((level) => `sql ${level}`));
    expect(kept.filter((text) => text?.startsWith('web'))).toEqual(LEVELS.slice(0, 4).map((level) => `web ${level}`));
    await client.close();
    expectSettled(client);
  });

  it.each<[ClientOptions, string]>([
    [{ rules: [{ logger: 'a', eventLevel: 'debug' }] }, 'debug'],
    [{ rules: [{ logger: 'a', breadcrumbLevel: 'trace' }] }, 'trace'],
    [{ rules: [{ logger: 'a', breadcrumbLevel: 'trace' }], maxBreadcrumbs: 0 }, 'error'],
    [{ rules: [{ logger: 'a', logLevel: 'debug' }, { logger: 'b' }] }, 'debug'],
    [{ rules: [{ logger: '*', eventLevel: false, breadcrumbLevel: false }] }, 'info'],
    [{ eventLevel: false, breadcrumbLevel: false, rules: [{ logger: 'a', eventLevel: 'warn' }] }, 'warning'],
    [{ ignoreLoggers: ['*'] }, 'info'],
  ])('with %o adapters let records pass from %s on', (options, level) => {
    expect(memoryClient(options).client.threshold).toBe(SEVERITY[level as keyof typeof SEVERITY]);
  });

  it('hold together for one logger, field by field the last', () => {
    const { client, events } = memoryClient({
      tags: { app: 'shop', team: 'core' },
      rules: [
        { logger: 'db.*', tags: { team: 'data', kind: 'sql' }, fingerprint: ['db'], eventLevel: 'warning' },
        { logger: 'db.slow', tags: { kind: 'slow' }, fingerprint: ['slow', '{{ default }}'] },
        { logger: 'other', tags: { kind: 'other' } },
      ],
    });
    client.captureRecord(logRecord({ level: 'warning', logger: 'db.slow' }));
    expect(events()).toMatchObject([
      { tags: { app: 'shop', team: 'data', kind: 'slow' }, fingerprint: ['slow', '{{ default }}'] },
    ]);
  });

  it('stand behind what the scope says, and that behind what the record says', () => {
    const rules = [{ logger: 'db', tags: { a: 'rule', b: 'rule', c: 'rule' }, fingerprint: ['rule'] }];
    const { client, events } = memoryClient({ tags: { a: 'client', d: 'client' }, rules });
    withScope(() => {
      scope.setTags({ b: 'scope', c: 'scope' });
      client.captureRecord(logRecord({ logger: 'db', context: { tags: { c: 'record' } } }));
      scope.setFingerprint(['scope']);
      client.captureRecord(logRecord({ logger: 'db' }));
      client.captureRecord(logRecord({ logger: 'db', context: { fingerprint: ['record'] } }));
    });
    expect(events()[0]?.tags).toEqual({ a: 'rule', b: 'scope', c: 'record', d: 'client' });
    expect(events().map(({ fingerprint }) => fingerprint)).toEqual([['rule'], ['scope'], ['record']]);
  });

  it('scrub what they add', () => {
    const { client, event } = memoryClient({ rules: [{ logger: 'db', tags: { password: 'hunter2' } }] });
    client.captureRecord(logRecord({ logger: 'db' }));
    expect(event().tags).toEqual({ password: '[Filtered]' });
  });

  it.each([
    ['the client', {}, undefined, 0.5],
    ['the rule before the client', { logger: 'db' }, undefined, 0.2],
    ['the record before the rule', { logger: 'db' }, 0.8, 0.8],
    ['the record before the client', {}, 0, 0],
  ])('sample by %s', async (_name, fields, own, rate) => {
    const draws = [0.1, 0.3, 0.6, 0.9];
    const { client, events } = memoryClient({
      sampleRate: 0.5,
      rules: [{ logger: 'db', sampleRate: 0.2 }],
      random: () => draws.shift() ?? 1,
    });
    const kept = draws.filter((draw) => draw < rate).length;
    for (let count = 0; count < 4; count += 1) {
      client.captureRecord(logRecord({ ...fields, ...(own !== undefined && { context: { sampleRate: own } }) }));
    }
    expect(events()).toHaveLength(kept);
    expect(client.stats().dropped).toEqual({ sample_rate: { error: 4 - kept } });
    await client.close();
    expectSettled(client);
  });

  it('sample alike with the same seed', async () => {
    const run = async (): Promise<unknown[]> => {
      const { client, events } = memoryClient({ sampleSeed: 7, rules: [{ logger: 'db', sampleRate: 0.3 }] });
      for (let count = 0; count < 200; count += 1) {
        client.captureRecord(logRecord({ logger: count % 2 === 0 ? 'db' : 'web', message: `${count}` }));
      }
      await client.close();
      expectSettled(client);
      return events().map(({ logentry }) => logentry?.formatted);
    };
    const first = await run();
    expect(await run()).toEqual(first);
    expect(first.length).toBeGreaterThan(110);
    expect(first.length).toBeLessThan(160);
  });

  it('leave the logger of a record unread where no option asks for it', () => {
    const record: LogRecord = {
      ...logRecord({ level: 'info' }),
      readLater: { read: () => ({ message: 'read later' }), repeats: () => false },
      get logger(): string {
        throw new Error('it was read');
      },
    };
    const { client, trail } = memoryClient();
    client.captureRecord(record);
    expect(trail()).toMatchObject([{ message: 'read later' }]);
  });

  it('hold for more loggers than are remembered', () => {
    const { client } = memoryClient({ rules: [{ logger: '*.odd', eventLevel: false }] });
    for (let index = 0; index < 2_500; index += 1) {
      client.captureRecord(logRecord({ logger: `${index}.${index % 2 === 0 ? 'even' : 'odd'}` }));
    }
    expect(client.stats().accepted.error).toBe(1_250);
  });
});
