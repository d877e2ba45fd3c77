import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../../src/cli/run.js';
import { encodeEnvelope } from '../../src/protocol/envelope.js';
import { SYSTEM_CLOCK } from '../../src/spool/clock.js';
import { destinationDirectory } from '../../src/spool/home.js';
import type { HomeState } from '../../src/spool/survey.js';
import {
  answer,
  never,
  reset,
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from '../support/scripted-server.js';
import { OpenSpool, record, TemporaryDirectory, until } from '../support/spool.js';
import { recordsBy, startOwner } from './spool-owner.js';
import { jackdaw, type Result, screenOf } from './terminal.js';

/** A server that is not there. */
const DOWN: Script = { otherwise: reset() };
const HOUR_MS = 3_600_000;

let dir: string;
let server: ScriptedServer;
let dsn: string;

beforeEach(async () => {
  const directory = new TemporaryDirectory();
  dir = join(directory.path, 'spool');
  server = await startScriptedServer(DOWN);
  ({ dsn } = server);
  return async () => {
    await server.close();
    directory[Symbol.dispose]();
  };
});

function spool(...args: string[]): Promise<Result> {
  return jackdaw(['spool', ...args, '--dir', dir]);
}

/** What `ls --json` says of each process. */
async function owners(): Promise<readonly { pid: number; state: HomeState; records: number }[]> {
  const { out } = await spool('ls', '--json');
  const found: readonly { owners: readonly { pid: number; state: HomeState; records: number }[] }[] = JSON.parse(out);
  return found.flatMap((destination) => destination.owners);
}

/** Every file and directory, and what would betray that it was written to. */
function disk(): readonly string[] {
  const entries = readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort();
  return entries.map((entry) => {
    const { size, mtimeMs } = statSync(join(dir, entry));
    // The time of the file of the owner is its heartbeat.
    return entry.endsWith('owner') ? `${entry} ${size}` : `${entry} ${size} ${mtimeMs}`;
  });
}

/** Leaves events behind, appended so long ago. */
async function leave(titles: readonly string[], agoMs: number = 0, destination: string = dsn): Promise<void> {
  const clock = { ...SYSTEM_CLOCK, now: () => Date.now() - agoMs };
  await using one = new OpenSpool(dir, { destination }, { clock });
  for (const title of titles) one.spool.append(record('', { payload: envelopeWith(title) }), false);
  await one.spool.flush();
}

function envelopeWith(message: string): Buffer {
  const event_id = crypto.randomUUID().replaceAll('-', '');
  const items = [
    { header: { type: 'event' }, payload: JSON.stringify({ event_id, logentry: { formatted: message } }) },
  ];
  return encodeEnvelope({ header: { event_id }, items, category: 'error', quantity: 1, level: 'error' }, Date.now());
}

/** The titles that `show` prints. */
async function titles(): Promise<readonly string[]> {
  const { out } = await spool('show', '--json');
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).title);
}

function received(): string[] {
  return [...server.eventIds].sort();
}

