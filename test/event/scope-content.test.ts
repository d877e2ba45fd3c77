import { describe, expect, it } from 'vitest';
import {
  cleanContexts,
  cleanTags,
  cleanTexts,
  cleanUser,
  createContentCleaner,
  type ScopeContent,
  SMALL,
} from '../../src/event/scope-content.js';
import { createScrubber } from '../../src/scrub/walk.js';

const scrubber = createScrubber({ rules: true });

describe('cleanTags', () => {
  it.each<[string, unknown, Record<string, string>]>([
    ['numbers and booleans become texts', { a: 1, b: true, c: 0 }, { a: '1', b: 'true', c: '0' }],
    ['objects become JSON', { a: { b: 1 } }, { a: '{"b":1}' }],
    ['undefined, null and empty ones are left out', { a: undefined, b: null, c: '', d: 'kept' }, { d: 'kept' }],
    ['line breaks become spaces', { a: 'x\r\ny' }, { a: 'x y' }],
    ['names keep to the alphabet of servers', { 'größe [cm]': '5' }, { 'gr--e--cm-': '5' }],
    ['values are cut', { a: 'v'.repeat(500) }, { a: `${'v'.repeat(199)}…` }],
    ['secrets are masked', { password: 'x', shop: 'berlin' }, { password: '[Filtered]', shop: 'berlin' }],
    ['what is no object has none', 'a=b', {}],
  ])('%s', (_name, tags, expected) => {
    expect(cleanTags(tags, scrubber)).toEqual(expected);
  });

  it('keeps at most 200, with names of at most 200 characters', () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`${index}`.padStart(300, 'k'), 'v']));
    const names = Object.keys(cleanTags(many, scrubber));
    expect(names.length).toBeLessThanOrEqual(200);
    expect(names.every((name) => name.length <= 200)).toBe(true);
  });
});

describe('cleanUser', () => {
  it('leaves out what is undefined, and masks secrets', () => {
    expect(cleanUser({ id: 7, email: undefined, password: 'x' }, scrubber)).toEqual({ id: 7, password: '[Filtered]' });
    expect(cleanUser(undefined, scrubber)).toBeUndefined();
    expect(cleanUser('ada', scrubber)).toBeUndefined();
  });
});

describe('createContentCleaner', () => {
  it('walks a content once, and another content anew', () => {
    let reads = 0;
    const content = (): ScopeContent => ({
      tags: {
        get counted() {
          reads += 1;
          return 'x';
        },
      },
      extra: { secret: 'x' },
      contexts: { order: { id: 1 } },
      user: { id: 1 },
    });
    const clean = createContentCleaner(scrubber);
    const first = content();
    expect(clean(first)).toEqual({
      tags: { counted: 'x' },
      extra: { secret: '[Filtered]' },
      contexts: { order: { id: 1 } },
      user: { id: 1 },
    });
    expect(clean(first)).toBe(clean(first));
    expect(reads).toBe(1);
    clean(content());
    expect(reads).toBe(2);
  });
});

describe('cleanContexts', () => {
  it.each<[string, unknown, unknown]>([
    ['a name is no key of a secret', { session: { id: 1, token: 'x' } }, { session: { id: 1, token: '[Filtered]' } }],
    ['a bare value becomes an object', { plan: 'gold', list: [1] }, { plan: { value: 'gold' }, list: { value: [1] } }],
    ['a bare secret is masked', { password: 'x' }, { password: { value: '[Filtered]' } }],
    ['null and undefined are left out', { a: null, b: undefined }, {}],
    ['what is no object has none', 'a', {}],
  ])('%s', (_name, contexts, expected) => {
    const clean = cleanContexts(contexts, SMALL, scrubber);
    expect(clean).toEqual(expected);
    expect(cleanContexts(clean, SMALL, scrubber)).toEqual(expected);
  });
});

describe('cleanTexts', () => {
  it('cleans each by itself, and makes it a text', () => {
    expect(cleanTexts(['session', 'expired'], SMALL, scrubber)).toEqual(['session', 'expired']);
    expect(cleanTexts([{ password: 'x' }, 7, null], SMALL, scrubber)).toEqual([
      '{"password":"[Filtered]"}',
      '7',
      'null',
    ]);
  });
});
