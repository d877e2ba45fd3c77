import { expect, it } from 'vitest';
import { count, formatAge, formatBytes, formatQuantities } from '../../src/cli/amounts.js';

it.each([
  [0, '0 bytes'],
  [1_023, '1023 bytes'],
  [1_024, '1.0 KiB'],
  [3.45 * 2 ** 20, '3.5 MiB'],
  [5 * 2 ** 40, '5.0 TiB'],
  [2 ** 53, '8192.0 TiB'],
])('%d bytes read as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

it.each([
  [-5_000, '0 s'],
  [999, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_600_000, '1 h'],
  [86_400_000 * 3.9, '3 d'],
])('%d ms ago read as %s', (ms, text) => expect(formatAge(ms)).toBe(text));

it.each([
  [{ error: 1, log_item: 2 }, '1 error, 2 logs'],
  [{ error: 0, log_item: 1 }, '1 log'],
  [{ error: 0, log_item: 0 }, 'nothing'],
  [{}, 'nothing'],
])('%j reads as %s', (quantities, text) => expect(formatQuantities(Object.entries(quantities))).toBe(text));

it('one is not many', () => expect([count(1, 'record'), count(0, 'record')]).toEqual(['1 record', '0 records']));
