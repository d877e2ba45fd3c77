import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bounds, createScrubber, type JsonValue, type Scrubber } from '../../src/scrub/walk.js';

const CARDS = ['4111111111111111', '5555 5555 5555 4444', '3782-822463-10005'];
const PASSWORD = 'hunter2-very-secret';

const scrubbers: readonly Scrubber[] = [
  createScrubber({ rules: true }),
  createScrubber({ rules: false }),
  createScrubber({ rules: true, allowKeys: ['id', 'name'] }),
];

const bounds: fc.Arbitrary<Bounds> = fc.record({
  depth: fc.integer({ min: 0, max: 8 }),
  breadth: fc.integer({ min: 1, max: 12 }),
  nodes: fc.integer({ min: 0, max: 60 }),
  stringLength: fc.integer({ min: 1, max: 120 }),
  bytes: fc.integer({ min: 0, max: 600 }),
});

const key = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('id', 'name', 'password', 'token', '__proto__', 'constructor', 'toJSON', '…'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('Authorization', 'x-api-key', 'rawHeaders', 'value', 'key', 'cookie', 'set-cookie'),
  },
  fc.string({ unit: 'binary' }),
);

const leaf = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array(),
  fc.func(fc.anything()),
  fc.constantFrom<unknown>(
    null,
    undefined,
    Number.NaN,
    -0,
    Symbol('s'),
    /x/g,
    new URL('https://a.b/c'),
    Promise.resolve(),
  ),
  fc.constantFrom<unknown>(...CARDS, Number(CARDS[0]), BigInt(`${CARDS[0]}00000`)),
  fc.constantFrom('password', 'Authorization', 'x-api-key', 'cookie', '[Filtered]', '[… 3 more]'),
  fc.string().map((message) => new Error(message)),
);

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 7, depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(key, tie('value'), { maxKeys: 20, noNullPrototype: false }),
    fc.array(fc.tuple(key, tie('value'))).map((entries) => new Map(entries)),
    fc.array(fc.tuple(tie('value'), tie('value'))).map((entries) => new Map(entries)),
    fc.array(tie('value')).map((items) => new Set(items)),
    tie('value').map((inner) => ({ toJSON: () => inner })),
    tie('value').map((inner) => new Proxy({ inner }, {})),
    tie('value').map((inner) => Object.assign(new TypeError('x', { cause: inner }), { inner })),
    fc.sparseArray(tie('value'), { maxLength: 20 }),
    fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withObjectString: true,
      withTypedArray: true,
      withSparseArray: true,
    }),
  ),
}));

const scrubber = fc.constantFrom(...scrubbers);

function measure(clean: JsonValue): {
  depth: number;
  breadth: number;
  nodes: number;
  stringLength: number;
  bytes: number;
} {
  if (typeof clean === 'string')
    return { depth: 0, breadth: 0, nodes: 1, stringLength: clean.length, bytes: clean.length };
  if (clean === null || typeof clean !== 'object') return { depth: 0, breadth: 0, nodes: 1, stringLength: 0, bytes: 0 };
  const children = Object.values(clean).map(measure);
  const sum = (pick: (of: (typeof children)[number]) => number): number =>
    children.reduce((all, one) => all + pick(one), 0);
  const max = (pick: (of: (typeof children)[number]) => number): number => Math.max(0, ...children.map(pick));
  const keys = Array.isArray(clean) ? '' : Object.keys(clean).join('');
  return {
    depth: 1 + max((one) => one.depth),
    breadth: Math.max(
      children.length,
      max((one) => one.breadth),
    ),
    nodes: 1 + sum((one) => one.nodes),
    stringLength: max((one) => one.stringLength),
    bytes: keys.length + sum((one) => one.bytes),
  };
}

/** Own keys, hidden ones too, of the value and the prototypes, without calling a getter. */
function portrait(of: unknown): string {
  return inspect([of, Object.prototype, Array.prototype, Map.prototype, Error.prototype], {
    depth: 20,
    showHidden: true,
    maxArrayLength: null,
    maxStringLength: null,
  });
}

