import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEVELS, type Level } from '../../src/protocol/level.js';
import type { Category } from '../../src/protocol/outcome.js';
import { CATEGORIES, type Entry, Queue } from '../../src/transport/queue.js';

function entry(level: Level, bytes = 100, category: Category = 'error'): Entry {
  return { envelope: { header: {}, items: [], category, quantity: 1, level }, settle: () => {}, bytes };
}

function takeAll(queue: Queue): Entry[] {
  return [...queue.drain()];
}

const NONE = (): boolean => false;

describe('taking', () => {
  it('gives errors before client reports before logs', () => {
    const queue = new Queue(10, 10_000);
    const [log, report, error] = [
      entry('fatal', 1, 'log_item'),
      entry('error', 1, 'internal'),
      entry('info', 1, 'error'),
    ];
    for (const each of [log, report, error]) queue.push(each);
    expect(takeAll(queue)).toEqual([error, report, log]);
  });

  it('gives higher levels first, and the oldest of a level first', () => {
    const queue = new Queue(10, 10_000);
    const [first, second, fatal] = [entry('error'), entry('error'), entry('fatal')];
    for (const each of [first, second, fatal]) queue.push(each);
    const taken = takeAll(queue);
    expect([taken[0], taken[1], taken[2]].map((each) => [first, second, fatal].indexOf(each as Entry))).toEqual([
      2, 0, 1,
    ]);
  });

  it('skips limited categories without losing them', () => {
    const queue = new Queue(10, 10_000);
    const [error, log] = [entry('error'), entry('info', 1, 'log_item')];
    queue.push(error);
    queue.push(log);
    expect(queue.take((category) => category === 'error')).toBe(log);
    expect(queue.take((category) => category === 'error')).toBeUndefined();
    expect(queue.take(NONE)).toBe(error);
  });

  it('drains the categories that are asked for and keeps the others', () => {
    const queue = new Queue(10, 10_000);
    queue.push(entry('error'));
    queue.push(entry('info', 1, 'log_item'));
    expect(queue.drain((category) => category === 'log_item')).toHaveLength(1);
    expect(queue.pending()).toBe(1);
    expect(queue.pending('error')).toBe(1);
    expect(queue.pending('log_item')).toBe(0);
  });
});

describe('when it is full', () => {
  it('gives up the lowest level, and of it the oldest, for a higher one', () => {
    const queue = new Queue(3, 10_000);
    const [oldInfo, newInfo, warning, error] = [entry('info'), entry('info'), entry('warning'), entry('error')];
    for (const each of [warning, oldInfo, newInfo]) expect(queue.push(each)).toEqual([]);
    const evicted = queue.push(error);
    expect(evicted).toHaveLength(1);
    expect(evicted[0]).toBe(oldInfo);
  });

  it('takes the oldest of a level from whatever category it is', () => {
    const queue = new Queue(2, 10_000);
    const [log, event] = [entry('info', 1, 'log_item'), entry('info', 1, 'error')];
    queue.push(log);
    queue.push(event);
    expect(queue.push(entry('error'))[0]).toBe(log);
    expect(queue.push(entry('error'))[0]).toBe(event);
  });

  it.each(LEVELS)('sheds an arriving %s when nothing lower waits', (level) => {
    const queue = new Queue(1, 10_000);
    queue.push(entry(level));
    const arriving = entry(level);
    const evicted = queue.push(arriving);
    expect(evicted).toHaveLength(1);
    expect(evicted[0]).toBe(arriving);
    expect(queue.pending()).toBe(1);
  });

  it('gives up as many as the bytes need', () => {
    const queue = new Queue(10, 1_000);
    for (let index = 0; index < 10; index++) queue.push(entry('info', 100));
    expect(queue.push(entry('error', 250))).toHaveLength(3);
    expect(queue.bytes).toBe(950);
  });

  it('evicts nothing in vain: an envelope that cannot fit goes alone', () => {
    const queue = new Queue(10, 1_000);
    queue.push(entry('error', 600));
    queue.push(entry('info', 300));
    const large = entry('fatal', 1_001);
    expect(queue.push(large)).toEqual([large]);
    const warning = entry('warning', 500);
    expect(queue.push(warning)).toEqual([warning]);
    expect(queue.pending()).toBe(2);
  });
});

