import { expect, it } from 'vitest';
import { plausibleSeconds } from '../../src/event/timestamp.js';

const NOW = 1_700_000_000_000;
const DAY = 24 * 60 * 60 * 1_000;

it.each<[unknown, number]>([
  [NOW - 5_500, NOW - 5_500],
  [0, 0],
  [NOW + DAY, NOW + DAY],
  [NOW + DAY + 1, NOW],
  [-1, NOW],
  [8.64e15, NOW],
  [Number.NaN, NOW],
  [Number.POSITIVE_INFINITY, NOW],
  ['2026-01-01', NOW],
  [5n, NOW],
  [new Date(0), NOW],
  [undefined, NOW],
])('a record of %o is dated %d', (time, expected) => {
  expect(plausibleSeconds(time, NOW)).toBe(expected / 1_000);
});