describe('clean, for any value and any bounds', { timeout: 60_000 }, () => {
  it('never throws, and leaves the value and the prototypes as they were', () => {
    fc.assert(
      fc.property(scrubber, value, bounds, (own, given, within) => {
        const before = portrait(given);
        own.clean(given, within);
        own.clean(given);
        expect(portrait(given)).toBe(before);
      }),
    );
  });

  it('returns what JSON.stringify and JSON.parse give back unchanged, in well-formed UTF-16', () => {
    fc.assert(
      fc.property(scrubber, value, bounds, (own, given, within) => {
        const copy = own.clean(given, within);
        const text = JSON.stringify(copy);
        expect(JSON.stringify(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(copy);
        expect(text).not.toMatch(/\\ud[89a-f][0-9a-f]{2}/i);
      }),
    );
  });

  it('changes nothing in its own result', () => {
    fc.assert(
      fc.property(scrubber, value, bounds, (own, given, within) => {
        const once = own.clean(given, within);
        expect(own.clean(once, within)).toEqual(once);
      }),
      { numRuns: 1_000 },
    );
  });

  it('shares no object with the value', () => {
    fc.assert(
      fc.property(value, (given) => {
        const seen = new Set<unknown>();
        const collect = (some: unknown): void => {
          if (typeof some !== 'object' || some === null || seen.has(some)) return;
          seen.add(some);
          for (const name of Reflect.ownKeys(some)) collect(Reflect.get(some, name));
          if (some instanceof Map) for (const entry of some) entry.forEach(collect);
          if (some instanceof Set) some.forEach(collect);
        };
        collect(given);
        const check = (copy: JsonValue): void => {
          if (typeof copy !== 'object' || copy === null) return;
          expect(seen.has(copy)).toBe(false);
          Object.values(copy).forEach(check);
        };
        check(scrubbers[0]?.clean(given) ?? null);
      }),
    );
  });

  it('keeps within the bounds', () => {
    fc.assert(
      fc.property(scrubber, value, bounds, (own, given, within) => {
        const size = measure(own.clean(given, within));
        expect(size.depth).toBeLessThanOrEqual(within.depth);
        expect(size.breadth).toBeLessThanOrEqual(within.breadth);
        // The last child of each level and a marker are never cut.
        const levels = within.depth + 1;
        expect(size.nodes).toBeLessThanOrEqual(Math.max(0, within.nodes) + 2 * levels);
        // Masks are shorter than any text may be, and not cut.
        expect(size.stringLength).toBeLessThanOrEqual(Math.max(within.stringLength, '[Filtered]'.length));
        const masks = '[Filtered]'.length * (within.nodes + 2 * levels);
        expect(size.bytes).toBeLessThanOrEqual(within.bytes + levels * (2 * 64 + 200) + masks);
      }),
    );
  });

  it('lets no planted secret out, at any depth, as value, text, key or item', () => {
    const planted = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6, depthSize: 'small' },
        fc.constantFrom(...CARDS).map((card) => `paid with ${card}, thanks`),
        fc.constantFrom(...CARDS).map((card) => ({ [card]: 1 })),
        fc.constantFrom('password', 'userPassword', 'API-KEY', 'auth').map((name) => ({ [name]: PASSWORD })),
        fc.constantFrom('password', 'token').map(
          (name) =>
            new Map<unknown, unknown>([
              [1, 1],
              [name, [PASSWORD]],
            ]),
        ),
        fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('tree'), { minKeys: 1 }),
        tie('tree').map((inner) => new Map([['inner', inner]])),
        tie('tree').map((inner) => new Set([inner])),
        tie('tree').map((inner) => ({ toJSON: () => inner })),
        tie('tree').map((inner) => new Error('wrapped', { cause: inner })),
      ),
    }));
    fc.assert(
      fc.property(planted.tree, fc.option(bounds, { nil: undefined }), (given, within) => {
        const text = JSON.stringify(scrubbers[0]?.clean(given, within));
        for (const secret of [...CARDS, PASSWORD]) expect(text).not.toContain(secret);
      }),
      { numRuns: 500 },
    );
  });

  it('lets nothing but listed keys keep their values in allow mode', () => {
    fc.assert(
      fc.property(value, (given) => {
        const strings = (copy: JsonValue, name: string): string[] => {
          if (name === 'id' || name === 'name') return [];
          if (typeof copy === 'string') return [copy];
          if (copy === null || typeof copy !== 'object') return copy === null ? [] : [String(copy)];
          return Object.entries(copy).flatMap(([child, below]) => strings(below, child));
        };
        const left = strings(scrubbers[2]?.clean(given) ?? null, '');
        expect(left.filter((text) => text !== '' && text !== '[Filtered]' && text !== '[undefined]')).toEqual([]);
      }),
    );
  });
});
