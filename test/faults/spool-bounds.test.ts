import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FailingDisk } from '../support/failing-disk.js';
import { SettableClock } from '../support/settable-clock.js';
import {
  filesBelow,
  leaveBehind,
  OpenSpool,
  record,
  segmentOf,
  TemporaryDirectory,
  textsOf,
} from '../support/spool.js';

const KIB = 1024;
const DAY = 86_400_000;

function bytesBelow(path: string): number {
  return filesBelow(path).reduce((sum, file) => sum + statSync(file).size, 0);
}

/** Appends and releases: from now on only the disk has it. */
function leave(one: OpenSpool, text: string, bytes = 0): void {
  const id = one.spool.append(record(text.padEnd(bytes, '.')), false);
  if (id === undefined) throw new Error('not taken');
  one.spool.release(id);
}

describe('E25: the cap', () => {
  it.each([
    ['gathered', async (one: OpenSpool) => one.spool.flush()],
    ['in one turn of the loop', async () => {}],
  ])('is kept by giving up the oldest segments, each lost record counted: %s', async (_name, pause) => {
    using directory = new TemporaryDirectory();
    const maxBytes = 512 * KIB;
    await using one = new OpenSpool(directory.path, { maxBytes });
    let most = 0;
    for (let index = 0; index < 2_000; index++) {
      leave(one, `record ${index} `, 4 * KIB);
      if (index % 50 === 49) {
        await pause(one);
        most = Math.max(most, bytesBelow(directory.path));
      }
    }
    await one.spool.flush();
    most = Math.max(most, bytesBelow(directory.path));
    expect(most).toBeLessThanOrEqual(maxBytes + 64 * KIB + 4 * KIB);
    const kept = textsOf(await one.drain()).map((text) => Number(text.split(' ')[1]));
    expect(kept).toEqual(Array.from(kept, (_value, index) => 2_000 - kept.length + index));
    expect(kept.length).toBeGreaterThan(80);
    expect(lossOf(one, 'cache_overflow')).toBe(2_000 - kept.length);
    expect(one.problems).toEqual([]);
  });

  it('refuses a record that is larger than the cap, or than any record may be, and takes the next', async () => {
    using directory = new TemporaryDirectory();
    await using one = new OpenSpool(directory.path, { maxBytes: 100 * KIB });
    expect(one.spool.append(record('x'.repeat(101 * KIB)), false)).toBeUndefined();
    expect(one.spool.append(record('small'), false)).toBeDefined();
    await using large = new OpenSpool(directory.path);
    expect(large.spool.append(record('', { payload: Buffer.alloc(1_088 * KIB + 1) }), false)).toBeUndefined();
    expect(large.spool.append(record('', { payload: Buffer.alloc(1_088 * KIB) }), false)).toBeDefined();
  });

  it('lowered below what is there already, it costs the oldest of it', async () => {
    using directory = new TemporaryDirectory();
    const before = new OpenSpool(directory.path, { maxBytes: 1_024 * KIB });
    for (let index = 0; index < 200; index++) leave(before, `record ${index} `, 4 * KIB);
    await before.spool.close();
    await using after = new OpenSpool(directory.path, { maxBytes: 256 * KIB });
    await after.spool.adopt();
    const kept = textsOf(await after.drain()).map((text) => Number(text.split(' ')[1]));
    expect(after.recovered).toEqual({ error: 200 });
    expect(kept.at(-1)).toBe(199);
    expect(kept.length + lossOf(after, 'cache_overflow')).toBe(200);
    expect(bytesBelow(directory.path)).toBeLessThanOrEqual((256 + 64) * KIB);
  });

  it('what somebody still holds of a segment that was given up is settled, or lost once it is released', async () => {
    using directory = new TemporaryDirectory();
    await using one = new OpenSpool(directory.path, { maxBytes: 256 * KIB });
    const [settled, released] = ['a', 'b'].map((text) => one.spool.append(record(text), false) as number);
    for (let index = 0; index < 200; index++) leave(one, `record ${index} `, 4 * KIB);
    await one.spool.flush();
    const lost = lossOf(one, 'cache_overflow');
    one.spool.settle(settled as number);
    expect(lossOf(one, 'cache_overflow')).toBe(lost);
    one.spool.release(released as number);
    expect(lossOf(one, 'cache_overflow')).toBe(lost + 1);
  });
});

describe('E26: age', () => {
  it('records that are too old are dropped and counted, newer ones given out', async () => {
    using directory = new TemporaryDirectory();
    const now = Date.now();
    leaveBehind(directory.path, {
      '00000000000000000001.seg': segmentOf([record('a'), record('b')], now - 2 * DAY),
      '00000000000000000002.seg': segmentOf([record('c')], now - DAY + 60_000),
    });
    await using one = new OpenSpool(directory.path);
    await one.spool.adopt();
    expect(textsOf(await one.drain())).toEqual(['c']);
    expect(one.recovered).toEqual({ error: 3 });
    expect(lossOf(one, 'cache_overflow')).toBe(2);
  });

  it('within one segment, too', async () => {
    using directory = new TemporaryDirectory();
    const clock = new SettableClock();
    const before = new OpenSpool(directory.path, {}, { clock });
    leave(before, 'old');
    clock.pass(20 * 3_600_000);
    leave(before, 'new');
    clock.pass(5 * 3_600_000);
    await before.spool.flush();
    expect(textsOf(await before.drain())).toEqual(['new']);
    expect(before.lost).toEqual(['cache_overflow error 1']);
    await before.spool.close();
  });
});

