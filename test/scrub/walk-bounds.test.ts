import { describe, expect, it } from 'vitest';
import { type Bounds, createScrubber, DEFAULT_BOUNDS, type JsonValue } from '../../src/scrub/walk.js';

const scrubber = createScrubber({ rules: true });

function clean(value: unknown, bounds: Partial<Bounds> = {}): JsonValue {
  return scrubber.clean(value, { ...DEFAULT_BOUNDS, ...bounds });
}

function nested(depth: number): object {
  let value: object = { end: true };
  for (let level = 1; level < depth; level++) value = { down: value };
  return value;
}

/** Milliseconds of this process's own work, the best of three: the others share the machine. */
function best(work: () => unknown): number {
  const times = [0, 1, 2].map(() => {
    const before = process.cpuUsage();
    work();
    return process.cpuUsage(before).user / 1_000;
  });
  return Math.min(...times);
}

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
const numbered = (length: number): Record<string, number> =>
  Object.fromEntries(range(length).map((index) => [`key${index}`, index]));

describe('the bounds of clean', () => {
  it.each<[string, unknown, Partial<Bounds>, JsonValue]>([
    ['depth of objects', { a: { b: { c: 1 } } }, { depth: 2 }, { a: { b: '[Object]' } }],
    ['depth of arrays', [[[1]]], { depth: 2 }, [['[Array]']]],
    [
      'depth of maps, sets and pairs',
      [new Map([['a', 1]]), new Set([1]), new Map([[1, 2]])],
      { depth: 1 },
      ['[Object]', '[Array]', '[Array]'],
    ],
    ['depth of errors', { error: new Error('x') }, { depth: 1 }, { error: '[Object]' }],
    [
      'depth, not of values that become texts',
      { at: new Date(0), id: { toJSON: () => 'a1' } },
      { depth: 1 },
      { at: '1970-01-01T00:00:00.000Z', id: 'a1' },
    ],
    ['depth 0', { a: 1 }, { depth: 0 }, '[Object]'],
    ['breadth of arrays', range(1_000), { breadth: 4 }, [0, 1, 2, '[… 997 more]']],
    ['breadth just reached', range(4), { breadth: 4 }, [0, 1, 2, 3]],
    ['breadth of objects', numbered(1_000), { breadth: 3 }, { key0: 0, key1: 1, '…': '998 more keys' }],
    ['breadth of sets', new Set(range(10)), { breadth: 2 }, [0, '[… 9 more]']],
    ['breadth of maps', new Map(Object.entries(numbered(10))), { breadth: 2 }, { key0: 0, '…': '9 more keys' }],
    ['breadth of lists of pairs', new Map(range(10).map((n) => [n, n])), { breadth: 2 }, [[0, 0], '[… 9 more]']],
    ['breadth 0', [1, 2], { breadth: 0 }, ['[… 2 more]']],
    [
      'breadth beside a key like the marker',
      { '…': 1, a: 2, b: 3 },
      { breadth: 2 },
      { '…': 1, '… (2)': '2 more keys' },
    ],
    ['nodes', [[1, 2, 3], [4, 5, 6], [7]], { nodes: 3 }, [[1, '[… 2 more]'], '[… 2 more]']],
    ['nodes, which cost the last child nothing', [1, 2, 3], { nodes: 3 }, [1, 2, 3]],
    ['length of texts', 'abcdef', { stringLength: 4 }, 'abc…'],
    ['length of texts, between code points', 'ab😀d', { stringLength: 4 }, 'ab…'],
    ['length of texts 1', { text: 'ab' }, { stringLength: 1 }, { text: '…' }],
    ['length of stand-ins', new Set(range(9)), { breadth: 1, stringLength: 6 }, ['[… 9 …']],
    ['bytes', ['a'.repeat(60), 'b'.repeat(60), 'c'], { bytes: 100 }, ['a'.repeat(60), 'b'.repeat(60), 'c']],
    ['bytes spent', ['a'.repeat(100), 'b', 'c'], { bytes: 100 }, ['a'.repeat(100), '[… 2 more]']],
    ['bytes that cut', ['a'.repeat(50), 'b'.repeat(200)], { bytes: 150 }, ['a'.repeat(50), `${'b'.repeat(99)}…`]],
    [
      'bytes of keys',
      { aaaaaaaaaa: 1, bbbbbbbbbb: 2, cc: 3, d: 4 },
      { bytes: 20 },
      { aaaaaaaaaa: 1, bbbbbbbbbb: 2, '…': '2 more keys' },
    ],
  ])('%s', (_name, value, bounds, expected) => {
    expect(clean(value, bounds)).toEqual(expected);
    expect(clean(clean(value, bounds), bounds)).toEqual(expected);
  });

  it('keeps what stands behind one long text', () => {
    const copy = clean({ body: 'x'.repeat(50_000), status: 500, ok: false }, { stringLength: 1_024, bytes: 4_096 });
    expect(copy).toEqual({ body: `${'x'.repeat(1_023)}…`, status: 500, ok: false });
  });

  it('keeps six levels, a hundred items and 8,192 units of a text where nothing else is said', () => {
    const copy = scrubber.clean({ deep: nested(10_000), wide: range(101), long: 'x'.repeat(8_193) });
    expect(JSON.stringify(copy)).toBe(
      JSON.stringify({
        deep: { down: { down: { down: { down: { down: '[Object]' } } } } },
        wide: [...range(99), '[… 2 more]'],
        long: `${'x'.repeat(8_191)}…`,
      }),
    );
  });

  it('keeps about five thousand values and 256 KiB in all, whatever the shape', () => {
    const many = range(100).map(() => range(100));
    expect(JSON.stringify(clean(many)).match(/\d+/g)?.length).toBeLessThan(5_200);
    const large = range(100).map(() => range(100).map(() => 'x'.repeat(5_000)));
    expect(JSON.stringify(clean(large)).length).toBeLessThan(270_000);
    const keys = range(100).map((n) => Object.fromEntries(range(100).map((m) => [`${'k'.repeat(5_000)}${n}.${m}`, 1])));
    expect(JSON.stringify(clean(keys)).length).toBeLessThan(270_000);
  });
});

describe('the time of clean', { timeout: 60_000 }, () => {
  it('takes no more for a huge container than it takes the engine to list its keys', () => {
    const array = new Array<number>(10_000_000).fill(7);
    const map = new Map(range(300_000).map((n) => [n, n]));
    const object = numbered(300_000);
    const listing = best(() => Object.keys(object));
    // The bound is 10 ms; the rest is for a machine that does other things as well.
    expect(best(() => clean(array))).toBeLessThan(50);
    expect(best(() => clean(map))).toBeLessThan(50);
    expect(best(() => clean(object))).toBeLessThan(2 * listing + 50);
  });

  it('is bounded for a mebibyte of digits, of keys, or of both', () => {
    const digits = range(100).map(() => '4444 '.repeat(2_100));
    const keys = Object.fromEntries(range(50).map((n) => [`${'4-'.repeat(10_000)}${n}`, n]));
    const both = range(100).map((n) => Object.fromEntries(range(100).map((m) => [`field${n}x${m}`, 'v'.repeat(90)])));
    for (const value of [digits, keys, both]) expect(best(() => clean(value))).toBeLessThan(300);
  });
});
