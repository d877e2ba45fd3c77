import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEVELS, type Level } from '../../src/protocol/level.js';
import type { Category } from '../../src/protocol/outcome.js';
import { type Entry, newEntry } from '../../src/transport/entry.js';
import { CATEGORIES, Queue, type Turn } from '../../src/transport/queue.js';

function entry(level: Level, bytes = 100, category: Category = 'error'): Entry {
  return { ...newEntry({ header: {}, items: [], category, quantity: 1, level }, () => {}, 0), bytes };
}

/** Everything may be taken, but for what is said otherwise. */
function turn(changes: Partial<Turn> = {}): Turn {
  return { isLimited: () => false, now: 0, backlog: true, isDown: false, ...changes };
}

function takeAll(queue: Queue): Entry[] {
  const taken: Entry[] = [];
  for (let next = queue.take(turn()); next !== undefined; next = queue.take(turn())) taken.push(next);
  return taken;
}

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
    expect(queue.take(turn({ isLimited: (category) => category === 'error' }))).toBe(log);
    expect(queue.take(turn({ isLimited: (category) => category === 'error' }))).toBeUndefined();
    expect(queue.take(turn())).toBe(error);
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

it('says how full it is by the bound that is nearer, what is under way included', () => {
  const queue = new Queue(10, 1_000);
  expect(queue.fullness).toBe(0);
  queue.push(entry('error', 10));
  expect(queue.fullness).toBe(0.1);
  queue.push(entry('error', 690));
  queue.take(turn());
  expect(queue.fullness).toBe(0.7);
});

it('stays quick and in order with many entries: 200,000 in and out within two seconds', () => {
  const queue = new Queue(1_000_000, Number.POSITIVE_INFINITY);
  const start = performance.now();
  for (let index = 0; index < 200_000; index++) queue.push(entry('error', index));
  let inOrder = 0;
  while (queue.take(turn())?.bytes === inOrder) inOrder++;
  expect(inOrder).toBe(200_000);
  expect(queue.pending()).toBe(0);
  expect(performance.now() - start).toBeLessThan(2_000);
});

describe('turns', () => {
  it('lets errors through a flood of logs, without starving the logs', () => {
    const queue = new Queue(1_000, 1_000_000);
    for (let index = 0; index < 100; index++) {
      queue.push(entry('info', 1, 'log_item'));
      queue.push(entry('error'));
    }
    const categories = takeAll(queue).map(({ envelope }) => envelope.category);
    expect(categories.slice(0, 14)).toEqual(
      [5, 2, 5, 2].flatMap((count, index) => Array(count).fill(index % 2 === 0 ? 'error' : 'log_item')),
    );
    expect(categories.slice(140)).toEqual(Array(60).fill('log_item'));
  });
});

describe('what was taken', () => {
  it('counts until it is released', () => {
    const queue = new Queue(2, 1_000);
    const first = entry('error');
    queue.push(first);
    queue.push(entry('error'));
    expect(queue.take(turn())).toBe(first);
    expect([queue.pending(), queue.bytes, queue.admits('error')]).toEqual([1, 200, false]);
    queue.release(first);
    expect([queue.pending(), queue.bytes, queue.admits('error')]).toEqual([1, 100, true]);
  });

  it('cannot be evicted, only what waits can', () => {
    const queue = new Queue(2, 1_000);
    const [underWay, waiting] = [entry('info'), entry('warning')];
    queue.push(underWay);
    expect(queue.take(turn())).toBe(underWay);
    queue.push(waiting);
    expect(queue.push(entry('error'))[0]).toBe(waiting);
    expect(queue.push(entry('error'))).toHaveLength(1);
  });

  it('returns to its place, in front of what came later', () => {
    const queue = new Queue(10, 1_000);
    const entries = [entry('error'), entry('error'), entry('error')];
    for (const each of entries) queue.push(each);
    const [first, second] = [queue.take(turn()), queue.take(turn())] as [Entry, Entry];
    queue.putBack(second);
    queue.putBack(first);
    expect(takeAll(queue).map(({ arrival }) => arrival)).toEqual([0, 1, 2]);
  });
});

