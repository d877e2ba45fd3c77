import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { SDK } from '../../src/version.js';
import { envelopeOf, eventItem, post } from '../inbox/sender.js';

const ROOT = resolve(__dirname, '../..');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

type Child = ChildProcessByStdio<null, Readable, Readable>;

let directory: string;
let main: string;

/** The command line as users get it: compiled, in a process of its own. */
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'jackdaw-cli-'));
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  main = join(directory, 'dist/cli/main.js');
  spawnSync(process.execPath, [TSC, '-p', 'tsconfig.build.json', '--outDir', join(directory, 'dist')], { cwd: ROOT });
  // Type errors are the business of `npm run types`; what counts here is what was emitted.
  if (!existsSync(main)) throw new Error('tsc did not emit the command line');
}, 60_000);

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

function jackdaw(...args: string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

function startInbox(...options: string[]): Child {
  const args = [main, 'inbox', '--port', '0', ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Reads until the text matches. */
async function read(stream: Readable, pattern: RegExp): Promise<string> {
  let text = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (pattern.test(text)) return text;
  }
  throw new Error(`ended without ${pattern}: ${text}`);
}

async function urlOf(child: Child): Promise<string> {
  const [, port] = /127\.0\.0\.1:(\d+)\/1/.exec(await read(child.stdout, /127\.0\.0\.1:\d+\/1/)) ?? [];
  return `http://127.0.0.1:${port}`;
}

describe('the jackdaw binary', () => {
  it('runs by its own first line', () => {
    expect(readFileSync(main, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('prints the version', () => {
    expect(jackdaw('--version')).toEqual({ code: 0, out: `${SDK.version}\n`, err: '' });
  });

  it('exits with 2 for an unknown command and 1 for a failed one', () => {
    expect(jackdaw('inbx')).toMatchObject({ code: 2, out: '', err: expect.stringContaining("'jackdaw inbox'") });
    expect(jackdaw('dsn', 'nope')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('Invalid DSN') });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('shows what arrives until %s, then exits with 0', async (signal) => {
    const child = startInbox();
    const ended = once(child, 'close');
    const url = await urlOf(child);
    const shown = read(child.stdout, /hello/);
    expect((await post({ url }, envelopeOf([eventItem({ message: 'hello' })]))).status).toBe(200);
    expect(await shown).toMatch(/error\n {10}hello\n/);
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
  });

  it('ends quietly with 0 when its reader goes away', async () => {
    const child = startInbox();
    const ended = once(child, 'close');
    const errors = child.stderr.toArray();
    const url = await urlOf(child);
    child.stdout.destroy();
    // The first write after the reader has gone is what the system refuses.
    await post({ url }, envelopeOf([eventItem()]));
    expect(await ended).toEqual([0, null]);
    expect(await errors).toEqual([]);
  });
});
