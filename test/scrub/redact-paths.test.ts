import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/scrub/json.js';
import { isPath, parsePath } from '../../src/scrub/redact-path.js';
import { createRedactor, type RedactOptions, redactProblem } from '../../src/scrub/redact-paths.js';
import { createScrubber } from '../../src/scrub/walk.js';

function redact(value: JsonValue, options: RedactOptions | string, at: readonly string[] = []): JsonValue | undefined {
  const given = typeof options === 'string' ? { paths: [options] } : options;
  return createRedactor(given, { mask: '#', clean: (made) => made as JsonValue, onHit: () => {} })(value, at);
}

/** What paths mean, in the fewest words. */
function reference(
  value: JsonValue,
  parts: readonly { readonly key: string; readonly isWildcard: boolean }[],
): JsonValue {
  const [part, ...rest] = parts;
  if (part === undefined) return value === null ? null : '#';
  if (value === null || typeof value !== 'object') return value;
  const change = (key: string, inner: JsonValue): JsonValue => {
    if (!part.isWildcard && key !== part.key) return inner;
    return reference(inner, rest);
  };
  if (Array.isArray(value)) return value.map((inner, index) => change(String(index), inner));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(key, inner)]));
}

const KEY = fc.constantFrom('a', 'b', 'c', 'constructor', 'length', 'toString', '0', '1');
const PATH = fc
  .array(fc.oneof({ weight: 3, arbitrary: KEY }, fc.constant('*')), { minLength: 1, maxLength: 5 })
  .map((keys) => keys.map((key) => (/^[\d*]/.test(key) ? `[${key}]` : `["${key}"]`)).join(''));