describe('jackdaw spool ls', () => {
  it('tells the living from the dead, and writes nothing', async () => {
    const live = await startOwner(dsn, dir, ['three']);
    live.pause();
    const dead = await startOwner(dsn, dir, ['one', 'two']);
    await dead.kill();
    const before = disk();
    const { code, out, err } = await spool('ls');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^destination [0-9a-f]{32}\nowner +state +segments +records +bytes +oldest +newest\n/);
    const line = (pid: number, state: HomeState, records: number): RegExp =>
      new RegExp(`^${hostname()}-${pid} +${state} +1 +${records} +\\d+\\.\\d KiB +\\d+ s +\\d+ s$`, 'm');
    expect(out).toMatch(line(live.pid, 'live', 1));
    expect(out).toMatch(line(dead.pid, 'orphaned', 2));
    await spool('show');
    expect(disk()).toEqual(before);
  });

  it('tells the same as JSON', async () => {
    await leave(['seen'], 2 * HOUR_MS);
    const { out } = await spool('ls', '--json');
    expect(JSON.parse(out)).toEqual([
      {
        destination: expect.stringMatching(/^[0-9a-f]{32}$/),
        quarantinedBytes: 0,
        owners: [
          {
            host: hostname(),
            pid: process.pid,
            state: 'left',
            directory: expect.stringContaining(dir),
            segments: 1,
            records: 1,
            quantities: { error: 1 },
            bytes: expect.any(Number),
            oldest: expect.any(String),
            newest: expect.any(String),
          },
        ],
      },
    ]);
    const age = Date.now() - Date.parse(JSON.parse(out)[0].owners[0].oldest);
    expect(age).toBeGreaterThanOrEqual(2 * HOUR_MS);
    expect((await spool('ls')).out).toMatch(/left +1 +1 +\d+ bytes +2 h +2 h$/m);
  });

  it('says what is in quarantine', async () => {
    const parent = destinationDirectory(dir, dsn);
    mkdirSync(join(parent, 'quarantine'), { recursive: true });
    writeFileSync(join(parent, 'quarantine', 'some'), 'x'.repeat(2_048));
    expect((await spool('ls')).out).toMatch(/^destination [0-9a-f]{32} {2}2\.0 KiB in quarantine\n$/);
  });

  it('says so where nothing is kept, and makes no directory', async () => {
    expect(await spool('ls')).toEqual({ code: 0, out: `nothing is kept in ${dir}\n`, err: '' });
    expect(await spool('ls', '--json')).toEqual({ code: 0, out: '[]\n', err: '' });
    expect(existsSync(dir)).toBe(false);
  });

  it('looks where a client keeps its own by default', async () => {
    const { XDG_STATE_HOME } = process.env;
    process.env['XDG_STATE_HOME'] = dir;
    onTestFinished(() => {
      if (XDG_STATE_HOME === undefined) delete process.env['XDG_STATE_HOME'];
      else process.env['XDG_STATE_HOME'] = XDG_STATE_HOME;
    });
    expect((await jackdaw(['spool', 'ls'])).out).toBe(`nothing is kept in ${join(dir, 'jackdaw', 'spool')}\n`);
  });

  it('shows one destination alone when it is given its DSN, with or without its secret', async () => {
    await leave(['here']);
    await leave(['elsewhere'], 0, 'http://key@elsewhere.example/1');
    expect(await titles()).toEqual(expect.arrayContaining(['here', 'elsewhere']));
    const { out } = await spool('show', '--dsn', dsn.replace('@', ':5ec7e7@'));
    expect(out).toContain('here');
    expect(out).not.toContain('elsewhere');
  });
});

describe('jackdaw spool show', () => {
  it('shows each record with its id, and disturbs no live owner', async () => {
    const live = await startOwner(dsn, dir, ['no stock', 'no money']);
    const { code, out } = await spool('show');
    expect(code).toBe(0);
    const [head, ...lines] = out.split('\n');
    expect(head).toBe(`${hostname()}-${live.pid} (live)`);
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z {2}error {4}error {2}\d\.\d KiB {2}[0-9a-f]{32}$/);
    expect(lines[1]).toBe('  Error: no stock');
    expect(lines[3]).toBe('  Error: no money');
    const ids = lines.flatMap((line) => /[0-9a-f]{32}$/.exec(line)?.[0] ?? []);
    server.rescript({});
    await server.until(() => new Set(server.eventIds).size === 2, 'what the live one keeps', 15_000);
    expect([...new Set(received())]).toEqual(ids.sort());
    await until(async () => (await recordsBy(dir, live.pid)) === 0);
  });

  it('shows as text what steers a terminal', async () => {
    await leave(['\u001b[2J\u001b]0;title\u0007two\r\nlines \u202e \u009b31m']);
    const { out } = await spool('show');
    expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(out).toContain('  two lines');
    const json = (await spool('show', '--json')).out;
    expect(json.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(JSON.parse(json).title).toContain('\u202e');
  });

  it('says so where no record waits', async () => {
    expect(await spool('show')).toEqual({ code: 0, out: `no record waits in ${dir}\n`, err: '' });
    expect(await spool('show', '--json')).toEqual({ code: 0, out: '', err: '' });
  });

  it('ends when its reader goes away', async () => {
    await leave(['one', 'two']);
    const screen = screenOf({ signal: AbortSignal.abort() });
    expect(await run(['spool', 'show', '--json', '--dir', dir], screen)).toBe(0);
    expect(screen.out()).toBe('');
  });
});