describe('what rests', () => {
  function withResting(level: Level = 'error'): { readonly queue: Queue; readonly resting: Entry } {
    const queue = new Queue(3, 1_000);
    const resting = entry(level);
    queue.push(resting);
    queue.take(turn());
    resting.notBefore = 100;
    queue.putBack(resting);
    return { queue, resting };
  }

  it('is not in the way of the others, and goes before them when its time has come', () => {
    const { queue, resting } = withResting();
    const later = entry('error');
    queue.push(later);
    expect(queue.restsUntil()).toBe(100);
    expect(queue.take(turn({ now: 99 }))).toBe(later);
    expect(queue.take(turn({ now: 99 }))).toBeUndefined();
    queue.push(entry('error'));
    expect(queue.take(turn({ now: 100 }))).toBe(resting);
  });

  it('comes last while the destination is down', () => {
    const { queue, resting } = withResting();
    const later = entry('error');
    queue.push(later);
    expect(queue.take(turn({ now: 100, isDown: true }))).toBe(later);
    expect(queue.take(turn({ now: 100, isDown: true }))).toBe(resting);
  });

  it('can be evicted like everything that waits', () => {
    const { queue, resting } = withResting('info');
    queue.push(entry('error'));
    queue.push(entry('error'));
    expect(queue.push(entry('error'))[0]).toBe(resting);
  });
});

describe('the backlog', () => {
  it('goes after what is fresh, and only while it may', () => {
    const queue = new Queue(10, 1_000);
    const [old, fresh] = [entry('fatal'), entry('info')];
    queue.push(old);
    queue.shelve();
    queue.push(fresh);
    expect([queue.isBacklog(old), queue.isBacklog(fresh)]).toEqual([true, false]);
    expect(queue.take(turn({ backlog: false }))).toBe(fresh);
    expect(queue.take(turn({ backlog: false }))).toBeUndefined();
    expect(queue.take(turn())).toBe(old);
  });

  it('takes back what belongs to it, resting or not', () => {
    const queue = new Queue(10, 1_000);
    const [first, second] = [entry('error'), entry('error')];
    for (const each of [first, second]) queue.push(each);
    takeAll(queue);
    queue.shelve();
    second.notBefore = 5;
    for (const each of [first, second]) queue.putBack(each);
    expect(queue.take(turn({ now: 5, backlog: false }))).toBeUndefined();
    expect(new Set([queue.take(turn({ now: 5 })), queue.take(turn({ now: 5 }))])).toEqual(new Set([first, second]));
  });
});

const push = fc.record({
  kind: fc.constant('push' as const),
  level: fc.constantFrom(...LEVELS),
  category: fc.constantFrom(...CATEGORIES),
  bytes: fc.integer({ min: 0, max: 60 }),
});
const take = fc.record({
  kind: fc.constant('take' as const),
  limited: fc.subarray([...CATEGORIES]),
  backlog: fc.boolean(),
  isDown: fc.boolean(),
  now: fc.integer({ min: 0, max: 20 }),
});
const giveBack = fc.record({ kind: fc.constantFrom('release' as const, 'putBack' as const), notBefore: fc.nat(20) });
const shelve = fc.record({ kind: fc.constant('shelve' as const) });
type Step =
  | (typeof push extends fc.Arbitrary<infer T> ? T : never)
  | (typeof take extends fc.Arbitrary<infer T> ? T : never)
  | (typeof giveBack extends fc.Arbitrary<infer T> ? T : never)
  | (typeof shelve extends fc.Arbitrary<infer T> ? T : never);

const rank = ({ envelope }: Entry): number => LEVELS.indexOf(envelope.level);

/** What is inside, written down without a thought for speed. */
class Model {
  readonly queue: Queue;
  readonly waiting = new Set<Entry>();
  readonly underWay: Entry[] = [];
  shelved = 0;

  constructor(
    readonly maxItems: number,
    readonly maxBytes: number,
  ) {
    this.queue = new Queue(maxItems, maxBytes);
  }

  get inside(): Entry[] {
    return [...this.waiting, ...this.underWay];
  }

