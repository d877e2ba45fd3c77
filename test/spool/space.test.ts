import { expect, it } from 'vitest';
import { hasRoom } from '../../src/spool/space.js';

const MIB = 1024 * 1024;

it.each([
  ['a large disk with 6 % free', 1_000_000, 60_000, true],
  ['a large disk with 4 % free', 1_000_000, 40_000, false],
  ['a disk of 1 GiB with 201 MiB free', 1_024, 201, true],
  ['a disk of 1 GiB with 199 MiB free', 1_024, 199, false],
  ['a disk of 8 MiB, half of it free', 8, 4, true],
  ['a disk of 8 MiB with 3 MiB free', 8, 3, false],
  ['a disk that says nothing about its size', 0, 0, true],
])('P6: %s', (_name, totalMib, freeMib, expected) => {
  expect(hasRoom({ bsize: 4_096, blocks: (totalMib * MIB) / 4_096, bavail: (freeMib * MIB) / 4_096 })).toBe(expected);
});
