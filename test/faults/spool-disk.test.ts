import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NODE_DISK } from '../../src/spool/disk.js';
import { machineProcesses } from '../../src/spool/owner.js';
import { type Call, FailingDisk, failure } from '../support/failing-disk.js';
import { SettableClock } from '../support/settable-clock.js';
import { filesBelow, OpenSpool, record, TemporaryDirectory, textsOf, until } from '../support/spool.js';

/** The waits between two attempts pass in a hundredth of their time. */
const HURRIED = new SettableClock();

const machine = machineProcesses();

const MODES = ['interval', 'always', 'process'] as const;

/** What this process and the next one know of the records with these texts. */
interface Outcome {
  readonly settled: Set<string>;
  readonly missing: string[];
}

/** The life of a spool: appends, settles, releases and reads, closes; then another one finds what is left. */
async function live(dir: string, failing: FailingDisk, sync: (typeof MODES)[number]): Promise<Outcome> {
  const world = { disk: failing.disk, clock: HURRIED };
  const [settled, refused, kept] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const first = new OpenSpool(dir, { sync }, world);
  const ids = new Map<string, number>();
  const append = (text: string, urgent = false): void => {
    const id = first.spool.append(record(text), urgent);
    if (id === undefined) refused.add(text);
    else ids.set(text, id);
  };
  const settle = (text: string): void => {
    const id = ids.get(text);
    if (id === undefined) return;
    first.spool.settle(id);
    settled.add(text);
  };
  const release = (text: string): void => {
    const id = ids.get(text);
    if (id !== undefined) first.spool.release(id);
  };
  for (const text of ['a', 'b', 'c']) append(text, text === 'b');
  await first.spool.flush();
  settle('a');
  release('b');
  append('d');
  await first.spool.flush();
  const next = await first.spool.next();
  if (next !== undefined) {
    const text = Buffer.from(next.record.payload).toString();
    ids.set(text, next.id);
    settle(text);
  }
  append('e');
  release('e');
  release('c');
  await first.spool.flush();
  // Whatever failed: after a while it is as before.
  await until(() => {
    const id = first.spool.append(record('probe'), false);
    if (id !== undefined) first.spool.settle(id);
    return id !== undefined;
  });
  await first.spool.flush();
  await first.spool.close();
  for (const text of ids.keys()) if (!settled.has(text)) kept.add(text);

  failing.fault = () => undefined;
  // As in the next process: this one is gone.
  await using second = new OpenSpool(dir, { sync }, { ...world, processes: { ...machine, look: () => 'gone' } });
  await second.spool.adopt();
  const found = new Set(textsOf(await second.drain()));
  const lost = first.lost.reduce((sum, line) => sum + Number(line.split(' ')[2]), 0);
  const missing = [...kept].filter((text) => !found.has(text));
  expect({ missing, lost: first.lost, enough: missing.length <= lost }).toMatchObject({ enough: true });
  expect(second.problems.filter((code) => code !== 'SPOOL_DAMAGED')).toEqual([]);
  return { settled, missing };
}

describe.each(MODES)('E03, sync: %s', (sync) => {
  it('each call to the disk may fail once: no throw, the balance holds, and it goes on as before', async () => {
    using whole = new TemporaryDirectory();
    const healthy = new FailingDisk();
    expect((await live(whole.path, healthy, sync)).missing).toEqual([]);
    const calls = healthy.calls.length;
    expect(calls).toBeGreaterThan(40);
    for (let index = 0; index < calls; index++) {
      using directory = new TemporaryDirectory();
      const failing = new FailingDisk();
      failing.fault = (_call, at) => (at === index ? failure('EIO') : undefined);
      await live(join(directory.path, 'spool'), failing, sync).catch((error: Error) => {
        throw new Error(`call ${index}, ${failing.calls[index]?.name} ${failing.calls[index]?.args}`, { cause: error });
      });
    }
  }, 60_000);
});

/** A spool whose records nobody holds, and whose disk can be made to fail. */
function open(dir: string, failing: FailingDisk, sync: (typeof MODES)[number] = 'interval'): OpenSpool {
  return new OpenSpool(dir, { sync }, { disk: failing.disk, clock: HURRIED });
}

function leave(one: OpenSpool, text: string): boolean {
  const id = one.spool.append(record(text), false);
  if (id !== undefined) one.spool.release(id);
  return id !== undefined;
}

/** Waits until a record with this text is taken. */
async function resumed(one: OpenSpool, text: string): Promise<void> {
  await until(() => leave(one, text));
}

/** What is there, once all of these are: a write that failed may be made again only after a while. */
async function textsLeft(one: OpenSpool, expected: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  await until(async () => {
    await one.spool.flush();
    texts.push(...textsOf(await one.drain()).map((text) => text.trim()));
    return expected.every((text) => texts.includes(text));
  });
  return texts;
}

async function expectLeft(one: OpenSpool, expected: readonly string[]): Promise<void> {
  expect((await textsLeft(one, expected)).toSorted()).toEqual(expected.toSorted());
}