describe('E27: the clock is set', () => {
  it.each([
    ['back by an hour', -3_600_000],
    ['back by a year', -365 * DAY],
    ['forward by a year', 365 * DAY],
  ])('%s: nothing expires, in this run or the next', async (_name, ms) => {
    using directory = new TemporaryDirectory();
    const clock = new SettableClock();
    const first = new OpenSpool(directory.path, {}, { clock });
    leave(first, 'before');
    clock.jump(ms);
    leave(first, 'after');
    await first.spool.flush();
    const given = await first.drain();
    expect(textsOf(given)).toEqual(['before', 'after']);
    for (const { id } of given) first.spool.release(id);
    await first.spool.close();

    // The next run finds the clock as it should be.
    await using second = new OpenSpool(directory.path);
    await second.spool.adopt();
    expect(textsOf(await second.drain())).toEqual(['before', 'after']);
    expect([...first.lost, ...second.lost]).toEqual([]);
  });
});

it('E28: 100,000 records do not delay the start, hold up the loop or fill the memory', async () => {
  using directory = new TemporaryDirectory();
  for (let index = 1; index <= 100; index++) {
    const records = Array.from({ length: 1_000 }, () => record('x'.repeat(4_000)));
    leaveBehind(directory.path, { [`${String(index).padStart(20, '0')}.seg`]: segmentOf(records) });
  }
  const rss = process.memoryUsage.rss();
  const { disk, calls } = new FailingDisk();
  await using one = new OpenSpool(directory.path, { maxBytes: 1 << 30 }, { disk });
  // The own directory, and nothing that grows with what is there. How long it takes: benchmarks/spool-append.mjs.
  expect(calls.length).toBeLessThan(30);
  expect(calls.filter(({ name }) => !name.startsWith('sync.') || name === 'sync.read')).toEqual([]);

  let turns = 0;
  const ticking = setInterval(() => turns++, 1);
  await one.spool.adopt();
  expect(one.recovered).toEqual({ error: 100_000 });
  let given = 0;
  for (let next = await one.spool.next(); next !== undefined; next = await one.spool.next()) {
    given++;
    one.spool.settle(next.id);
  }
  clearInterval(ticking);
  expect(given).toBe(100_000);
  // More often than once a segment.
  expect(turns).toBeGreaterThan(100);
  // A quarter of what is there; most of it is garbage that nobody has collected yet.
  expect(process.memoryUsage.rss() - rss).toBeLessThan(100 * KIB * KIB);
}, 60_000);

it('P28: of 20,000 errors of 30 KB within one turn of the loop every one is kept, in bounded memory', async () => {
  using directory = new TemporaryDirectory();
  const one = new OpenSpool(directory.path, { maxBytes: 1 << 30, sync: 'interval' });
  const rss = process.memoryUsage.rss();
  let most = 0;
  for (let index = 0; index < 20_000; index++) {
    leave(one, `${index} `, 30_000);
    if (index % 1_000 === 0) most = Math.max(most, process.memoryUsage.rss() - rss);
  }
  expect(most).toBeLessThan(128 * KIB * KIB);
  const seen = new Set<number>();
  for (let next = await one.spool.next(); next !== undefined; next = await one.spool.next()) {
    seen.add(Number.parseInt(Buffer.from(next.record.payload).toString(), 10));
    one.spool.settle(next.id);
  }
  expect(seen.size).toBe(20_000);
  expect([...one.lost, ...one.problems]).toEqual([]);
  await one.spool.close();
  expect(filesBelow(directory.path)).toEqual([]);
}, 60_000);

it('E33: a disk that takes its time for each sync holds up nobody, and keeps everything', async () => {
  using directory = new TemporaryDirectory();
  const slow = new FailingDisk();
  slow.fault = ({ name }) =>
    /^f(data)?sync$/.test(name) ? () => new Promise((resolve) => setTimeout(resolve, 500)) : undefined;
  await using one = new OpenSpool(directory.path, { sync: 'interval' }, { disk: slow.disk });
  let longest = 0;
  for (let index = 0; index < 200; index++) {
    const start = performance.now();
    leave(one, `record ${index}`, 4 * KIB);
    longest = Math.max(longest, performance.now() - start);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(slow.calls.filter(({ name }) => name.startsWith('sync.f') && name.endsWith('sync'))).toEqual([]);
  expect(longest).toBeLessThan(400);
  await one.spool.flush();
  expect(await one.drain()).toHaveLength(200);
  expect([...one.problems, ...one.lost]).toEqual([]);
});

function lossOf(one: OpenSpool, reason: string): number {
  return one.lost.reduce((sum, line) => (line.startsWith(reason) ? sum + Number(line.split(' ')[2]) : sum), 0);
}
