import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { machineProcesses } from '../../src/spool/owner.js';
import { ROUNDS, SpoolProcess } from '../support/run-spool.js';
import { SettableClock } from '../support/settable-clock.js';
import { filesBelow, OpenSpool, record, TemporaryDirectory, textsOf, until } from '../support/spool.js';

/** The names of all records that are there, in the order they come; then they are settled. */
async function inherit(dir: string): Promise<string[]> {
  await using heir = new OpenSpool(dir);
  await heir.spool.adopt();
  const given = await heir.drain();
  for (const { id } of given) heir.spool.settle(id);
  await heir.spool.close();
  expect([...heir.lost, ...heir.problems.filter((code) => code !== 'SPOOL_DAMAGED')]).toEqual([]);
  return textsOf(given).map((text) => text.split('-', 2).join('-'));
}

function missingOf(expected: readonly string[], found: readonly string[]): string[] {
  const there = new Set(found);
  return expected.filter((name) => !there.has(name));
}

describe('E01: kill -9', () => {
  it.each(['interval', 'always', 'process'])(
    '%s: at random moments under load nothing is lost that was written, and nothing is there twice',
    async (sync) => {
      let kept = 0;
      for (let round = 0; round < Math.max(ROUNDS, 4); round++) {
        using directory = new TemporaryDirectory();
        const child = new SpoolProcess('append', directory.path, 'r', sync);
        await child.saying('kept');
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 200));
        await child.kill();
        const [acknowledged, settled] = [child.said('kept'), new Set(child.said('settled'))];
        const found = await inherit(directory.path);
        kept += acknowledged.length;
        const owed = acknowledged.filter((name) => !settled.has(name));
        expect(missingOf(owed, found)).toEqual([]);
        expect(new Set(found).size).toBe(found.length);
        // What was settled in the last moments may come again, not what was settled long before.
        const repeated = found.filter((name) => settled.has(name));
        expect(repeated.length).toBeLessThanOrEqual(200);
        expect(filesBelow(directory.path).filter((file) => !file.includes('quarantine'))).toEqual([]);
      }
      expect(kept).toBeGreaterThan(0);
    },
    30_000 + ROUNDS * 3_000,
  );

  it('P11: right after an urgent record, which is there', async () => {
    using directory = new TemporaryDirectory();
    const child = new SpoolProcess('killed', directory.path, 'r', 'process');
    await child.ended();
    expect(await inherit(directory.path)).toEqual(['r-0']);
  });
});

describe('E34: process.exit()', () => {
  it('right after an urgent record, the first one at all: it is on the disk', async () => {
    using directory = new TemporaryDirectory();
    await new SpoolProcess('fatal', directory.path).ended();
    expect(await inherit(directory.path)).toEqual(['r-0']);
  });

  it.each(['interval', 'always', 'process'])(
    '%s: with some records on their way and some not: each is there once',
    async (sync) => {
      using directory = new TemporaryDirectory();
      await new SpoolProcess('exit', directory.path, 'r', sync).ended();
      const found = await inherit(directory.path);
      expect(found.toSorted()).toEqual(Array.from({ length: 300 }, (_value, n) => `r-${n}`).toSorted());
    },
  );
});

it('E17: ten processes on one path: every record is found, whether its process closed or was killed', async () => {
  using directory = new TemporaryDirectory();
  const children = Array.from({ length: 10 }, (_value, n) => new SpoolProcess('share', directory.path, `p${n}`));
  for (const child of children) await child.saying('kept');
  await Promise.all(children.map((child, n) => (n % 2 === 0 ? child.finish() : child.kill())));
  const found = await inherit(directory.path);
  const expected = children.flatMap((_child, n) => Array.from({ length: 200 }, (_value, index) => `p${n}-${index}`));
  expect(found.toSorted()).toEqual(expected.toSorted());
}, 40_000);

it('E18: of three heirs exactly one has each record', async () => {
  using directory = new TemporaryDirectory();
  const owners = Array.from({ length: 5 }, (_value, n) => new SpoolProcess('share', directory.path, `p${n}`));
  for (const owner of owners) await owner.saying('kept');
  await Promise.all(owners.map((owner) => owner.kill()));
  const heirs = Array.from({ length: 3 }, () => new SpoolProcess('adopt', directory.path));
  await Promise.all(heirs.map((heir) => heir.ended()));
  const given = heirs.flatMap((heir) => heir.said('given').filter((text) => text !== ''));
  const expected = owners.flatMap((_owner, n) => Array.from({ length: 200 }, (_value, index) => `p${n}-${index}`));
  expect(heirs.flatMap((heir) => [...heir.said('lost'), ...heir.said('problem')])).toEqual([]);
  expect(given.toSorted()).toEqual(expected.toSorted());
  expect(await inherit(directory.path)).toEqual([]);
}, 40_000);

it('E19: a spool whose process lives is nobody else’s', async () => {
  using directory = new TemporaryDirectory();
  const owner = new SpoolProcess('share', directory.path, 'p');
  await owner.saying('kept');
  expect(await inherit(directory.path)).toEqual([]);
  await owner.kill();
  expect(await inherit(directory.path)).toHaveLength(200);
});

it('E19: an owner that was still for so long that another took its directory writes nothing more into it', async () => {
  using directory = new TemporaryDirectory();
  const clock = new SettableClock();
  await using owner = new OpenSpool(directory.path, {}, { clock });
  const held = owner.spool.append(record('held'), false) as number;
  await owner.spool.flush();
  const machine = machineProcesses();
  await using heir = new OpenSpool(directory.path, {}, { processes: { ...machine, look: () => 'gone' } });
  await heir.spool.adopt();
  const taken = filesBelow(directory.path).filter((file) => /0{19}1\.seg$/.test(file)) as [string];
  const before = readFileSync(taken[0]);

  clock.pass(60_000);
  owner.spool.append(record('later'), true);
  await until(() => owner.problems.length > 0);
  await until(() => owner.spool.append(record('again'), false) !== undefined);
  await owner.spool.flush();
  expect(readFileSync(taken[0])).toEqual(before);
  const own = filesBelow(directory.path).filter((file) => file.endsWith('.seg') && file !== taken[0]);
  const texts = own.map((file) => readFileSync(file, 'latin1')).join();
  // What it holds is written again: the heir may settle its copy, or die.
  for (const text of ['held', 'later', 'again']) expect(texts).toContain(text);
  owner.spool.settle(held);
  expect(textsOf(await heir.drain())).toEqual(['held']);
  expect(heir.lost).toEqual([]);
});

it('E20: a cluster: primary and workers each have their own, and all of it is found', async () => {
  using directory = new TemporaryDirectory();
  const primary = new SpoolProcess('cluster', directory.path, 'c');
  await until(() => primary.said('kept').length === 500, 15_000);
  await primary.kill();
  const found = await inherit(directory.path);
  expect(found.toSorted()).toEqual(primary.said('kept').toSorted());
}, 40_000);

it('E21: a thread that is ended in the middle of its work: the next process finds all that it had written', async () => {
  using directory = new TemporaryDirectory();
  const child = new SpoolProcess('threads', directory.path, 't');
  await child.saying('terminated');
  await child.kill();
  const settled = new Set(child.said('settled'));
  const owed = child.said('kept').filter((name) => !settled.has(name));
  expect(owed.some((name) => name.startsWith('t.0-'))).toBe(true);
  expect(missingOf(owed, await inherit(directory.path))).toEqual([]);
}, 40_000);
