import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { card } from '../../src/scrub/card.js';
import { ORDINARY_LOG_LINES } from './ordinary-log-lines.js';

const scrub = (text: string): string => card.scrub(text, '#');

/** The numbers that the schemes and payment providers publish for tests. */
const CARDS = {
  'Visa, 16 digits': '4111111111111111',
  'Visa, another': '4242424242424242',
  'Visa, 13 digits': '4222222222222',
  'Visa, 19 digits': '4000000000000000006',
  Mastercard: '5555555555554444',
  'Mastercard, lowest': '5100000000000008',
  'Mastercard, 2-series': '2223003122003222',
  'Mastercard, 2-series end': '2720990000000007',
  'American Express 37': '378282246310005',
  'American Express 34': '340000000000009',
  'Discover 6011': '6011111111111117',
  'Discover 65': '6500000000000002',
  'Discover 644': '6440000000000005',
  'Diners Club 30': '30569309025904',
  'Diners Club 38': '38520000023237',
  'Diners Club 36, 16 digits': '3600000000000008',
  JCB: '3530111333300000',
  UnionPay: '6200000000000005',
  'UnionPay, 19 digits': '6205500000000000004',
  Maestro: '6759649826438453',
  'Maestro 50': '5018000000000009',
};

const A_CARD = fc.constantFrom(...Object.values(CARDS));

describe('the card detector', () => {
  it.each(Object.entries(CARDS))('masks %s', (_name, number) => {
    expect(scrub(number)).toBe('#');
    expect(scrub(`paid with ${number}, thanks`)).toBe('paid with #, thanks');
  });

  it.each([
    ['4111 1111 1111 1111', '#'],
    ['4111-1111-1111-1111', '#'],
    ['4111-1111 1111-1111', '#'],
    ['3782 822463 10005', '#'],
    ['3056 930902 5904', '#'],
    ['41111111 11111111', '#'],
    ['411111 1111111111', '#'],
    ['4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', '#'],
    ['4000 0000 0000 0000 006', '#'],
    ['card:4111111111111111;', 'card:#;'],
    ['"4111111111111111"', '"#"'],
    ['4111111111111111.', '#.'],
    ['4111111111111111.0', '#.0'],
    ['no.4111111111111111', 'no.#'],
    ['-4111111111111111', '-#'],
    ['4111111111111111n', '#n'],
    ['card_4111111111111111', 'card_#'],
    ['a=1&card=4111111111111111&b=2', 'a=1&card=#&b=2'],
    ['card%3D4111111111111111', 'card%3D#'],
    ['card=4111+1111+1111+1111&b=2', 'card=#&b=2'],
    ['card=4111%201111%201111%201111&b=2', 'card=#&b=2'],
    ['card%3D3782%2520822463%252010005', 'card%3D#'],
    ['card%204111111111111111', 'card%20#'],
    [String.raw`{\n4111111111111111\n}`, String.raw`{\n#\n}`],
    ['4111111111111111 4242424242424242', '# #'],
    ['4111111111111111,4242424242424242', '#,#'],
    ['12 4111111111111111', '12 #'],
    ['id 5 4111 1111 1111 1111 12/27', 'id 5 # 12/27'],
    ['4111 1111 1111 1111 123', '# 123'],
    ['1234 4111 1111 1111 1111', '1234 #'],
    ['4111111111111111 12/27 123', '# 12/27 123'],
    ['日本4111111111111111円', '日本#円'],
    ['+4111111111111111', '+#'],
  ])('turns %j into %j', (text, expected) => {
    expect(scrub(text)).toBe(expected);
  });

  it.each(ORDINARY_LOG_LINES.map((line) => [line]))('leaves %j alone', (line) => {
    expect(scrub(line)).toBe(line);
  });

  it('has a hundred ordinary lines to leave alone', () => {
    expect(new Set(ORDINARY_LOG_LINES).size).toBeGreaterThanOrEqual(100);
  });

  it('replaces with the mask as it is, whatever String.replace would see in it', () => {
    expect(card.scrub('4111111111111111 and 41111111 11111111', '$&$1')).toBe('$&$1 and $&$1');
  });

  it('masks every card in a text of words, and leaves the words', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(word, A_CARD), { minLength: 1 }), (pairs) => {
        const text = pairs.map(([before, number]) => `${before} ${number}`).join(' ');
        expect(scrub(text)).toBe(pairs.map(([before]) => `${before} #`).join(' '));
      }),
    );
  });

  it('masks no number whose check digit is wrong', () => {
    fc.assert(
      fc.property(A_CARD, fc.integer({ min: 1, max: 9 }), (number, error) => {
        const wrong = number.slice(0, -1) + ((Number(number.at(-1)) + error) % 10);
        expect(scrub(wrong)).toBe(wrong);
      }),
    );
  });

  it('finds nothing more in its own result', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789 -4') });
    fc.assert(
      fc.property(fc.array(fc.oneof(digits, A_CARD, fc.string())), (parts) => {
        const once = card.scrub(parts.join(' '), '[Filtered]');
        expect(card.scrub(once, '[Filtered]')).toBe(once);
      }),
    );
  });

  it.each(['4', '4 ', '4-', '4444 ', '4111 1111 1111 1112 ', '411111111111 ', '%34', 'a4', '- ', '4111111111111111 '])(
    'reads a million characters of %j in linear time',
    (pattern) => {
      const text = pattern.repeat(1_000_000 / pattern.length);
      const started = performance.now();
      scrub(text);
      // Some forty milliseconds; a quadratic search would take hours.
      expect(performance.now() - started).toBeLessThan(3_000);
    },
  );
});
