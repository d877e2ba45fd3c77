import { format } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLight, printfParams, printfText, readArguments } from '../../src/adapters/printf-arguments.js';
import { createScrubber } from '../../src/scrub/walk.js';

const scrubber = createScrubber({ rules: true });
const clean = (value: unknown) => scrubber.clean(value);
const textOf = (args: readonly unknown[]): string => printfText(readArguments(args), clean);

const template = fc
  .array(fc.oneof(fc.constantFrom('%s', '%d', '%i', '%f', '%j', '%o', '%O', '%c', '%%', '%', '%x'), fc.string()))
  .map((parts) => parts.join(''));
const primitive = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined));

describe('the text of a printf-style call', () => {
  it('of primitives is that of util.format', () => {
    fc.assert(
      fc.property(template, fc.array(primitive, { minLength: 1 }), (text, values) => {
        expect(textOf([text, ...values])).toBe(format(text, ...values));
      }),
    );
  });

  it('of values without a text before them joins what is no data', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double(), fc.boolean()), { minLength: 1 }), (values) => {
        expect(textOf(values)).toBe(format(...values));
      }),
    );
  });

  it('never has what stands under the key of a secret, and never throws', () => {
    const secret = 'correct horse battery staple';
    fc.assert(
      fc.property(
        template,
        fc.array(fc.object({ key: fc.constantFrom('password', 'a', 'toString', 'toJSON') })),
        (text, values) => {
          const login = { user: 'ada', password: secret, nested: { apiKey: secret } };
          expect(textOf([text, login, [login], ...values, login])).not.toContain(secret);
        },
      ),
    );
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.anything({
            withBigInt: true,
            withMap: true,
            withSet: true,
            withNullPrototype: true,
            withTypedArray: true,
          }),
        ),
        (args) => {
          expect(typeof textOf(args)).toBe('string');
        },
      ),
    );
  });

  it('is cut where an argument has no end', () => {
    const text = textOf(['%s', 'x'.repeat(100_000), Symbol('y'.repeat(100_000)), 10n ** 10_000n]);
    expect(text.length).toBeLessThan(3 * 8_300);
  });
});

describe('the parts of a printf-style call', () => {
  it('lose no argument: each is template, word, fields or other', () => {
    fc.assert(
      fc.property(fc.array(fc.anything(), { maxLength: 150 }), (args) => {
        const { template: text, words, fields, others } = readArguments(args);
        expect((text === undefined ? 0 : 1) + words.length + fields.length + others.length).toBe(args.length);
      }),
    );
  });

  it('have parameters where something stands in the text besides the template', () => {
    expect(printfParams(readArguments(['%s', 1, {}, 2]))).toEqual([1, 2]);
    expect(printfParams(readArguments(['text', {}]))).toBeUndefined();
    expect(printfParams(readArguments([1, 2]))).toBeUndefined();
  });

  it.each<[string, unknown[], boolean]>([
    ['short primitives', ['%s of %d', 'a', 7, null, undefined, true], true],
    ['a text alone, which is there already', ['text'], false],
    ['a long text', ['%s', 'x'.repeat(513)], false],
    ['a long template', ['x'.repeat(513), 1], false],
    ['many words', ['text', ...Array(11).fill(1)], false],
    ['a BigInt', ['text', 1n], false],
    ['an object', ['%j', {}], false],
    ['an Error', ['text', new Error('no stock')], false],
  ])('are light or not: %s', (_name, args, light) => {
    expect(isLight(readArguments(args))).toBe(light);
  });
});
