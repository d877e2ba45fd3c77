import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Clean, explainScrub } from '../../src/cli/explain-scrub.js';
import { createScrubber } from '../../src/scrub/walk.js';

const clean: Clean = (value, onRule) => createScrubber({ rules: true, onScrub: onRule }).clean(value);

/** Values with secrets in them, as JSON has them. */
const secrets = fc.constantFrom<unknown>('4111 1111 1111 1111', 4111111111111111, 'bob', 1, null);
const keys = fc.oneof(
  fc.constantFrom('password', 'token', 'name', 'value', 'rawHeaders', '__proto__', '4111111111111111'),
  fc.string(),
);
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    secrets,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
    fc.constant(['password', 'x']),
  ),
})).value;

describe('an explanation', () => {
  it('says what leaves, and nothing where nothing changed', () => {
    fc.assert(
      fc.property(values, (value) => {
        const given: unknown = JSON.parse(JSON.stringify(value));
        const { leaves, changes } = explainScrub(given, clean);
        expect(leaves).toEqual(clean(given, () => {}));
        expect(changes.length === 0).toBe(JSON.stringify(leaves) === JSON.stringify(given));
      }),
    );
  });

  it('hears of every rule that masked something, and of no other', () => {
    fc.assert(
      fc.property(values, (value) => {
        const given: unknown = JSON.parse(JSON.stringify(value));
        const heard = new Set<string>();
        clean(given, (rule) => heard.add(rule));
        const told = new Set(explainScrub(given, clean).changes.flatMap(({ rules }) => rules));
        expect([...told].sort()).toEqual([...heard].sort());
      }),
    );
  });

  it('names each place once', () => {
    const given = { a: [{ password: 'x', list: ['4111 1111 1111 1111', 'b'] }], token: { deep: ['x'] } };
    expect(explainScrub(given, clean).changes).toEqual([
      { path: 'a[0].password', rules: ['key'] },
      { path: 'a[0].list[0]', rules: ['card'] },
      { path: 'token', rules: ['key'] },
    ]);
  });

  it('of a key that is a secret itself shows the mask', () => {
    expect(explainScrub({ '4111 1111 1111 1111': 'x', b: 1 }, clean).changes).toEqual([
      { path: '["[Filtered]"]', rules: ['card'] },
    ]);
  });

  it.each(['4111 1111 1111 1111', 4111111111111111])('of %j alone is about all of it', (given) => {
    expect(explainScrub(given, clean)).toEqual({ leaves: '[Filtered]', changes: [{ path: '', rules: ['card'] }] });
  });
});
