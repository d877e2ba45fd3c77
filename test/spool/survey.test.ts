import { mkdirSync, readdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SYSTEM_CLOCK } from '../../src/spool/clock.js';
import { encodeHeader, encodeRecord } from '../../src/spool/frame.js';
import { destinationDirectory } from '../../src/spool/home.js';
import { machineProcesses, type Owner } from '../../src/spool/owner.js';
import { purge } from '../../src/spool/purge.js';
import { recordsOf, type SurveyedDestination, survey, takeStock } from '../../src/spool/survey.js';
import { OpenSpool, record, TemporaryDirectory, textsOf, until } from '../support/spool.js';

const DESTINATION = 'http://key@host/1';
const MINUTE_MS = 60_000;
const HOME = 'elsewhere-7-0123456789ab';

/** A directory as an owner makes it, with these records in one file. */
function makeHome(dir: string, name: string, owner: Owner | undefined, texts: readonly string[], times: number[] = []) {
  const path = join(destinationDirectory(dir, DESTINATION), name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  writeFileSync(join(path, 'owner'), owner === undefined ? '' : JSON.stringify(owner));
  const frames = texts.map((text, index) => encodeRecord(index + 1, times[index] ?? Date.now(), record(text)));
  const bytes = [encodeHeader(Date.now(), 'test'), ...frames.flatMap(({ head, payload }) => [head, payload])];
  writeFileSync(join(path, `${'1'.padStart(20, '0')}.seg`), Buffer.concat(bytes));
  return path;
}

/** The only destination there is. */
async function surveyOne(dir: string): Promise<SurveyedDestination> {
  const [destination, ...others] = await survey(dir);
  expect(others).toEqual([]);
  return destination as SurveyedDestination;
}

async function textsIn({ homes }: SurveyedDestination): Promise<string[]> {
  const texts: string[] = [];
  for (const home of homes) for await (const { payload } of recordsOf(home)) texts.push(String(Buffer.from(payload)));
  return texts;
}

describe('the state of a directory', () => {
  const { self } = machineProcesses();
  const elsewhere = { ...self, boot: 'another', host: 'elsewhere' };

  it.each<[string, Owner | undefined, number, string]>([
    ['this process', self, 10 * MINUTE_MS, 'live'],
    ['a process that is gone', { ...self, pid: 2 ** 22 + 1 }, 0, 'orphaned'],
    ['another process with the number of the old one', { ...self, started: '1' }, 0, 'orphaned'],
    ['another machine that gives signs of life', elsewhere, 5_000, 'live'],
    ['another machine that is silent', elsewhere, 10 * MINUTE_MS, 'unknown'],
    ['another machine whose clock is ahead', elsewhere, -10 * MINUTE_MS, 'live'],
    ['nobody knows whom, silent', undefined, 10 * MINUTE_MS, 'unknown'],
  ])('of %s', async (_whose, owner, silentMs, state) => {
    using directory = new TemporaryDirectory();
    const path = makeHome(directory.path, HOME, owner, ['a']);
    const lastBeat = (Date.now() - silentMs) / 1_000;
    utimesSync(join(path, 'owner'), lastBeat, lastBeat);
    const { homes } = await surveyOne(directory.path);
    expect(homes).toEqual([expect.objectContaining({ host: 'elsewhere', pid: 7, state, path })]);
  });

  it('whose owner has left', async () => {
    using directory = new TemporaryDirectory();
    const path = makeHome(directory.path, HOME, self, ['a']);
    renameSync(join(path, 'owner'), join(path, 'left'));
    expect((await surveyOne(directory.path)).homes).toEqual([expect.objectContaining({ state: 'left' })]);
  });
});

describe('what is found', () => {
  it('counts what is not settled, of those who were adopted, too', async () => {
    using directory = new TemporaryDirectory();
    const first = new OpenSpool(directory.path);
    const ids = ['a', 'b', 'c'].map((text) => first.spool.append(record(text, { quantity: 2 }), false) as number);
    await first.spool.flush();
    first.spool.settle(ids[1] as number);
    await first.spool.close();
    await using second = new OpenSpool(directory.path);
    await until(() => second.available > 0);
    const found = await surveyOne(directory.path);
    expect(found.homes).toHaveLength(1);
    const [home] = found.homes;
    if (home === undefined) throw new Error('nobody');
    expect(home.state).toBe('live');
    expect(await takeStock(home)).toMatchObject({ records: 2, quantities: new Map([['error', 4]]) });
    expect(await textsIn(found)).toEqual(['a', 'c']);
  });

  it('is nothing that a link leads to, and nothing of another name', async () => {
    using directory = new TemporaryDirectory();
    using other = new TemporaryDirectory();
    const path = makeHome(other.path, HOME, undefined, ['a']);
    const parent = destinationDirectory(directory.path, DESTINATION);
    mkdirSync(join(directory.path, 'notes'));
    mkdirSync(join(parent, 'no-home'), { recursive: true });
    symlinkSync(path, join(parent, HOME));
    symlinkSync(destinationDirectory(other.path, DESTINATION), join(directory.path, 'f'.repeat(32)));
    expect((await surveyOne(directory.path)).homes).toEqual([]);
  });

  it('may go while it is looked at', async () => {
    using directory = new TemporaryDirectory();
    makeHome(directory.path, HOME, undefined, ['a']);
    const found = await surveyOne(directory.path);
    renameSync(destinationDirectory(directory.path, DESTINATION), join(directory.path, 'gone'));
    const [home] = found.homes;
    if (home === undefined) throw new Error('nobody');
    expect(await takeStock(home)).toMatchObject({ records: 0, bytes: 0 });
    expect(await textsIn(found)).toEqual([]);
  });
});

describe('a purge', () => {
  const dead: Owner = { ...machineProcesses().self, pid: 2 ** 22 + 1 };

  it('settles what is older in a file that holds younger records', async () => {
    using directory = new TemporaryDirectory();
    const now = Date.now();
    makeHome(directory.path, HOME, dead, ['old', 'young', 'older'], [now - 9_000, now, now - 10_000]);
    expect(await purge(await surveyOne(directory.path), now - 5_000)).toBe(2);
    expect(await textsIn(await surveyOne(directory.path))).toEqual(['young']);
    await using heir = new OpenSpool(directory.path);
    await until(() => heir.available > 0);
    expect(textsOf(await heir.drain())).toEqual(['young']);
    expect(heir.problems).toEqual([]);
  });

  it('leaves no directory behind', async () => {
    using directory = new TemporaryDirectory();
    makeHome(directory.path, HOME, dead, ['a', 'b']);
    const outer = makeHome(directory.path, 'heir-8-0123456789ab', dead, ['c']);
    renameSync(join(outer, '..', HOME), join(outer, HOME));
    expect(await purge(await surveyOne(directory.path), Number.POSITIVE_INFINITY)).toBe(3);
    expect(readdirSync(destinationDirectory(directory.path, DESTINATION))).toEqual([]);
  });

  it('leaves alone what a later version wrote, and who may live', async () => {
    using directory = new TemporaryDirectory();
    const path = makeHome(directory.path, HOME, dead, []);
    const newer = Buffer.from(
      encodeHeader(Date.now(), 'test').toString('latin1').replace('"version":1', '"version":2'),
      'latin1',
    );
    // The checksum of the changed header.
    newer.writeUInt32LE(crc32(newer.subarray(8)), 4);
    writeFileSync(join(path, `${'1'.padStart(20, '0')}.seg`), newer);
    const unknown = makeHome(directory.path, 'unknown-9-0123456789ab', undefined, ['kept']);
    utimesSync(join(unknown, 'owner'), 1, 1);
    expect(await purge(await surveyOne(directory.path), Number.POSITIVE_INFINITY)).toBe(0);
    const after = await surveyOne(directory.path);
    expect(after.homes.map(({ state, segments }) => [state, segments.length]).sort()).toEqual([
      ['left', 1],
      ['unknown', 1],
    ]);
    expect(await textsIn(after)).toEqual(['kept']);
  });

  it('removes nothing where another one was faster', async () => {
    using directory = new TemporaryDirectory();
    makeHome(directory.path, HOME, dead, ['a']);
    const found = await surveyOne(directory.path);
    await using heir = new OpenSpool(directory.path);
    await until(() => heir.available > 0);
    expect(await purge(found, Number.POSITIVE_INFINITY)).toBe(0);
    expect(textsOf(await heir.drain())).toEqual(['a']);
  });
});

it('looking takes the clock and the processes that it is given', async () => {
  using directory = new TemporaryDirectory();
  const path = makeHome(directory.path, HOME, { ...machineProcesses().self, boot: 'another' }, ['a']);
  utimesSync(join(path, 'owner'), 1_000, 1_000);
  const clock = { ...SYSTEM_CLOCK, now: () => 1_000_000 + 30_000 };
  expect((await survey(directory.path, { clock }))[0]?.homes[0]?.state).toBe('live');
});
