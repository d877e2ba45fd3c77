import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { destinationDirectory } from '../../src/spool/home.js';
import { maskPath } from '../../src/spool/spool-error.js';
import {
  DESTINATION,
  filesBelow,
  leaveBehind,
  OpenSpool,
  record,
  SEGMENT,
  segmentOf,
  TemporaryDirectory,
  textsOf,
  until,
} from '../support/spool.js';

const isRoot = process.geteuid?.() === 0;

/** A directory that must be refused, and what must not change. */
async function expectRefusal(dir: string): Promise<void> {
  await using one = new OpenSpool(dir);
  await until(() => one.problems.length > 0);
  expect(one.problems).toEqual(['SPOOL_UNSAFE']);
  expect(one.spool.append(record('lost?'), false)).toBeUndefined();
  expect(await one.spool.next()).toBeUndefined();
  one.spool.flushSync();
}

describe('E22: links', () => {
  it('a directory that is a link is refused, and nothing is made where it leads', async () => {
    using directory = new TemporaryDirectory();
    const [target, link] = [join(directory.path, 'target'), join(directory.path, 'link')];
    mkdirSync(target, { mode: 0o755 });
    symlinkSync(target, link);
    await expectRefusal(link);
    expect(filesBelow(target)).toEqual([]);
    expect(statSync(target).mode & 0o777).toBe(0o755);
  });

  it('a directory whose parent is a link is refused', async () => {
    using directory = new TemporaryDirectory();
    mkdirSync(join(directory.path, 'target'));
    symlinkSync(join(directory.path, 'target'), join(directory.path, 'link'));
    await expectRefusal(join(directory.path, 'link', 'spool'));
    expect(filesBelow(join(directory.path, 'target'))).toEqual([]);
  });

  it('the directory of a destination that is a link is refused', async () => {
    using directory = new TemporaryDirectory();
    const [dir, target] = [join(directory.path, 'spool'), join(directory.path, 'target')];
    mkdirSync(dir, { mode: 0o700 });
    mkdirSync(target);
    symlinkSync(target, destinationDirectory(dir, DESTINATION));
    await expectRefusal(dir);
    expect(filesBelow(target)).toEqual([]);
  });

  it.each([
    ['a symbolic link', symlinkSync],
    ['a hard link', linkSync],
  ] as const)('a segment that is %s is neither read nor removed', async (_name, link) => {
    using directory = new TemporaryDirectory();
    const dir = join(directory.path, 'spool');
    const target = join(directory.path, 'target');
    writeFileSync(target, segmentOf([record('not yours')]));
    const before = readFileSync(target);
    mkdirSync(dir, { mode: 0o700 });
    const path = leaveBehind(dir, { '00000000000000000002.seg': segmentOf([record('yours')]) });
    link(target, join(path, SEGMENT));
    await using one = new OpenSpool(dir);
    await one.spool.adopt();
    const given = await one.drain();
    expect(textsOf(given)).toEqual(['yours']);
    for (const { id } of given) one.spool.settle(id);
    await one.spool.close();
    expect(one.problems).toEqual(['SPOOL_UNSAFE']);
    expect(readFileSync(target)).toEqual(before);
    expect(filesBelow(dir).map((file) => file.split('/').at(-1))).toContain(SEGMENT);
  });
});

describe('E23: who may read and write', () => {
  it.each([0o000, 0o022, 0o277])('umask %o changes nothing: directories 0700, files 0600', async (mask) => {
    using directory = new TemporaryDirectory();
    const dir = join(directory.path, 'spool');
    const before = process.umask(mask);
    try {
      await using one = new OpenSpool(dir, { sync: 'always' });
      const ids = ['a', 'b'].map((text) => one.spool.append(record(text), true) as number);
      await one.spool.flush();
      one.spool.settle(ids[0] as number);
      await one.spool.flush();
      const files = filesBelow(dir);
      expect(files.map((file) => file.split('/').at(-1))).toEqual(['00000000000000000001.ack', SEGMENT, 'owner']);
      expect(files.map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
      const homes = [dir, destinationDirectory(dir, DESTINATION), join(files[0] as string, '..')];
      expect(homes.map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700, 0o700]);
    } finally {
      process.umask(before);
    }
  });

  it('a directory that others may read is closed to them', async () => {
    using directory = new TemporaryDirectory();
    chmodSync(directory.path, 0o755);
    await using one = new OpenSpool(directory.path);
    expect(one.spool.append(record('a'), false)).toBeDefined();
    expect(statSync(directory.path).mode & 0o777).toBe(0o700);
  });

  it.each([0o777, 0o770, 0o1777, 0o702])('a directory of mode %o is refused', async (mode) => {
    using directory = new TemporaryDirectory();
    const dir = join(directory.path, 'spool');
    mkdirSync(dir);
    chmodSync(dir, mode);
    await expectRefusal(dir);
    expect(statSync(dir).mode & 0o7777).toBe(mode);
    expect(filesBelow(dir)).toEqual([]);
  });

  it.runIf(isRoot)('a directory of another user is refused', async () => {
    using directory = new TemporaryDirectory();
    chownSync(directory.path, 12_345, 12_345);
    await expectRefusal(directory.path);
    chownSync(directory.path, 0, 0);
  });

  it.runIf(isRoot)('what another user left is not adopted', async () => {
    using directory = new TemporaryDirectory();
    const path = leaveBehind(directory.path, { [SEGMENT]: segmentOf([record('theirs')]) });
    chownSync(path, 12_345, 12_345);
    await using one = new OpenSpool(directory.path);
    await one.spool.adopt();
    expect(await one.spool.next()).toBeUndefined();
    expect(filesBelow(path)).toHaveLength(2);
  });
});

it('E24: no data becomes part of a name', async () => {
  using directory = new TemporaryDirectory();
  const dir = join(directory.path, 'spool');
  const evil = ['../../x', '\0', '/etc/passwd', 'x'.repeat(5_000), 'http://key@host/../../1'];
  const processes = {
    self: { pid: 1, started: '1', boot: 'b', pidNamespace: 'n', host: '../../evil\0host/..' },
    look: () => ({ started: '1' }),
  };
  for (const text of evil) {
    const world = { processes };
    await using one = new OpenSpool(dir, { destination: text }, world);
    one.spool.append(record(text, { category: 'error', level: 'error' }), false);
    await one.spool.flush();
    expect(one.problems).toEqual([]);
  }
  const names = filesBelow(directory.path).map((file) => file.slice(dir.length + 1));
  expect(names).toHaveLength(2 * evil.length);
  for (const name of names) {
    expect(name).toMatch(/^[0-9a-f]{32}\/[A-Za-z0-9.-]+-1-[0-9a-f]{12}\/(0{19}1\.seg|left)$/);
  }
  expect(lstatSync(dir).isDirectory()).toBe(true);
});

it('D20: what it says of a path names no user', () => {
  const { username } = userInfo();
  for (const path of [
    join(homedir(), 'spool'),
    '/home/alice/spool',
    '/Users/bob/x',
    'C:\\Users\\carol\\x',
    `/var/${username}/x`,
  ]) {
    expect(maskPath(path)).not.toMatch(new RegExp(`alice|bob|carol|${username}(?!\\w)`));
  }
  expect(maskPath('/var/lib/app/spool')).toBe('/var/lib/app/spool');
});
