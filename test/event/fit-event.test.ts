import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitEvent, MAX_EVENT_BYTES } from '../../src/event/fit-event.js';

const SMALL: Readonly<Record<string, string>> = {
  event_id: '"0123456789abcdef0123456789abcdef"',
  timestamp: '1',
  platform: '"node"',
  level: '"error"',
  release: '"shop@1.2.3"',
};
/** The JSON text of one text, of so many bytes. */
const bytes = (count: number): string => JSON.stringify('x'.repeat(count - 2));
const LARGE = bytes(600 * 1_024);

function fitted(fields: Readonly<Record<string, string>>): { event: Record<string, unknown>; shed: readonly string[] } {
  const { text, shed } = fitEvent({ ...SMALL, ...fields });
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_EVENT_BYTES);
  return { event: JSON.parse(text), shed };
}

describe('fitEvent', () => {
  it('leaves an event alone that is small enough, to the byte', () => {
    const { text: empty } = fitEvent({ ...SMALL, extra: '""' });
    const exact = bytes(MAX_EVENT_BYTES - empty.length + 2);
    expect(fitted({ extra: exact }).shed).toEqual([]);
    expect(fitted({ extra: `${exact} ` }).shed).toEqual(['extra']);
  });

  it('counts bytes, not characters', () => {
    expect(fitted({ extra: JSON.stringify('€'.repeat(400_000)) }).shed).toEqual(['extra']);
    expect(fitted({ extra: JSON.stringify('x'.repeat(400_000)) }).shed).toEqual([]);
  });

  it.each<[readonly string[], readonly string[]]>([
    [['breadcrumbs', 'extra'], ['breadcrumbs']],
    [['extra', 'request'], ['extra']],
    [['request', 'modules'], ['request']],
    [['modules', 'custom'], ['modules']],
    [['custom', 'contexts'], ['custom']],
    [['contexts', 'user'], ['contexts']],
    [['user', 'exception'], ['user']],
    [['exception', 'logentry'], ['exception']],
    [['logentry', 'sdk'], ['logentry']],
    [
      ['breadcrumbs', 'extra', 'exception'],
      ['breadcrumbs', 'extra'],
    ],
  ])('of %j, all large, leaves out %j', (large, expected) => {
    const { event, shed } = fitted(Object.fromEntries(large.map((field) => [field, LARGE])));
    expect(shed).toEqual(expected);
    for (const field of large) expect(field in event).toBe(!expected.includes(field));
    expect(event['release']).toBe('shop@1.2.3');
  });

  it('tells the reader in a tag what is missing, beside the tags there are', () => {
    const { event } = fitted({ breadcrumbs: LARGE, extra: LARGE, exception: LARGE, tags: '{"shop":"berlin"}' });
    expect(event['tags']).toEqual({ shop: 'berlin', 'jackdaw.shed': 'breadcrumbs,extra' });
  });

  it('fits whatever it is given, and what is left is an event', () => {
    const names = fc.constantFrom(
      'breadcrumbs',
      'extra',
      'tags',
      'level',
      'sdk',
      'exception',
      'timestamp',
      'custom',
      'a',
      'b',
    );
    const sizes = fc.constantFrom(10, 100_000, 500_000, 2_000_000);
    fc.assert(
      fc.property(fc.dictionary(names, sizes), (fields) => {
        const large = Object.entries(fields).map(([name, size]) => [
          name,
          name === 'tags' ? `{"t":${bytes(size)}}` : bytes(size),
        ]);
        expect(fitted(Object.fromEntries(large)).event['event_id']).toMatch(/^[0-9a-f]{32}$/);
      }),
      { numRuns: 20 },
    );
  });
});