  get bytes(): number {
    return this.inside.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  run(step: Step): void {
    if (step.kind === 'push') this.push(entry(step.level, step.bytes, step.category));
    else if (step.kind === 'take') this.take(step);
    else if (step.kind === 'shelve') {
      this.queue.shelve();
      this.shelved = Math.max(this.shelved, ...this.inside.map(({ arrival }) => arrival + 1));
    } else this.giveBack(step);
    expect([this.queue.pending(), this.queue.bytes]).toEqual([this.waiting.size, this.bytes]);
    expect(this.inside.length).toBeLessThanOrEqual(this.maxItems);
    expect(this.bytes).toBeLessThanOrEqual(this.maxBytes);
  }

  push(arriving: Entry): void {
    const victims: Entry[] = [];
    const order = [...this.waiting].sort((one, other) => rank(other) - rank(one) || one.arrival - other.arrival);
    const fits = (): boolean => {
      const kept = this.inside.filter((each) => !victims.includes(each));
      const bytes = kept.reduce((sum, each) => sum + each.bytes, arriving.bytes);
      return kept.length < this.maxItems && bytes <= this.maxBytes;
    };
    for (const victim of order) {
      if (fits() || rank(victim) <= rank(arriving)) break;
      victims.push(victim);
    }
    const expected = fits() ? victims : [arriving];
    const evicted = this.queue.push(arriving);
    expect(evicted).toHaveLength(expected.length);
    expect(evicted.every((each, index) => each === expected[index])).toBe(true);
    this.waiting.add(arriving);
    for (const each of evicted) this.waiting.delete(each);
  }

  take({
    limited,
    backlog,
    isDown,
    now,
  }: {
    limited: Category[];
    backlog: boolean;
    isDown: boolean;
    now: number;
  }): void {
    const isLimited = (category: Category): boolean => limited.includes(category);
    const isBacklog = ({ arrival }: Entry): boolean => arrival < this.shelved;
    const may = [...this.waiting].filter(
      (each) => !isLimited(each.envelope.category) && each.notBefore <= now && (backlog || !isBacklog(each)),
    );
    const taken = this.queue.take(turn({ isLimited, backlog, isDown, now }));
    expect(taken !== undefined).toBe(may.length > 0);
    if (taken === undefined) return;
    expect(may.includes(taken)).toBe(true);
    // What is fresh goes first, and nothing overtakes another of its kind.
    expect(may.some((each) => !isBacklog(each)) && isBacklog(taken)).toBe(false);
    const sameKind = may.filter(
      (each) => isBacklog(each) === isBacklog(taken) && (each.notBefore === 0) === (taken.notBefore === 0),
    );
    const older = sameKind.filter(
      ({ envelope, arrival }) =>
        envelope.category === taken.envelope.category &&
        (LEVELS.indexOf(envelope.level) < rank(taken) ||
          (envelope.level === taken.envelope.level && arrival < taken.arrival)),
    );
    expect(older).toEqual([]);
    this.waiting.delete(taken);
    this.underWay.push(taken);
  }

  giveBack({ kind, notBefore }: { kind: 'release' | 'putBack'; notBefore: number }): void {
    const returning = this.underWay.shift();
    if (returning === undefined) return;
    returning.notBefore = Math.max(notBefore, returning.notBefore);
    if (kind === 'putBack') this.waiting.add(returning);
    this.queue[kind](returning);
  }
}

it('behaves like its model: bounds hold, order holds, and what goes in comes out once', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: push },
    { weight: 3, arbitrary: take },
    { weight: 2, arbitrary: giveBack },
    { weight: 1, arbitrary: shelve },
  );
  fc.assert(
    fc.property(fc.nat(12), fc.nat(300), fc.array(step, { maxLength: 120 }), (maxItems, maxBytes, steps) => {
      const model = new Model(maxItems, maxBytes);
      for (const each of steps) model.run(each);
      expect(new Set(model.queue.drain(() => true))).toEqual(model.waiting);
      expect(model.queue.pending()).toBe(0);
    }),
    { numRuns: 500 },
  );
});
