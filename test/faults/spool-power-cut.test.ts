import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LoopImage } from '../support/loop-image.js';
import { ROUNDS, SpoolProcess } from '../support/run-spool.js';
import { filesBelow, OpenSpool, TemporaryDirectory, textsOf, until } from '../support/spool.js';

function isPossible(): boolean {
  using directory = new TemporaryDirectory();
  return LoopImage.isPossible(directory.path);
}

const possible = isPossible();
if (!possible) console.warn('E02, the power cut, is skipped: it needs root, loop devices and mkfs.ext4');

const rounds = Math.max(ROUNDS, 1);
/** Longer than promised, by what a busy machine may take for a sync; the figure itself is printed. */
const PATIENCE_MS = 400;

/** What is on the disk after the power was cut while a process was writing, and what that process had said. */
async function cutPower(what: string, sync: string) {
  using directory = new TemporaryDirectory();
  using disk = LoopImage.create(directory.path, 'disk');
  const dir = join(disk.mountPoint, 'spool');
  const child = new SpoolProcess(what, dir, 'r', sync);
  const word = what === 'pace' ? 'appended' : 'kept';
  await until(() => child.said(word).length > 300, 15_000);
  await new Promise((resolve) => setTimeout(resolve, 1_000 + Math.random() * 1_000));
  await child.freeze();
  const at = Date.now();
  using copy = disk.cut(directory.path, 'copy');
  await child.kill();
  // As much as the process that wrote: what is beyond the cap is dropped on purpose.
  await using heir = new OpenSpool(join(copy.mountPoint, 'spool'), { maxBytes: 2 ** 30 });
  await heir.spool.adopt();
  const files = filesBelow(copy.mountPoint).map((file) => `${file} ${statSync(file).size}`);
  const found = textsOf(await heir.drain());
  await heir.spool.close();
  for (const text of found) expect(text).toMatch(/^r-\d+-x*$/);
  expect(heir.lost).toEqual([]);
  expect(heir.problems.filter((code) => code !== 'SPOOL_DAMAGED')).toEqual([]);
  return {
    at,
    child,
    recovered: heir.recovered,
    problems: heir.problems,
    files,
    found: new Set(found.map((text) => text.split('-', 2).join('-'))),
  };
}

it.runIf(possible)(
  `E02, always: ${rounds} power cuts, and nothing that was written is lost`,
  async () => {
    for (let round = 0; round < rounds; round++) {
      const { child, found, recovered, problems, files } = await cutPower('append', 'always');
      const settled = new Set(child.said('settled'));
      const missing = child.said('kept').filter((name) => !settled.has(name) && !found.has(name)).length;
      expect({ missing, recovered, problems, files }).toMatchObject({ missing: 0 });
    }
  },
  30_000 * rounds,
);

it.runIf(possible)(
  `E02, interval: ${rounds} power cuts, and no more is lost than the last moments`,
  async () => {
    const lostMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const { at, child, found } = await cutPower('pace', 'interval');
      const missing = child
        .said('appended')
        .map((word) => word.split(':') as [string, string])
        .filter(([name]) => !found.has(`r-${name}`));
      lostMs.push(missing.length === 0 ? 0 : at - Number(missing[0]?.[1]));
    }
    console.log(`E02, interval: ms of records lost per power cut: ${lostMs.join(', ')}`);
    expect(Math.max(...lostMs)).toBeLessThan(PATIENCE_MS);
  },
  30_000 * rounds,
);

it.runIf(possible)(
  `E02, process: ${rounds} power cuts; what is left is right`,
  async () => {
    const shares: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const { child, found } = await cutPower('pace', 'process');
      shares.push(`${found.size} of ${child.said('appended').length}`);
    }
    console.log(`E02, process: records left after each power cut: ${shares.join(', ')}`);
  },
  30_000 * rounds,
);
