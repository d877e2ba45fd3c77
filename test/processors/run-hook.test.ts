import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isEvent, isThenable, runHook } from '../../src/processors/processor.js';

it('a hook is a value, a wanted drop or a mistake, and never an exception', () => {
  fc.assert(
    fc.property(
      fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true }),
      fc.boolean(),
      (value, throws) => {
        const result = runHook(
          () => {
            if (throws) throw value;
            return value;
          },
          (one): one is string => typeof one === 'string',
        );
        if (throws) expect(result).toEqual({ failed: 'threw', cause: value });
        else if (value === null) expect(result).toEqual({ dropped: true });
        else if (typeof value === 'string') expect(result).toEqual({ value });
        else expect(result).toHaveProperty('failed');
      },
    ),
  );
});

it.each([
  [{ event_id: 'a' }, true],
  [{ event_id: 5 }, false],
  [{}, false],
  [[], false],
  [null, false],
  ['event', false],
])('%o is an event: %o', (value, expected) => {
  expect(isEvent(value)).toBe(expected);
});

it.each([
  [Promise.resolve(), true],
  // biome-ignore lint/suspicious/noThenProperty: that is what is asked
  [{ then() {} }, true],
  // biome-ignore lint/suspicious/noThenProperty: that is what is asked
  [{ then: 5 }, false],
  [null, false],
  ['then', false],
])('%o is a promise: %o', (value, expected) => {
  expect(isThenable(value)).toBe(expected);
});
