import { describe, expect, it } from 'vitest';
import { breadcrumbFromUser, encodeBreadcrumb, type KeptBreadcrumb } from '../../src/event/build-breadcrumb.js';
import { isRepeated } from '../../src/event/repeated-breadcrumb.js';
import type { Breadcrumb } from '../../src/protocol/event.js';
import { createScrubber } from '../../src/scrub/walk.js';

const scrubber = createScrubber({ rules: true });
const NOW = 1_700_000_000_000;

const base: Breadcrumb = {
  category: 'db',
  level: 'info',
  message: 'slow',
  type: 'query',
  data: { table: 'a', rows: 5 },
};

function kept(breadcrumb: Breadcrumb, now = NOW): KeptBreadcrumb {
  return breadcrumbFromUser(breadcrumb, scrubber, now);
}

function repeats(one: Breadcrumb, other: Breadcrumb): boolean {
  return isRepeated(kept(one), kept(other));
}

function repeated(breadcrumb: Breadcrumb, count: number): Breadcrumb {
  return JSON.parse(encodeBreadcrumb({ ...kept(breadcrumb), count }, scrubber, NOW));
}

describe('a breadcrumb that says the same as the one before', () => {
  it('shows how often that happened', () => {
    expect(repeated(base, 4).data).toEqual({ table: 'a', rows: 5, count: 4 });
    expect(repeated({ message: 'a' }, 2).data).toEqual({ count: 2 });
    expect(repeated(base, 1).data).toEqual(base.data);
  });

  it.each<[string, Breadcrumb]>([
    ['nothing', {}],
    ['no data', { message: 'a' }],
    ['nested data', { message: 'a', data: { order: { id: 1, lines: [1, 2] } } }],
    ['no number', { message: 'a', data: { rate: Number.NaN } }],
    ['another order of fields', { message: 'a', data: { a: 1, b: 2 } }],
  ])('is told by what it says: %s', (_name, breadcrumb) => {
    const turned = Object.fromEntries(Object.entries(breadcrumb.data ?? {}).reverse());
    expect(repeats(breadcrumb, breadcrumb.data === undefined ? breadcrumb : { ...breadcrumb, data: turned })).toBe(
      true,
    );
  });

  it.each<[string, Breadcrumb]>([
    ['category', { category: 'web' }],
    ['level', { level: 'warning' }],
    ['message', { message: 'fast' }],
    ['type', { type: 'http' }],
    ['value', { data: { table: 'a', rows: 6 } }],
    ['field more', { data: { table: 'a', rows: 5, more: undefined } }],
    ['field less', { data: { table: 'a' } }],
    ['name of a field', { data: { table: 'a', lines: 5 } }],
    ['depth', { data: { table: 'a', rows: { of: 5 } } }],
  ])('is not one with another %s', (_what, change) => {
    expect(repeats(base, { ...base, ...change })).toBe(false);
    expect(repeats({ ...base, ...change }, base)).toBe(false);
  });

  it('leaves a field of the host that is called count as it is', () => {
    expect(repeated({ data: { count: 7 } }, 2).data).toEqual({ count: 7, 'jackdaw.count': 2 });
  });

  it('of a request may have taken another time; of anything else that is another fact', () => {
    const took = (duration_ms: number, type: string): Breadcrumb => ({ type, data: { url: 'http://a/', duration_ms } });
    expect(repeats(took(1, 'http'), took(2, 'http'))).toBe(true);
    expect(repeats(took(1, 'query'), took(2, 'query'))).toBe(false);
  });
});