const isWrite = ({ name }: Call): boolean => name === 'writev';
const opensSegment = ({ name, args }: Call): boolean =>
  name === 'open' && String(args[0]).endsWith('.seg') && args[2] !== undefined;

describe('E04: the disk is full', () => {
  it('as it says at a write: memory mode, one warning, and on when there is room', async () => {
    using directory = new TemporaryDirectory();
    const failing = new FailingDisk();
    await using one = open(directory.path, failing);
    leave(one, 'before');
    await one.spool.flush();
    failing.fault = (call) => (isWrite(call) ? failure('ENOSPC') : undefined);
    leave(one, 'during');
    await until(() => one.problems.length > 0);
    expect(leave(one, 'refused')).toBe(false);
    await until(() => failing.calls.filter(isWrite).length > 5);
    expect(one.problems).toEqual(['SPOOL_NO_SPACE']);
    failing.fault = () => undefined;
    await resumed(one, 'after');
    await expectLeft(one, ['before', 'during', 'after']);
    expect(one.lost).toEqual([]);
  });

  it('what is released while the disk refuses, and is nowhere else, is lost and counted', async () => {
    using directory = new TemporaryDirectory();
    const failing = new FailingDisk();
    await using one = open(directory.path, failing);
    failing.fault = (call) => (isWrite(call) ? failure('ENOSPC') : undefined);
    const [held, released, settled] = ['held', 'released', 'settled'].map((text) =>
      one.spool.append(record(text), false),
    );
    await until(() => one.problems.length > 0);
    one.spool.release(released as number);
    one.spool.settle(settled as number);
    expect(one.lost).toEqual(['queue_overflow error 1']);
    failing.fault = () => undefined;
    await resumed(one, 'after');
    one.spool.release(held as number);
    await expectLeft(one, ['after', 'held']);
  });

  it('P6: nearly so: nothing is written, and it goes on by itself', async () => {
    using directory = new TemporaryDirectory();
    const failing = new FailingDisk();
    failing.fault = ({ name }) =>
      name === 'statfs' ? () => ({ bsize: 4_096, blocks: 1 << 28, bavail: 1 << 10 }) : undefined;
    await using one = open(directory.path, failing);
    await until(() => one.problems.length > 0);
    expect(one.problems).toEqual(['SPOOL_NO_SPACE']);
    expect(leave(one, 'refused')).toBe(false);
    failing.fault = () => undefined;
    await resumed(one, 'after');
    await expectLeft(one, ['after']);
  });

  const canMount = process.platform === 'linux' && process.geteuid?.() === 0;
  if (!canMount) console.warn('E04 on a real file system is skipped: mounting a tmpfs needs root on Linux');
  it.runIf(canMount)('a tmpfs of 8 MB that is full, and has room again', async () => {
    using directory = new TemporaryDirectory();
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', directory.path]).status).toBe(0);
    try {
      const dir = join(directory.path, 'spool');
      await using one = new OpenSpool(dir, {}, { clock: HURRIED });
      leave(one, 'before');
      await one.spool.flush();
      const filler = join(directory.path, 'filler');
      spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k']);
      leave(one, 'during'.padEnd(200_000));
      await until(() => one.problems.length > 0);
      expect(one.problems).toEqual(['SPOOL_NO_SPACE']);
      rmSync(filler);
      await resumed(one, 'after');
      await expectLeft(one, ['before', 'during', 'after']);
      await one.spool.close();
    } finally {
      spawnSync('umount', [directory.path]);
    }
  });
});

describe('E05: a disk that does half of the work', () => {
  it('takes half of the bytes at each write: all of them get there', async () => {
    using directory = new TemporaryDirectory();
    const failing = new FailingDisk();
    const { writev } = NODE_DISK;
    failing.fault = ({ name, args }) =>
      name !== 'writev' ? undefined : () => writev(args[0] as number, halfOf(args[1] as Uint8Array[]));
    await using one = open(directory.path, failing);
    const texts = Array.from({ length: 100 }, (_value, index) => `record ${index} `.padEnd(3_000, '.'));
    for (const text of texts) leave(one, text);
    await expectLeft(one, texts);
    expect(one.problems).toEqual([]);
  });

  it.each(['EAGAIN', 'EINTR', 'EBUSY'])('says %s a few times: the write is made again', async (code) => {
    using directory = new TemporaryDirectory();
    const failing = new FailingDisk();
    await using one = open(directory.path, failing);
    let times = 0;
    failing.fault = (call) => (isWrite(call) && ++times % 4 !== 0 ? failure(code) : undefined);
    for (const text of ['a', 'b', 'c']) leave(one, text);
    await expectLeft(one, ['a', 'b', 'c']);
    expect(one.problems).toEqual([]);
  });
});

/** At least one byte of them. */
function halfOf(buffers: readonly Uint8Array[]): Uint8Array[] {
  const all = Buffer.concat(buffers);
  return [all.subarray(0, Math.ceil(all.length / 2))];
}

