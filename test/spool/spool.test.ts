import { readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type SpoolClock, SYSTEM_CLOCK } from '../../src/spool/clock.js';
import { NODE_DISK } from '../../src/spool/disk.js';
import { FailingDisk } from '../support/failing-disk.js';
import { leaveBehind, OpenSpool, record, segmentOf, TemporaryDirectory, textsOf, until } from '../support/spool.js';

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).map((file) => file.replace(/^[^/]*\/?/, ''));
}

describe.each(['interval', 'always', 'process'] as const)('with sync: %s', (sync) => {
  it('gives out again what was released, the oldest first', async () => {
    using directory = new TemporaryDirectory();
    await using one = new OpenSpool(directory.path, { sync });
    const ids = ['a', 'b', 'c'].map((text) => one.spool.append(record(text), false) as number);
    for (const id of ids) one.spool.release(id);
    await one.spool.flush();
    expect(textsOf(await one.drain())).toEqual(['a', 'b', 'c']);
    expect(one.problems).toEqual([]);
  });

  it('leaves what is not settled to the next run', async () => {
    using directory = new TemporaryDirectory();
    const first = new OpenSpool(directory.path, { sync });
    const ids = ['a', 'b', 'c', 'd'].map((text) => first.spool.append(record(text), text === 'd') as number);
    await first.spool.flush();
    first.spool.settle(ids[1] as number);
    first.spool.release(ids[2] as number);
    await first.spool.close();

    await using second = new OpenSpool(directory.path, { sync });
    await until(() => second.available > 0);
    const given = await second.drain();
    expect(textsOf(given)).toEqual(['a', 'c', 'd']);
    expect(second.recovered).toEqual({ error: 3 });
    expect(given.every(({ recovered }) => recovered)).toBe(true);
    for (const { id } of given) second.spool.settle(id);
    await second.spool.close();
    expect(filesIn(directory.path)).toEqual(['']);
    expect([...first.problems, ...second.problems]).toEqual([]);
  });
});

it('flush waits for what came before it, however much comes meanwhile', async () => {
  using directory = new TemporaryDirectory();
  let syncs = 0;
  const fdatasync: typeof NODE_DISK.fdatasync = async (descriptor) => {
    if (syncs++ < 1_000) one.spool.append(record('meanwhile'), false);
    await NODE_DISK.fdatasync(descriptor);
  };
  await using one = new OpenSpool(directory.path, { sync: 'interval' }, { disk: { ...NODE_DISK, fdatasync } });
  one.spool.append(record('before'), false);
  await one.spool.flush();
  expect(syncs).toBeLessThan(10);
  syncs = 1_000;
});

describe('F05, F13: close', () => {
  it('right after the start leaves no timer behind', async () => {
    using directory = new TemporaryDirectory();
    const waits: number[] = [];
    const after: SpoolClock['after'] = (ms, callback) => {
      waits.push(ms);
      return SYSTEM_CLOCK.after(ms, callback);
    };
    const one = new OpenSpool(directory.path, {}, { clock: { ...SYSTEM_CLOCK, after } });
    // The first look at the directory has begun.
    await setImmediate();
    await one.spool.close();
    expect(waits).toEqual([]);
  });

  it('does not wait until all is read that others left: the next one finds it', async () => {
    using directory = new TemporaryDirectory();
    const names = Array.from({ length: 100 }, (_value, index) => `${String(index + 1).padStart(20, '0')}.seg`);
    leaveBehind(directory.path, Object.fromEntries(names.map((name) => [name, segmentOf([record(name)])])));
    const { disk, calls } = new FailingDisk();
    const first = new OpenSpool(directory.path, {}, { disk });
    await until(() => first.recovered['error'] !== undefined);
    await first.spool.close();
    expect(calls.filter(({ name, args }) => name === 'open' && String(args[0]).endsWith('.seg')).length).toBeLessThan(
      50,
    );

    await using second = new OpenSpool(directory.path);
    await second.spool.adopt();
    expect(second.recovered).toEqual({ error: 100 });
    expect([...first.lost, ...first.problems, ...second.lost, ...second.problems]).toEqual([]);
  });
});
