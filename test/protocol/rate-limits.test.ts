import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitedUntil, type RateLimits, type Reply, updateRateLimits } from '../../src/protocol/rate-limits.js';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const DAY = 86_400;
const NONE: RateLimits = new Map();

interface Vector {
  readonly name: string;
  readonly status: number;
  readonly headers: Reply['headers'];
  readonly before: Readonly<Record<string, number>>;
  readonly seconds: Readonly<Record<string, number>>;
}

const VECTORS: readonly Vector[] = [
  { name: 'none on 200', status: 200, headers: {}, before: {}, seconds: {} },
  { name: 'bare 429', status: 429, headers: {}, before: {}, seconds: { '*': 60 } },
  {
    name: 'Retry-After seconds on 429',
    status: 429,
    headers: { 'retry-after': '42' },
    before: {},
    seconds: { '*': 42 },
  },
  {
    name: 'Retry-After unparsable on 429',
    status: 429,
    headers: { 'retry-after': 'x' },
    before: {},
    seconds: { '*': 60 },
  },
  {
    name: 'Retry-After HTTP-date on 429',
    status: 429,
    headers: { 'retry-after': new Date(NOW + 13_000).toUTCString() },
    before: {},
    seconds: { '*': 13 },
  },
  { name: 'Retry-After ignored on 200', status: 200, headers: { 'retry-after': '42' }, before: {}, seconds: {} },
  {
    name: 'single category',
    status: 200,
    headers: { 'x-sentry-rate-limits': '13:error' },
    before: {},
    seconds: { error: 13 },
  },
  {
    name: 'two categories',
    status: 200,
    headers: { 'x-sentry-rate-limits': '13:error;transaction' },
    before: {},
    seconds: { error: 13, transaction: 13 },
  },
  {
    name: 'two limits',
    status: 200,
    headers: { 'x-sentry-rate-limits': '13:error,15:transaction' },
    before: {},
    seconds: { error: 13, transaction: 15 },
  },
  {
    name: 'spec example',
    status: 429,
    headers: {
      'retry-after': '2700',
      'x-sentry-rate-limits': '60:transaction:key, 2700:default;error;security:organization',
    },
    before: {},
    seconds: { transaction: 60, default: 2700, error: 2700, security: 2700 },
  },
  {
    name: 'header wins over Retry-After',
    status: 429,
    headers: { 'retry-after': '42', 'x-sentry-rate-limits': '13:error' },
    before: {},
    seconds: { error: 13 },
  },
  {
    name: 'empty categories = all',
    status: 429,
    headers: { 'x-sentry-rate-limits': '60::organization, 2700::organization' },
    before: {},
    seconds: { '*': 2700 },
  },
  { name: 'no colon = all', status: 200, headers: { 'x-sentry-rate-limits': '13' }, before: {}, seconds: { '*': 13 } },
  {
    name: 'same category twice, longer later',
    status: 200,
    headers: { 'x-sentry-rate-limits': '13:error,15:transaction;error' },
    before: {},
    seconds: { error: 15, transaction: 15 },
  },
  {
    name: 'same category twice, longer first',
    status: 200,
    headers: { 'x-sentry-rate-limits': '15:error,13:error' },
    before: {},
    seconds: { error: 15 },
  },
  {
    name: 'shorter new limit does not shorten',
    status: 200,
    headers: { 'x-sentry-rate-limits': '5:error' },
    before: { error: 100 },
    seconds: { error: 100 },
  },
  {
    name: 'other categories kept',
    status: 200,
    headers: { 'x-sentry-rate-limits': '13:transaction' },
    before: { error: 100 },
    seconds: { error: 100, transaction: 13 },
  },
  {
    name: 'fractional seconds',
    status: 200,
    headers: { 'x-sentry-rate-limits': '1.5:error' },
    before: {},
    seconds: { error: 1.5 },
  },
  {
    name: 'spaces ignored',
    status: 200,
    headers: { 'x-sentry-rate-limits': '  60 : error ; log_item : key , 7 : attachment ' },
    before: {},
    seconds: { error: 60, log_item: 60, attachment: 7 },
  },
  {
    name: 'unparsable entry skipped',
    status: 200,
    headers: { 'x-sentry-rate-limits': '42::organization, invalid, 4711:foobar;transaction;security:project' },
    before: {},
    seconds: { '*': 42, transaction: 4711, security: 4711 },
  },
  { name: 'lone garbage', status: 200, headers: { 'x-sentry-rate-limits': 'x' }, before: {}, seconds: {} },
  {
    name: 'lone garbage on 429',
    status: 429,
    headers: { 'x-sentry-rate-limits': 'x' },
    before: {},
    seconds: { '*': 60 },
  },
  {
    name: 'empty token inside list',
    status: 200,
    headers: { 'x-sentry-rate-limits': '4711:foobar;;transaction:organization' },
    before: {},
    seconds: { transaction: 4711 },
  },
  {
    name: 'only unknown categories',
    status: 200,
    headers: { 'x-sentry-rate-limits': '100:foobar;baz:organization' },
    before: {},
    seconds: {},
  },
  {
    name: 'extra dimensions ignored',
    status: 200,
    headers: { 'x-sentry-rate-limits': '4711:log_item:organization:quota_exceeded:custom:future:stuff' },
    before: {},
    seconds: { log_item: 4711 },
  },
  // Kept, because it stops logs: they count in both categories.
  {
    name: 'log_byte',
    status: 200,
    headers: { 'x-sentry-rate-limits': '60:log_byte:organization' },
    before: {},
    seconds: { log_byte: 60 },
  },
  {
    name: 'trailing comma/empty entries',
    status: 200,
    headers: { 'x-sentry-rate-limits': '10:error, ,' },
    before: {},
    seconds: { error: 10 },
  },
  {
    name: 'empty header value on 429',
    status: 429,
    headers: { 'x-sentry-rate-limits': '' },
    before: {},
    seconds: { '*': 60 },
  },
  { name: 'zero seconds', status: 200, headers: { 'x-sentry-rate-limits': '0:error' }, before: {}, seconds: {} },
  {
    name: 'metric_bucket for a log/error SDK',
    status: 200,
    headers: { 'x-sentry-rate-limits': '2700:metric_bucket:organization:quota_exceeded:custom' },
    before: {},
    seconds: {},
  },
];

