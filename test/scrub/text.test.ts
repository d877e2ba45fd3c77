import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScrubber } from '../../src/scrub/walk.js';

const scrubber = createScrubber({ rules: true });
const CARD = '4111111111111111';

describe('text', () => {
  it.each<[string, string, number, string]>([
    ['a short text', 'plain', 10, 'plain'],
    ['an empty text', '', 10, ''],
    ['a text of just the length', '0123456789', 10, '0123456789'],
    ['a longer text', '0123456789a', 10, '012345678…'],
    ['a cut between code points', '12345678😀', 9, '12345678…'],
    ['a cut that leaves a pair whole', '1234567😀😀', 10, '1234567😀…'],
    ['a length of 1', 'ab', 1, '…'],
    ['a length below 1', 'ab', 0, '…'],
    ['lone surrogates', 'a\ud800b\udc00c', 10, 'a\ufffdb\ufffdc'],
    ['NUL and line separators', 'a\0b\u2028c\r\n', 10, 'a\0b\u2028c\r\n'],
    ['a card', `no ${CARD}!`, 100, 'no [Filtered]!'],
    ['a card that becomes shorter and then fits', CARD, 10, '[Filtered]'],
    ['a card in the middle of which the cut lies', `card ${CARD}`, 12, 'card [Filte…'],
  ])('%s', (_name, text, maxLength, expected) => {
    expect(scrubber.text(text, maxLength)).toBe(expected);
  });

  it('lets no part of a card out, wherever the cut and the end of what is read lie', () => {
    for (const total of [8_192, 8_192 + 4_096]) {
      for (let offset = -20; offset <= 4; offset++) {
        const text = `${'x'.repeat(total + offset - 1)} ${CARD}${' y'.repeat(10_000)}`;
        expect(scrubber.text(text, 8_192)).not.toMatch(/\d/);
      }
    }
  });

  it('lets none out of a text that shrinks, so that its unread end moves before the cut', () => {
    const text = `${CARD} `.repeat(700) + CARD.repeat(10_000);
    const kept = scrubber.text(text, 8_192);
    expect(kept).not.toMatch(/\d/);
    expect(kept.endsWith('…')).toBe(true);
    expect(kept.length).toBeGreaterThan(1_000);
  });

  it('is well-formed, within its length, and the same when it comes in again', () => {
    const text = fc
      .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(CARD, '\ud800', '😀')))
      .map((parts) => parts.join(' '));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 60 }), (value, maxLength) => {
        const once = scrubber.text(value, maxLength);
        expect(once.isWellFormed()).toBe(true);
        expect(once.length).toBeLessThanOrEqual(maxLength);
        expect(scrubber.text(once, maxLength)).toBe(once);
      }),
    );
  });

  it('costs next to nothing for a text of 100 MB', () => {
    const huge = Buffer.alloc(100_000_000, 'a').toString('latin1');
    const started = performance.now();
    expect(scrubber.text(huge, 8_192)).toHaveLength(8_192);
    expect(performance.now() - started).toBeLessThan(50);
  });

  it('does not keep a long text in memory for the sake of its head', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const used = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    // Below a megabyte Node keeps the characters on the heap, where the collector sees them at once.
    const headOf = (index: number): string =>
      scrubber.text(Buffer.alloc(900_000, `${index} `).toString('latin1'), 8_192);
    const before = used();
    const kept = Array.from({ length: 100 }, (_, index) => headOf(index));
    expect(used() - before).toBeLessThan(10_000_000);
    expect(new Set(kept.map((text) => text.length))).toEqual(new Set([8_192]));
  });
});
