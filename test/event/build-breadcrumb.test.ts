import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  breadcrumbFromRecord,
  breadcrumbFromUser,
  encodeBreadcrumb,
  type KeptBreadcrumb,
  readableBreadcrumb,
} from '../../src/event/build-breadcrumb.js';
import type { Breadcrumb } from '../../src/protocol/event.js';
import { createScrubber, type Scrubber } from '../../src/scrub/walk.js';
import { logRecord } from '../support/memory-client.js';

const NOW = 1_700_000_000_000;
const scrubber = createScrubber({ rules: true });

function read(kept: KeptBreadcrumb, by: Scrubber = scrubber): Breadcrumb {
  return JSON.parse(encodeBreadcrumb(kept, by, NOW)) as Breadcrumb;
}

describe('what breadcrumbs keep in memory', () => {
  const big = (): string => Buffer.alloc(4_000_000, 'x').toString('latin1');
  it.each<[string, (part: string) => KeptBreadcrumb]>([
    ['a message', (message) => breadcrumbFromRecord(logRecord({ message }), scrubber)],
    ['flat data', (a) => breadcrumbFromRecord(logRecord({ data: { a } }), scrubber)],
    ['data of its own', (a) => breadcrumbFromRecord(logRecord({ data: { a }, ownsData: true }), scrubber)],
    ['nested data', (a) => breadcrumbFromRecord(logRecord({ data: { deep: { a } } }), scrubber)],
    ["the user's words", (part) => breadcrumbFromUser({ message: part, category: part, type: part }, scrubber, NOW)],
  ])('is not what they were cut from: %s', (_name, breadcrumb) => {
    const before = process.memoryUsage().heapUsed;
    const kept = Array.from({ length: 40 }, () => breadcrumb(big().slice(100, 160)));
    expect(kept).toHaveLength(40);
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(40_000_000);
    expect(kept[39]).toBeDefined();
  });
});

describe('a breadcrumb of a record', () => {
  it('has its time, level, logger, message and data', () => {
    const record = logRecord({
      level: 'trace',
      time: NOW - 1_500,
      logger: 'orders',
      message: 'x',
      data: { a: 1, b: 'c' },
    });
    expect(read(breadcrumbFromRecord(record, scrubber))).toEqual({
      timestamp: (NOW - 1_500) / 1_000,
      level: 'debug',
      category: 'orders',
      message: 'x',
      data: { a: 1, b: 'c' },
    });
  });

  it.each<[string, Record<string, unknown>, unknown]>([
    ['flat data', { a: 1, b: null, c: true, password: 'x' }, { a: 1, b: null, c: true, password: '[Filtered]' }],
    ['nested data', { a: { b: { c: 1 } }, password: 'x' }, { a: { b: { c: 1 } }, password: '[Filtered]' }],
    ['deep data', { a: { b: { c: { d: 1 } } } }, { a: { b: { c: '[Object]' } } }],
    ['no data', {}, undefined],
  ])('keeps %s, scrubbed', (_name, data, expected) => {
    for (const ownsData of [true, false]) {
      const record = logRecord({ data: structuredClone(data), ownsData });
      expect(read(breadcrumbFromRecord(record, scrubber)).data).toEqual(expected);
    }
  });

  it('does not hold on to the objects of the host', () => {
    const data = { flat: 1, nested: { a: 1 } };
    const kept = breadcrumbFromRecord(logRecord({ data }), scrubber);
    data.flat = 2;
    data.nested.a = 2;
    expect(read(kept).data).toEqual({ flat: 1, nested: { a: 1 } });
  });

  it('calls no getter twice, and lives with one that throws', () => {
    let calls = 0;
    const data = {
      get once() {
        calls += 1;
        return 'x';
      },
      get broken(): never {
        throw new Error('no');
      },
    };
    expect(read(breadcrumbFromRecord(logRecord({ data }), scrubber)).data).toEqual({
      once: 'x',
      broken: '[Getter threw]',
    });
    expect(calls).toBe(1);
  });

  it('reads later what is dear to read, once', () => {
    let calls = 0;
    const readLater = {
      read: () => {
        calls += 1;
        return { message: 'late', logger: 'pino', data: { password: 'x' } };
      },
      repeats: () => false,
    };
    const kept = breadcrumbFromRecord(logRecord({ message: '', readLater }), scrubber);
    expect(calls).toBe(0);
    expect(read(kept)).toMatchObject({ message: 'late', category: 'pino', data: { password: '[Filtered]' } });
    expect(read(kept)).toMatchObject({ message: 'late' });
    expect(calls).toBe(1);
  });

  it.each<[string, object]>([
    [
      'a reader that throws',
      {
        readLater: {
          read: () => {
            throw new Error('no');
          },
        },
      },
    ],
    ['a reader that returns nothing', { readLater: { read: () => undefined } }],
    ['a time that is none', { time: 5n }],
    ['a logger that is none', { logger: Symbol('x') }],
  ])('of %s costs nothing but itself', (_name, fields) => {
    const kept = breadcrumbFromRecord(logRecord(fields), scrubber);
    expect(read(kept).timestamp).toEqual(expect.any(Number));
  });
});

describe('encodeBreadcrumb', () => {
  it('makes the text once for the same rules, and anew for others', () => {
    const kept = breadcrumbFromRecord(logRecord({ data: { password: 'x' } }), scrubber);
    const lenient = createScrubber({ rules: false });
    expect(read(kept).data).toEqual({ password: '[Filtered]' });
    expect(kept.encoded?.by).toBe(scrubber);
    expect(read(kept, lenient).data).toEqual({ password: 'x' });
    expect(read(kept).data).toEqual({ password: '[Filtered]' });
  });
});

describe('a breadcrumb from the user', () => {
  it.each<[string, unknown, unknown]>([
    ['nothing but a message', { message: 'x' }, { timestamp: NOW / 1_000, level: 'info', message: 'x' }],
    ['its own time', { timestamp: 5, message: 'x' }, { timestamp: 5 }],
    [
      'the words of others',
      { level: 'warn', type: 'http', category: 'xhr' },
      { level: 'warning', type: 'http', category: 'xhr' },
    ],
    ['an unknown level', { level: 'loud' }, { level: 'info' }],
    [
      'fields of wrong types',
      { category: 7, type: {}, level: 3, data: 'x', message: 42 },
      { level: 'info', message: '42' },
    ],
  ])('with %s', (_name, breadcrumb, expected) => {
    const kept = breadcrumbFromUser(breadcrumb as Breadcrumb, scrubber, NOW);
    expect(readableBreadcrumb(kept, scrubber, NOW)).toMatchObject(expected as object);
  });

  it('is cut to what servers keep', () => {
    const kept = breadcrumbFromUser(
      { message: 'x'.repeat(10_000), category: 'c'.repeat(500), data: { a: 'y'.repeat(10_000) } },
      scrubber,
      NOW,
    );
    const { message, category, data } = readableBreadcrumb(kept, scrubber, NOW);
    expect([message?.length, category?.length, String(data?.['a']).length]).toEqual([2_048, 128, 1_024]);
  });
});