describe('admits', () => {
  it('is true for every level while there is room', () => {
    const queue = new Queue(2, 1_000);
    queue.push(entry('fatal', 100));
    expect(LEVELS.every((level) => queue.admits(level))).toBe(true);
  });

  it('is true only for levels above the lowest once the items are used up', () => {
    const queue = new Queue(2, 1_000);
    queue.push(entry('error'));
    queue.push(entry('warning'));
    expect(LEVELS.filter((level) => queue.admits(level))).toEqual(['fatal', 'error']);
  });

  it('reckons with the average size of what waits', () => {
    const queue = new Queue(100, 1_000);
    for (let index = 0; index < 9; index++) queue.push(entry('error', 100));
    expect(queue.admits('error')).toBe(true);
    queue.push(entry('error', 100));
    expect(queue.admits('error')).toBe(false);
    expect(queue.admits('fatal')).toBe(true);
  });

  it('is false for everything when nothing may wait', () => {
    expect(new Queue(0, 1_000).admits('fatal')).toBe(false);
  });
});

it('stays quick and in order with many entries: 200,000 in and out within two seconds', () => {
  const queue = new Queue(1_000_000, Number.POSITIVE_INFINITY);
  const start = performance.now();
  for (let index = 0; index < 200_000; index++) queue.push(entry('error', index));
  let inOrder = 0;
  while (queue.take(NONE)?.bytes === inOrder) inOrder++;
  expect(inOrder).toBe(200_000);
  expect(queue.pending()).toBe(0);
  expect(performance.now() - start).toBeLessThan(2_000);
});

/** The same laws, written down without a thought for speed. */
class Model {
  entries: Entry[] = [];
  readonly maxItems: number;
  readonly maxBytes: number;

  constructor(maxItems: number, maxBytes: number) {
    this.maxItems = maxItems;
    this.maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  push(arriving: Entry): Entry[] {
    const before = this.entries;
    const evicted: Entry[] = [];
    this.entries = [...before, arriving];
    while (this.entries.length > this.maxItems || this.bytes > this.maxBytes) {
      const lowest = Math.max(...this.entries.filter((each) => each !== arriving).map(rank), -1);
      if (lowest <= rank(arriving)) {
        this.entries = before;
        return [arriving];
      }
      const victim = this.entries.find((each) => each !== arriving && rank(each) === lowest);
      evicted.push(victim as Entry);
      this.entries = this.entries.filter((each) => each !== victim);
    }
    return evicted;
  }

  take(isLimited: (category: Category) => boolean): Entry | undefined {
    const order = (each: Entry): number => CATEGORIES.indexOf(each.envelope.category) * LEVELS.length + rank(each);
    const next = this.entries
      .filter(({ envelope }) => !isLimited(envelope.category))
      .reduce<Entry | undefined>(
        (best, each) => (best === undefined || order(each) < order(best) ? each : best),
        undefined,
      );
    this.entries = this.entries.filter((each) => each !== next);
    return next;
  }
}

function rank({ envelope }: Entry): number {
  return LEVELS.indexOf(envelope.level);
}

const push = fc.record({
  kind: fc.constant('push' as const),
  level: fc.constantFrom(...LEVELS),
  category: fc.constantFrom(...CATEGORIES),
  bytes: fc.integer({ min: 0, max: 60 }),
});
const take = fc.record({ kind: fc.constant('take' as const), limited: fc.subarray([...CATEGORIES]) });

it('behaves like its model: bounds hold, order holds, and what goes in comes out once', () => {
  const steps = fc.array(fc.oneof({ weight: 3, arbitrary: push }, { weight: 2, arbitrary: take }), { maxLength: 120 });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: 0, max: 300 }),
      steps,
      (maxItems, maxBytes, script) => {
        const queue = new Queue(maxItems, maxBytes);
        const model = new Model(maxItems, maxBytes);
        let inside = 0;
        for (const step of script) {
          if (step.kind === 'push') {
            const arriving = entry(step.level, step.bytes, step.category);
            const evicted = queue.push(arriving);
            const expected = model.push(arriving);
            expect(evicted).toHaveLength(expected.length);
            expect(evicted.every((each, index) => each === expected[index])).toBe(true);
            inside += 1 - evicted.length;
          } else {
            const isLimited = (category: Category): boolean => step.limited.includes(category);
            const taken = queue.take(isLimited);
            expect(taken === model.take(isLimited)).toBe(true);
            if (taken !== undefined) inside--;
          }
          expect([queue.pending(), queue.bytes]).toEqual([inside, model.bytes]);
          expect(queue.pending()).toBeLessThanOrEqual(maxItems);
          expect(queue.bytes).toBeLessThanOrEqual(maxBytes);
        }
        expect(new Set(queue.drain())).toEqual(new Set(model.entries));
        expect(queue.pending()).toBe(0);
      },
    ),
    { numRuns: 500 },
  );
});