describe('jackdaw spool flush', () => {
  it('delivers what a killed process left, under its ids, and not what a live one keeps', async () => {
    const live = await startOwner(dsn, dir, ['kept']);
    live.pause();
    const dead = await startOwner(dsn, dir, ['one', 'two', 'three']);
    await dead.kill();
    const { out: shown } = await spool('show', '--json');
    const ids = shown
      .split('\n')
      .flatMap((line) => (line.includes(`"pid":${dead.pid},`) ? [JSON.parse(line).eventId] : []));
    server.rescript({});
    const { length } = server.requests;
    const { code, out, err } = await spool('flush', '--dsn', dsn);
    expect(out.split('\n')).toEqual([
      'found       3 errors, left by 1 owner',
      'live        1 error, not touched',
      'delivered   3 errors',
      'left        nothing',
      '',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const sent = server.requests.slice(length).flatMap(({ envelope }) => envelope?.header['event_id'] ?? []);
    expect(sent.sort()).toEqual(ids.sort());
    expect(await owners()).toEqual([expect.objectContaining({ pid: live.pid, state: 'live', records: 1 })]);
  });

  it('leaves what finds no server, says why and fails; the next one delivers it', async () => {
    await leave(['one', 'two']);
    const { code, out } = await spool('flush', '--dsn', dsn, '--timeout', '300');
    expect(code).toBe(1);
    expect(out).toMatch(/^delivered {3}nothing\nleft {8}2 errors\nreason {6}127\.0\.0\.1:\d+ did not answer/m);
    expect(await owners()).toEqual([expect.objectContaining({ state: 'left', records: 2 })]);

    server.rescript({});
    const again = await spool('flush', '--dsn', dsn);
    expect(again.code).toBe(0);
    expect(again.out).toMatch(/^delivered {3}2 errors$/m);
    expect(await owners()).toEqual([]);
  });

  it('says what the server refused, and fails', async () => {
    await leave(['one']);
    server.rescript({ otherwise: answer(403) });
    const { code, out } = await spool('flush', '--dsn', dsn);
    expect(code).toBe(1);
    expect(out).toMatch(/^delivered {3}nothing\ndropped {5}1 error: send_error\nleft {8}nothing\nreason {6}.*403/m);
  });

  it('delivers what is older than a client would', async () => {
    await leave(['old'], 60 * 24 * HOUR_MS);
    server.rescript({});
    expect(await spool('flush', '--dsn', dsn)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^delivered {3}1 error$/m),
    });
  });

  it('takes the DSN of SENTRY_DSN, and sends nothing of another', async () => {
    await leave(['elsewhere'], 0, 'http://key@elsewhere.example/1');
    const result = await jackdaw(['spool', 'flush', '--dir', dir], { SENTRY_DSN: dsn });
    expect(result).toEqual({ code: 0, out: 'found       nothing, left by 0 owners\n', err: '' });
    expect(server.requests).toEqual([]);
    expect(await titles()).toEqual(['elsewhere']);
  });

  it('stops when it is told to, and keeps what has no answer', async () => {
    await leave(['one', 'two']);
    server.rescript({ otherwise: never() });
    const controller = new AbortController();
    const screen = screenOf({ signal: controller.signal });
    const { length } = server.requests;
    const ended = run(['spool', 'flush', '--dsn', dsn, '--dir', dir], screen);
    await server.until(() => server.requests.length > length, 'a request', 10_000);
    controller.abort();
    expect(await ended).toBe(1);
    expect(screen.out()).toMatch(/^left {8}2 errors$/m);
    expect(await titles()).toEqual(['one', 'two']);
  });

  it('shows how far it is on a terminal', async () => {
    await leave(Array.from({ length: 30 }, (_, index) => `number ${index}`));
    server.rescript({
      otherwise: async (exchange) => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        await answer(200)(exchange);
      },
    });
    const drawn: string[] = [];
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 100, cursorTo() {}, clearLine() {} });
    terminal.on('data', (chunk) => drawn.push(String(chunk)));
    const screen = screenOf({ stderr: terminal });
    expect(await run(['spool', 'flush', '--dsn', dsn, '--dir', dir], screen)).toBe(0);
    expect(drawn.join('\n')).toMatch(/^delivering \[=+ +\] \d+ of 30, \d+\.\d s left$/m);
    expect(screen.out()).toMatch(/^delivered {3}30 errors$/m);
  });

  it.each([
    [['--timeout', '0'], '--timeout takes milliseconds, from 1 to 2147483647'],
    [['--dir', ''], '--dir takes a directory'],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await jackdaw(['spool', 'flush', '--dsn', dsn, ...args]);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('jackdaw spool purge', () => {
  /** At a terminal where somebody types an answer. */
  async function purgeAnswering(typed: string): Promise<{ readonly code: number; readonly out: string }> {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    stdin.end(typed);
    const screen = screenOf({ stdin });
    return { code: await run(['spool', 'purge', '--dir', dir], screen), out: screen.out() };
  }

  it('removes what nobody writes beside any more, and nothing else', async () => {
    const live = await startOwner(dsn, dir, ['kept']);
    live.pause();
    const dead = await startOwner(dsn, dir, ['one', 'two']);
    await dead.kill();
    expect(await spool('purge', '--yes')).toEqual({ code: 0, out: 'removed 2 records\n', err: '' });
    expect(await owners()).toEqual([expect.objectContaining({ pid: live.pid, state: 'live', records: 1 })]);
    live.resume();
    server.rescript({});
    await server.until(() => server.eventIds.length > 0, 'what the live one keeps', 15_000);
  });

  it('keeps what is younger than it is told', async () => {
    await leave(['old', 'older'], 8 * 24 * HOUR_MS);
    await leave(['young']);
    expect(await spool('purge', '--older-than', '7d', '--yes')).toMatchObject({ code: 0, out: 'removed 2 records\n' });
    expect(await titles()).toEqual(['young']);
    server.rescript({});
    expect((await spool('flush', '--dsn', dsn)).out).toMatch(/^delivered {3}1 error$/m);
  });

  it.each([
    ['y\n', 'removed 2 records\n', 0, 0],
    ['YES\n', 'removed 2 records\n', 0, 0],
    ['n\n', 'nothing was removed\n', 1, 2],
    ['\n', 'nothing was removed\n', 1, 2],
    ['', 'nothing was removed\n', 1, 2],
  ])('asks first, and does as the answer %j says', async (typed, said, code, left) => {
    await leave(['one', 'two']);
    const result = await purgeAnswering(typed);
    expect(result.out).toMatch(/^Remove 2 records \(\d+ bytes\) for good\? \[y\/N\] /);
    expect(result.out.endsWith(said)).toBe(true);
    expect(result.code).toBe(code);
    expect(await titles()).toHaveLength(left);
  });

  it('removes nothing without a yes where there is nobody to ask', async () => {
    await leave(['one']);
    const { code, err } = await spool('purge');
    expect(code).toBe(2);
    expect(err).toContain('with --yes it removes without asking');
    expect(await titles()).toEqual(['one']);
  });

  it('removes what is in quarantine', async () => {
    const quarantine = join(destinationDirectory(dir, dsn), 'quarantine');
    mkdirSync(quarantine, { recursive: true });
    writeFileSync(join(quarantine, 'some'), 'x');
    expect((await spool('purge', '--yes', '--older-than', '1h')).code).toBe(0);
    expect(readdirSync(quarantine)).toEqual(['some']);
    expect((await spool('purge', '--yes')).code).toBe(0);
    expect(readdirSync(quarantine)).toEqual([]);
  });

  it('says so where there is nothing to remove', async () => {
    expect(await spool('purge', '--yes')).toEqual({ code: 0, out: 'there is nothing to remove\n', err: '' });
    expect(existsSync(dir)).toBe(false);
  });

  it.each(['7', 'd', '0d', '7w', '-1d', '1.5h'])('does not understand the age %s', async (age) => {
    expect(await spool('purge', '--yes', `--older-than=${age}`)).toMatchObject({ code: 2 });
  });
});

describe('jackdaw spool', () => {
  it.each([
    [[], 'say what to do: ls, show, flush or purge'],
    [['--json'], 'say what to do: ls, show, flush or purge'],
    [['shwo'], "there is no command 'shwo'; did you mean 'jackdaw spool show'?"],
    [['https://key:secret@host/1'], 'there is no such command'],
  ])('%j makes no sense and says why', async (args, message) => {
    const expected = { code: 2, out: '', err: `jackdaw spool: ${message}\nTry 'jackdaw help spool'.\n` };
    expect(await jackdaw(['spool', ...args])).toEqual(expected);
  });

  it.each([[['help', 'spool']], [['spool', '--help']], [['spool', 'purge', '-h']]])(
    '%j explains all four',
    async (args) => {
      const { code, out } = await jackdaw(args);
      expect(code).toBe(0);
      for (const name of ['ls', 'show', 'flush', 'purge'])
        expect(out).toMatch(new RegExp(`^jackdaw spool ${name}: `, 'm'));
      for (const option of ['--dir', '--dsn', '--json', '--timeout', '--older-than', '--yes'])
        expect(out).toContain(option);
    },
  );
});
