import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textMatcher } from '../../src/processors/text-pattern.js';

describe('a text as a pattern', () => {
  it.each([
    ['db', 'db', true],
    ['db', 'db.pool', false],
    ['db', 'Db', false],
    ['db.*', 'db.pool', true],
    ['db.*', 'dbxpool', false],
    ['*.pool', 'db.pool', true],
    ['*timeout*', 'a timeout of 5 s', true],
    ['*timeout*', 'timeout', true],
    ['a*b*a', 'aba', true],
    ['a*b*a', 'aa', false],
    ['a*a', 'a', false],
    ['*', '', true],
    ['*', 'line 1\nline 2', true],
    ['what?', 'what?', true],
    ['what?', 'whats', false],
    ['[a].(b)+', '[a].(b)+', true],
  ])('%j fits %j: %s', (pattern, text, fits) => {
    expect(textMatcher(pattern)(text)).toBe(fits);
  });

  it('fits what a RegExp of the same meaning fits', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
    fc.assert(
      fc.property(letters, text, (glob, tried) => {
        const meant = new RegExp(`^${glob.replaceAll('*', '[^]*')}$`);
        expect(textMatcher(glob)(tried)).toBe(meant.test(tried));
      }),
      { numRuns: 2_000 },
    );
  });

  it('needs no more than linear time where a RegExp would need the age of the universe', () => {
    const fits = textMatcher(`${'*a'.repeat(40)}*b`);
    expect(fits('a'.repeat(8_192))).toBe(false);
  });
});

describe('a RegExp as a pattern', () => {
  it('fits where it finds something', () => {
    expect(textMatcher(/time(d )?out/i)('It Timed Out.')).toBe(true);
    expect(textMatcher(/^time/)('a timeout')).toBe(false);
  });

  it.each([/out/g, /out/y, /out/gy])('%s fits every time, whatever its lastIndex', (pattern) => {
    pattern.lastIndex = 3;
    const fits = textMatcher(pattern);
    expect(Array.from({ length: 4 }, () => fits('timeout'))).toEqual([true, true, true, true]);
    expect(pattern.lastIndex).toBe(3);
  });
});