describe('E06: a sync fails once', () => {
  it.each(['interval', 'always'] as const)('%s: the segment is closed, its records are written again', async (sync) => {
    using directory = new TemporaryDirectory();
    const failing = new FailingDisk();
    await using one = open(directory.path, failing, sync);
    leave(one, 'safe');
    await one.spool.flush();
    let at = -1;
    failing.fault = ({ name }, index) => {
      if (name !== 'fdatasync' || at !== -1) return undefined;
      at = index;
      return failure('EIO');
    };
    const held = one.spool.append(record('held'), false) as number;
    leave(one, 'released');
    await one.spool.flush();
    expect(at).not.toBe(-1);
    const segments = filesBelow(directory.path).filter((file) => file.endsWith('.seg'));
    expect(segments).toHaveLength(2);
    expect(readFileSync(segments[0] as string, 'latin1')).not.toContain('held');
    expect(readFileSync(segments[1] as string, 'latin1')).toContain('held');
    // Nobody asks again about what failed: the answer would be that all is well.
    const of = failing.calls.slice(at + 1).filter(({ args }) => args[0] === failing.calls[at]?.args[0]);
    expect(of.slice(0, 2).map(({ name }) => name)).toEqual(['ftruncate', 'close']);
    one.spool.release(held);
    await expectLeft(one, ['held', 'released', 'safe']);
    expect([...one.problems, ...one.lost]).toEqual([]);
  });
});

it.each(['EMFILE', 'ENFILE'])('E07: %s when a new segment is due: memory mode, and on', async (code) => {
  using directory = new TemporaryDirectory();
  const failing = new FailingDisk();
  await using one = open(directory.path, failing);
  failing.fault = (call) => (opensSegment(call) ? failure(code) : undefined);
  leave(one, 'a');
  await until(() => one.problems.length > 0);
  expect(one.problems).toEqual(['SPOOL_UNWRITABLE']);
  expect(one.messages[0]).toContain(code);
  expect(leave(one, 'refused')).toBe(false);
  failing.fault = () => undefined;
  await resumed(one, 'b');
  await expectLeft(one, ['a', 'b']);
});

describe('E08: a file system that is read-only', () => {
  it('at the start: said once, memory mode, used as soon as it can be', async () => {
    using directory = new TemporaryDirectory();
    const failing = new FailingDisk();
    failing.fault = ({ name }) => (name === 'sync.mkdir' ? failure('EROFS') : undefined);
    await using one = open(join(directory.path, 'spool'), failing);
    expect(leave(one, 'refused')).toBe(false);
    await until(() => one.problems.length > 0);
    expect(one.problems).toEqual(['SPOOL_UNWRITABLE']);
    failing.fault = () => undefined;
    await resumed(one, 'after');
    await expectLeft(one, ['after']);
  });

  it('from some moment on: likewise', async () => {
    using directory = new TemporaryDirectory();
    const failing = new FailingDisk();
    await using one = open(directory.path, failing);
    leave(one, 'before');
    await one.spool.flush();
    failing.fault = ({ name }) => (/write|unlink|open|utimes|rename|mkdir/.test(name) ? failure('EROFS') : undefined);
    await until(() => !leave(one, 'during'));
    expect(one.problems).toEqual(['SPOOL_UNWRITABLE']);
    failing.fault = () => undefined;
    await resumed(one, 'after');
    const texts = await textsLeft(one, ['before', 'after']);
    expect(texts).toEqual(['before', ...texts.slice(1, -1).map(() => 'during'), 'after']);
  });
});

describe('E09: the directory', () => {
  it('may not be entered: EACCES, said once', async () => {
    using directory = new TemporaryDirectory();
    const failing = new FailingDisk();
    failing.fault = ({ name }) => (name === 'sync.open' ? failure('EACCES') : undefined);
    await using one = open(directory.path, failing);
    await until(() => one.problems.length > 0);
    expect(one.problems).toEqual(['SPOOL_UNWRITABLE']);
    expect(leave(one, 'refused')).toBe(false);
  });

  it.each(['removed', 'removed with its parents', 'replaced by a file'])(
    '%s while running: made anew, and what is held is written again',
    async (how) => {
      using directory = new TemporaryDirectory();
      const dir = join(directory.path, 'spool');
      const failing = new FailingDisk();
      await using one = open(dir, failing);
      const held = one.spool.append(record('held'), false) as number;
      await one.spool.flush();
      const home = join(filesBelow(dir)[0] as string, '..');
      rmSync(how === 'removed' ? home : dir, { recursive: true });
      if (how === 'replaced by a file') writeFileSync(dir, 'a file');
      // Until the next heartbeat, records go to a file that has no name any more.
      await until(() => (how === 'replaced by a file' ? one.problems.length > 0 : filesBelow(dir).length >= 2));
      if (how === 'replaced by a file') rmSync(dir);
      await resumed(one, 'after');
      await one.spool.flush();
      one.spool.release(held);
      expect((await textsLeft(one, ['held', 'after'])).filter((text) => text === 'held')).toEqual(['held']);
      expect(one.lost.filter((line) => !line.startsWith('internal_sdk_error'))).toEqual([]);
    },
  );
});