function limitsOf(seconds: Readonly<Record<string, number>>): RateLimits {
  return new Map(Object.entries(seconds).map(([category, wait]) => [category, NOW + wait * 1000]));
}

function secondsOf(limits: RateLimits): Record<string, number> {
  return Object.fromEntries([...limits].map(([category, deadline]) => [category, (deadline - NOW) / 1000]));
}

type Header = Reply['headers'][string];

function secondsAfter(status: number, rateLimits?: Header, retryAfter?: Header): Record<string, number> {
  const headers = { 'x-sentry-rate-limits': rateLimits, 'retry-after': retryAfter };
  return secondsOf(updateRateLimits(NONE, { status, headers }, NOW));
}

describe('updateRateLimits', () => {
  it.each(VECTORS)('follows the protocol: $name', ({ status, headers, before, seconds }) => {
    const limits = updateRateLimits(limitsOf(before), { status, headers }, NOW);
    expect(secondsOf(limits)).toEqual(seconds);
  });

  it('B05: pauses all categories for 60 s after a 429 without headers', () => {
    expect(secondsAfter(429)).toEqual({ '*': 60 });
  });

  it.each([
    ['60:error:org', { error: 60 }],
    ['60:log_item:org', { log_item: 60 }],
    ['60:log_byte:org', { log_byte: 60 }],
  ])('B06, B07: limits only the category of %s', (header, seconds) => {
    expect(secondsAfter(200, header)).toEqual(seconds);
  });

  it.each(['60::org', '60:', '60', ' 60 : : org '])('B08: limits all categories for "%s"', (header) => {
    expect(secondsAfter(200, header)).toEqual({ '*': 60 });
  });

  it.each([
    ['0.5:error', { error: 0.5 }],
    ['1.:error', { error: 1 }],
    ['1.5e1:error', { error: 15 }],
    ['+5:error', { error: 5 }],
    [' 7 : error ; internal : org ', { error: 7, internal: 7 }],
    ['60:ERROR:ORG', { error: 60 }],
    ['60:error:org:reason:a;b:more', { error: 60 }],
  ])('B09: reads "%s"', (header, seconds) => {
    expect(secondsAfter(200, header)).toEqual(seconds);
  });

  it('B09: rounds fractions of a millisecond up', () => {
    expect(secondsAfter(200, '0.0001:error')).toEqual({ error: 0.001 });
  });

  it.each([
    ['-5', {}],
    ['1e999', { '*': DAY }],
    ['99999999999', { '*': DAY }],
    ['86400', { '*': DAY }],
    ['86401:error', { error: DAY }],
    ['NaN', { '*': 60 }],
    ['Infinity', { '*': 60 }],
    ['', { '*': 60 }],
    ['abc', { '*': 60 }],
    ['60;60', { '*': 60 }],
    ['0x10', { '*': 60 }],
    [',,,,', { '*': 60 }],
  ])('B10: keeps "%s" on a 429 between 0 and 24 h, or takes 60 s', (header, seconds) => {
    expect(secondsAfter(429, header)).toEqual(seconds);
  });

  it.each([
    ['-5', {}],
    ['0', {}],
    ['1e999', { '*': DAY }],
    ['99999999999', { '*': DAY }],
    ['NaN', { '*': 60 }],
    ['', { '*': 60 }],
    ['abc', { '*': 60 }],
    ['60;60', { '*': 60 }],
    [' 5 ', { '*': 5 }],
  ])('B10: does the same for Retry-After "%s"', (header, seconds) => {
    expect(secondsAfter(429, undefined, header)).toEqual(seconds);
  });

  it.each([
    ['a past date', new Date(NOW - 60_000).toUTCString(), {}],
    ['a date soon', new Date(NOW + 90_000).toUTCString(), { '*': 90 }],
    ['the year 9999', 'Fri, 31 Dec 9999 23:59:59 GMT', { '*': DAY }],
    ['an impossible date', 'Fri, 99 Dec 2026 23:59:59 GMT', { '*': 60 }],
    ['an unknown month', 'Fri, 01 Foo 2026 23:59:59 GMT', { '*': 60 }],
    ['text that Date.parse takes for a date', 'x 1', { '*': 60 }],
    ['a date of another format', '2026-01-02', { '*': 60 }],
  ])('B11: honours %s in Retry-After within 24 h', (_name, header, seconds) => {
    expect(secondsAfter(429, undefined, header)).toEqual(seconds);
  });

  it('B12: applies both of two header lines', () => {
    expect(secondsAfter(200, ['60:error:org', '30:log_item:org'])).toEqual({ error: 60, log_item: 30 });
  });

  it('B12: takes the longer of two Retry-After lines', () => {
    expect(secondsAfter(429, undefined, ['5', 'x', '7', '6'])).toEqual({ '*': 7 });
  });

  it.each([200, 429])('B13: ignores unknown categories on a %i', (status) => {
    expect(secondsAfter(status, '60:dinosaur:org', '60')).toEqual({});
  });

  it('falls back to Retry-After when no entry of the header makes sense', () => {
    expect(secondsAfter(429, 'x, y:error', '42')).toEqual({ '*': 42 });
  });

  it('B14: keeps the longer of two limits, whichever came first', () => {
    const reply = (seconds: number): Reply => ({
      status: 200,
      headers: { 'x-sentry-rate-limits': `${seconds}:error` },
    });
    const long = updateRateLimits(NONE, reply(100), NOW);
    const same = updateRateLimits(long, reply(5), NOW);
    const longer = updateRateLimits(same, reply(200), NOW);
    expect(same).toBe(long);
    expect(secondsOf(longer)).toEqual({ error: 200 });
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', '*'])(
    'B15: ignores a category named %s',
    (name) => {
      expect(secondsAfter(200, `60:${name}:org`)).toEqual({});
    },
  );

  it.each([
    ['10,000 categories', `60:${Array.from({ length: 10_000 }, (_, index) => `c${index}`).join(';')}:org`],
    ['1 MB of one category', '60:error:org,'.repeat(80_000)],
    ['1 MB of digits', '6'.repeat(1_000_000)],
  ])('B15: ignores a header with %s, but not the 429 it came with', (_name, header) => {
    expect(secondsAfter(200, header)).toEqual({});
    expect(secondsAfter(429, header)).toEqual({ '*': 60 });
  });

  it('B15: does not cut a header that is too long into another limit', () => {
    expect(secondsAfter(200, [`60:${' '.repeat(16_384)}`, 'error:org'])).toEqual({});
  });

  it('returns the same map when nothing changes', () => {
    const limits = limitsOf({ error: 10 });
    expect(updateRateLimits(limits, { status: 200, headers: {} }, NOW)).toBe(limits);
    expect(updateRateLimits(limits, { status: 200, headers: { 'x-sentry-rate-limits': '0:error' } }, NOW)).toBe(limits);
  });

  it('leaves the map it was given alone, and drops expired limits from the new one', () => {
    const limits = limitsOf({ error: 10, session: 0, log_item: -5 });
    const next = updateRateLimits(limits, { status: 200, headers: {} }, NOW);
    expect(secondsOf(next)).toEqual({ error: 10 });
    expect([...limits.keys()]).toEqual(['error', 'session', 'log_item']);
  });
});

describe('limitedUntil', () => {
  const limits = limitsOf({ error: 10, log_byte: 20, session: 0 });

  it.each([
    ['error', NOW + 10_000],
    ['log_item', NOW + 20_000],
    ['internal', 0],
    ['session', 0],
    ['__proto__', 0],
  ])('B07: says for %s: %s', (category, deadline) => {
    expect(limitedUntil(limits, category, NOW)).toBe(deadline);
  });

  it.each(['error', 'log_item', 'internal', 'dinosaur'])('lets a limit on everything stop %s', (category) => {
    expect(limitedUntil(limitsOf({ '*': 15, error: 5 }), category, NOW)).toBe(NOW + 15_000);
  });

  it('takes the longest of all limits that apply', () => {
    expect(limitedUntil(limitsOf({ log_item: 30, log_byte: 20, '*': 10 }), 'log_item', NOW)).toBe(NOW + 30_000);
    expect(limitedUntil(limitsOf({ log_item: 30, log_byte: 40, '*': 10 }), 'log_item', NOW)).toBe(NOW + 40_000);
  });

  it('ends a limit at its deadline, not after it', () => {
    expect(limitedUntil(limits, 'error', NOW + 9_999)).toBe(NOW + 10_000);
    expect(limitedUntil(limits, 'error', NOW + 10_000)).toBe(0);
  });

  it('forgets limits that a clock set back would stretch beyond a day', () => {
    expect(limitedUntil(limits, 'error', NOW - 3_600_000)).toBe(NOW + 10_000);
    expect(limitedUntil(limits, 'error', NOW - 2 * DAY * 1000)).toBe(0);
  });
});

describe('laws of rate limits', () => {
  const word = fc.constantFrom('error', 'log_item', 'log_byte', 'internal', '', ' ', 'foo', '__proto__', 'constructor');
  const wait = fc.oneof(
    fc.double().map(String),
    fc.integer().map(String),
    fc.constantFrom('', 'x', '-1', '1e999', '0'),
  );
  const entry = fc
    .tuple(wait, fc.array(word, { maxLength: 4 }), fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }))
    .map(([seconds, words, rest]) => [seconds, words.join(';'), ...rest].join(':'));
  const entries = fc.array(entry, { maxLength: 5 });
  const header = fc.oneof(
    entries.map((list) => list.join(',')),
    entries,
    fc.string(),
    fc.constant(undefined),
  );
  const reply = fc.record({
    status: fc.constantFrom(200, 400, 429, 503),
    headers: fc.record({ 'x-sentry-rate-limits': header, 'retry-after': fc.option(wait, { nil: undefined }) }),
  });
  const step = fc.record({ reply, later: fc.integer({ min: 0, max: 2 * DAY * 1000 }) });

  it('never reach beyond 24 h, never shorten, never name an unknown category', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
        let limits = NONE;
        let now = NOW;
        for (const { reply: answer, later } of steps) {
          now += later;
          const next = updateRateLimits(limits, answer, now);
          for (const [category, deadline] of next) {
            expect(category).toMatch(/^(?:\*|[a-z_]+)$/);
            expect(deadline).toBeGreaterThan(now);
            expect(deadline).toBeLessThanOrEqual(now + DAY * 1000);
          }
          for (const category of ['error', 'log_item', 'internal', '*']) {
            expect(limitedUntil(next, category, now)).toBeGreaterThanOrEqual(limitedUntil(limits, category, now));
          }
          expect([...next.keys()].filter((name) => ['foo', '__proto__', 'constructor'].includes(name))).toEqual([]);
          limits = next;
        }
      }),
    );
  });

  it('give the same map for the same reply at the same time', () => {
    fc.assert(
      fc.property(reply, (answer) => {
        const once = updateRateLimits(NONE, answer, NOW);
        expect(updateRateLimits(once, answer, NOW)).toBe(once);
      }),
    );
  });

  it('pause after every 429 whose headers say nothing usable', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z:; ,]*$/), (text) => {
        expect(secondsAfter(429, text, text)).toEqual({ '*': 60 });
      }),
    );
  });

  it('B15: leave the prototypes of objects and maps alone', () => {
    const owned = (): unknown[] => [Object.prototype, Map.prototype].flatMap((prototype) => Reflect.ownKeys(prototype));
    const before = owned();
    secondsAfter(200, '60:__proto__;constructor;prototype:org');
    expect(owned()).toEqual(before);
  });
});