const VALUE = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<JsonValue>(1, 'text', null, true),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(KEY, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

describe('D11: paths', () => {
  it.each<[string, JsonValue, JsonValue]>([
    ['a', { a: 1, b: 2 }, { a: '#', b: 2 }],
    ['a.b.c', { a: { b: { c: { d: 1 } } } }, { a: { b: { c: '#' } } }],
    ['a.*', { a: { b: 1, c: [2] } }, { a: { b: '#', c: '#' } }],
    ['a.*.b', { a: { x: { b: 1 }, y: { b: 2, c: 3 } } }, { a: { x: { b: '#' }, y: { b: '#', c: 3 } } }],
    ['*[0].x', { a: [{ x: 1 }, { x: 2 }] }, { a: [{ x: '#' }, { x: 2 }] }],
    ['a[*].x', { a: [{ x: 1 }, { x: 2 }] }, { a: [{ x: '#' }, { x: '#' }] }],
    ['*.a.*.b.c', { x: { a: { y: { b: { c: 1 } } } } }, { x: { a: { y: { b: { c: '#' } } } } }],
    ['a["b-c"]', { a: { 'b-c': 1 } }, { a: { 'b-c': '#' } }],
    ['["a.b"].c', { 'a.b': { c: 1 }, a: { b: { c: 2 } } }, { 'a.b': { c: '#' }, a: { b: { c: 2 } } }],
    ["a['b c'][`d`]", { a: { 'b c': { d: 1 } } }, { a: { 'b c': { d: '#' } } }],
    ['größe.名', { größe: { 名: 1 } }, { größe: { 名: '#' } }],
    ['a.b', { a: 'text' }, { a: 'text' }],
    ['a.length', { a: [1, 2], b: 'text' }, { a: [1, 2], b: 'text' }],
    [
      '*.*.*.*.*.*.*.*',
      { a: { b: { c: { d: { e: { f: { g: { h: 1 } } } } } } } },
      { a: { b: { c: { d: { e: { f: { g: { h: '#' } } } } } } } },
    ],
  ])('%s redacts what it names', (path, value, left) => {
    expect(redact(value, path)).toEqual(left);
  });

  it('many of them work together, in any order and twice', () => {
    const paths = ['a.b', 'a', 'a.*', 'a.*.c', 'a.b.*.d', 'a', '*', 'x.y'];
    for (const some of [paths, paths.toReversed()]) {
      expect(redact({ a: { b: 1 }, x: { y: 2 } }, { paths: some })).toEqual({ a: '#', x: '#' });
    }
    const thousand = Array.from({ length: 1_000 }, (_, index) => `k${index}.x`);
    expect(redact({ k7: { x: 1 }, k1000: { x: 1 } }, { paths: thousand })).toEqual({ k7: { x: '#' }, k1000: { x: 1 } });
  });

  it('mean for any value what a plain walk makes of them', () => {
    fc.assert(
      fc.property(VALUE, PATH, (value, path) => {
        const before = structuredClone(value);
        expect(redact(value, path)).toEqual(reference(value, parsePath(path) ?? []));
        expect(value).toEqual(before);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    'a b',
    'a-b',
    '[a]',
    '["a]',
    '[]',
    'a[',
    'a]',
    '[01]',
    'a*',
    '**',
    '["*"]',
    '〇',
    'a[-1]',
    ' a',
  ])('refuse %j', (path) => {
    expect(isPath(path)).toBe(false);
  });

  it.each([
    'a;process.exit()',
    'a,process.exit()',
    'a`${process.exit()}`',
    'a[process.exit()]',
    'a["b"+process.exit()]',
    'a["${process.exit()}"]\n;process.exit()',
    'a/*',
    'a["\\u0022]; process.exit()"]',
    'a//b',
    'a=1',
    'a()',
    'a?.b',
  ])('D12: run no code: %j', (path) => {
    expect(isPath(path)).toBe(false);
  });

  it('D12: treat as data what looks like code in a quoted key', () => {
    const key = '${process.exit()} + ({}).x';
    expect(redact({ [key]: 1 }, `["${key}"]`)).toEqual({ [key]: '#' });
  });

  it('are taken by fast-redact whenever they are valid', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab.*[]"\'`01é ;/-\\$_(){}') }), (path) => {
        fc.pre(isPath(path));
        expect(redactProblem([path])).toBeUndefined();
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('what is redacted', () => {
  it('knows no prototypes: __proto__ and its like are keys like any other', () => {
    const value = JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}},"list":[1]}') as JsonValue;
    const paths = [
      '__proto__.x',
      'constructor.prototype.x',
      'toString',
      'list.__proto__.map',
      'list.length',
      'hasOwnProperty.call',
    ];
    const before = [Object.keys(Object.prototype), String(Object.prototype.toString), String(Array.prototype.map)];
    const left = redact(value, { paths });
    expect(JSON.stringify(left)).toBe('{"__proto__":{"x":"#"},"constructor":{"prototype":{"x":"#"}},"list":[1]}');
    expect([Object.keys(Object.prototype), String(Object.prototype.toString), String(Array.prototype.map)]).toEqual(
      before,
    );
  });

  it('leaves fields out where they are to be removed, and null in lists', () => {
    expect(redact({ a: 1, b: [1, { c: 2 }] }, { paths: ['a', 'b[0]', 'b[1].c'], remove: true })).toEqual({
      b: [null, {}],
    });
    expect(redact({ a: 1 }, { paths: ['req'], remove: true }, ['req'])).toBeUndefined();
  });

  it('is what a censor makes of value and path', () => {
    const censor = (value: unknown, path: readonly string[]): string => `${path.join('/')}=${JSON.stringify(value)}`;
    const paths = ['a.b', 'c.*', 'd.*.e.*.f'];
    expect(redact({ a: { b: { x: 1 } }, c: { y: 2 }, d: [{ e: [{ f: 3 }] }] }, { paths, censor })).toEqual({
      a: { b: 'a/b={"x":1}' },
      c: { y: 'c/y=2' },
      d: [{ e: [{ f: expect.stringMatching(/^d\/.*=3$/) }] }],
    });
  });

  it.each<[string, RedactOptions['censor']]>([
    [
      'throws',
      () => {
        throw new Error('hunter2');
      },
    ],
    ['answers with a promise', () => Promise.reject(new Error('hunter2'))],
  ])('is masked where a censor %s', (_what, censor) => {
    expect(redact({ a: 'hunter2', b: 1 }, { paths: ['a'], censor })).toEqual({ a: '#', b: 1 });
  });

  it('has what a censor returns scrubbed as well', () => {
    const scrubber = createScrubber({
      rules: true,
      redact: { paths: ['a'], censor: (value) => ({ value, password: 'hunter2' }) },
    });
    expect(scrubber.redact(scrubber.clean({ a: 1 }))).toEqual({ a: { value: 1, password: '[Filtered]' } });
  });

  it('is found where a value lies among the fields', () => {
    expect(redact({ headers: { x: 1 } }, 'req.headers.x', ['req'])).toEqual({ headers: { x: '#' } });
    expect(redact({ headers: { x: 1 } }, '*.headers', ['req'])).toEqual({ headers: '#' });
    expect(redact({ headers: { x: 1 } }, 'req', ['req'])).toBe('#');
    expect(redact({ headers: { x: 1 } }, 'other.headers', ['req'])).toEqual({ headers: { x: 1 } });
  });

  it('costs no more than twice as much for twice as many keys', () => {
    const wide = (count: number): JsonValue =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, { a: { b: index } }]));
    const time = (value: JsonValue): number => {
      const run = createRedactor({ paths: ['*.a.b', '*.*.b', '*'] }, { mask: '#', clean: () => null, onHit: () => {} });
      const times = Array.from({ length: 7 }, () => {
        const start = performance.now();
        run(value, []);
        return performance.now() - start;
      });
      return Math.min(...times);
    };
    time(wide(2_000));
    expect(time(wide(20_000)) / time(wide(5_000))).toBeLessThan(4 * 2.5);
  });
});
