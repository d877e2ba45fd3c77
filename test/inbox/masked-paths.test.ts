import { describe, expect, it } from 'vitest';
import { maskedPaths } from '../../src/inbox/masked-paths.js';

describe('maskedPaths', () => {
  it.each([
    ['a whole value', { extra: { password: '[Filtered]' } }, ['extra.password']],
    ['a part of a text', { logentry: { formatted: 'token=[Filtered] ok' } }, ['logentry.formatted']],
    ['a header', { request: { headers: { 'x-api-key': '[Filtered]' } } }, ['request.headers.x-api-key']],
    ['an odd key', { extra: { 'a b.c': '[Filtered]' } }, ['extra["a b.c"]']],
    ['a list', { extra: { list: [1, ['[Filtered]']] } }, ['extra.list[1][0]']],
    [
      'a breadcrumb',
      { breadcrumbs: { values: [{}, { data: { token: '[Filtered]' } }] } },
      ['breadcrumbs[1].data.token'],
    ],
    ['an exception', { exception: { values: [{ value: 'x [Filtered]' }] } }, ['exception[0].value']],
    ['a field of the user called values', { extra: { values: ['[Filtered]'] } }, ['extra.values[0]']],
    ['nothing', { extra: { a: 'Filtered', b: 1, c: null, '[Filtered]': true } }, []],
  ])('finds the mask in %s', (_where, payload, paths) => {
    expect(maskedPaths(payload)).toEqual(paths);
  });

  it('finds all of them, in the order of the payload', () => {
    const payload = { b: '[Filtered]', a: [{ c: '[Filtered]' }, '[Filtered]'] };
    expect(maskedPaths(payload)).toEqual(['b', 'a[0].c', 'a[1]']);
  });
});
