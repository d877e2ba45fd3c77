import { expect, it } from 'vitest';
import { HOSTS, install, layout, pinned, tarball } from './layouts.js';
import { succeed } from './run.js';

interface Footprint {
  readonly packages: number;
  /** On disk, in whole blocks. */
  readonly megabytes: number;
}

async function footprint(folder: string): Promise<Footprint> {
  const packages = (await succeed(folder, 'npm', ['ls', '--all', '--parseable'])).trim().split('\n').length - 1;
  const [kilobytes] = (await succeed(folder, 'du', ['-sk', 'node_modules'])).split('\t');
  return { packages, megabytes: Number(kilobytes) / 1_024 };
}

it.each(HOSTS)('P29 beside %s, jackdaw adds at most 6 packages and 5 MB', async (host) => {
  const folder = await layout(`beside ${host}`, (empty) => install(empty, pinned(host)));
  const before = await footprint(folder);
  await install(folder, tarball());
  const after = await footprint(folder);
  const added = { packages: after.packages - before.packages, megabytes: after.megabytes - before.megabytes };
  expect(added.packages).toBeGreaterThan(0);
  expect(added.packages).toBeLessThanOrEqual(6);
  expect(added.megabytes).toBeLessThanOrEqual(5);
});
