import { expect, it } from 'vitest';
import { SYSTEM_CLOCK } from '../../src/spool/clock.js';
import { NODE_DISK } from '../../src/spool/disk.js';
import { Reader } from '../../src/spool/reader.js';
import { Segment } from '../../src/spool/segment.js';
import { Shelf } from '../../src/spool/shelf.js';
import type { Writer } from '../../src/spool/writer.js';
import { failure } from '../support/failing-disk.js';

it('E25: a segment that is given up while it is about to be read is lost once, and no reason for a warning', async () => {
  const lost: string[] = [];
  const failures: unknown[] = [];
  const shelf = new Shelf({ lost: (...loss) => lost.push(loss.join(' ')), available() {}, touched() {} });
  const segment = new Segment('/nowhere/00000000000000000001', true);
  segment.add({ category: 'error', quantity: 1, time: 0 });
  shelf.segments.add(segment);
  const lstat = async (): Promise<never> => {
    if (shelf.segments.has(segment)) shelf.drop(segment, 'cache_overflow');
    return failure('ENOENT')();
  };
  const reader = new Reader({
    disk: { ...NODE_DISK, lstat },
    clock: SYSTEM_CLOCK,
    shelf,
    // No segment is open for writing.
    writer: {} as Writer,
    maxAgeMs: 1_000,
    time: () => 0,
    failed: (error) => failures.push(error),
  });
  expect(await reader.next()).toBeUndefined();
  expect({ lost, failures }).toEqual({ lost: ['cache_overflow error 1'], failures: [] });
});
