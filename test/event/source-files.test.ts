import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { SourceFiles } from '../../src/event/source-files.js';
import type { SourceText } from '../../src/event/source-text.js';

const dir = mkdtempSync(join(tmpdir(), 'jackdaw-source-'));
afterAll(() => rmSync(dir, { recursive: true }));

let files = 0;

function fileOf(content: string, name = `file-${files++}.js`): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

function read(source: SourceFiles): Promise<void> {
  return new Promise((resolve) => source.whenRead(resolve));
}

/** What is known of a file once it has been asked for and read. */
async function known(source: SourceFiles, path: string): Promise<SourceText | undefined> {
  source.get(path);
  await read(source);
  const file = source.get(path);
  if (file === 'later') throw new Error('it is still being read');
  return file;
}

describe('a source file', () => {
  it('is read in the background when it is first asked for, and there from then on', async () => {
    const source = new SourceFiles();
    const path = fileOf('one\ntwo');
    expect(source.get(path)).toBe('later');
    expect(source.get(path)).toBe('later');
    await read(source);
    expect((source.get(path) as SourceText).line(2)).toBe('two');
    expect(source.ended).toBe(1);
  });

  it('is read once, whatever becomes of it on disk', async () => {
    const source = new SourceFiles();
    const path = fileOf('before');
    await known(source, path);
    writeFileSync(path, 'after');
    expect((await known(source, path))?.line(1)).toBe('before');
    expect(source.ended).toBe(1);
  });

  it('is read at once where the caller waits anyway', () => {
    const source = new SourceFiles({ synchronous: true });
    expect((source.get(fileOf('at once')) as SourceText).line(1)).toBe('at once');
    expect(source.get(join(dir, 'none.js'))).toBeUndefined();
  });

  it('that is on its way when the process exits is read at once, and the late answer changes nothing', async () => {
    const source = new SourceFiles();
    const path = fileOf('now');
    source.get(path);
    const told = vi.fn();
    source.whenRead(told);
    source.readNow();
    const file = source.get(path) as SourceText;
    expect(file.line(1)).toBe('now');
    expect(told).toHaveBeenCalledOnce();
    await vi.waitFor(() => known(source, fileOf('another')));
    expect(source.get(path)).toBe(file);
    expect(told).toHaveBeenCalledOnce();
  });

  it('is read at once for work that is worth it, even if it is on its way already, and only for that', async () => {
    const source = new SourceFiles();
    const path = fileOf('at once');
    expect(source.get(path)).toBe('later');
    const file = source.readingAtOnce(() => source.get(path)) as SourceText;
    expect(file.line(1)).toBe('at once');
    expect(() =>
      source.readingAtOnce(() => {
        throw new Error('of the work');
      }),
    ).toThrow('of the work');
    const other = fileOf('later');
    expect(source.get(other)).toBe('later');
    await read(source);
    expect(source.get(path)).toBe(file);
  });

  it('is never read synchronously otherwise: P2', async () => {
    const fs = createRequire(__filename)('node:fs') as typeof import('node:fs');
    const calls = (['readFileSync', 'statSync', 'openSync', 'readSync'] as const).map((name) => vi.spyOn(fs, name));
    syncBuiltinESMExports();
    try {
      await known(new SourceFiles(), fileOf('one'));
      await known(new SourceFiles(), join(dir, 'none.js'));
      for (const call of calls) expect(call).not.toHaveBeenCalled();
      new SourceFiles({ synchronous: true }).get(fileOf('two'));
      expect(calls[0]).toHaveBeenCalled();
    } finally {
      vi.restoreAllMocks();
      syncBuiltinESMExports();
    }
  });
});

describe('nothing is said of', () => {
  const pipe = join(dir, 'pipe.js');
  execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', pipe]);
  mkdirSync(join(dir, 'directory.js'));
  symlinkSync(join(dir, 'loop.js'), join(dir, 'loop.js'));
  symlinkSync('/dev/zero', join(dir, 'endless.js'));

  it.each([
    ['a file that is not there', () => join(dir, 'missing.js')],
    ['a directory', () => join(dir, 'directory.js')],
    ['a named pipe', () => pipe],
    ['a device', () => join(dir, 'endless.js')],
    ['a link to itself', () => join(dir, 'loop.js')],
    ['an empty file', () => fileOf('')],
    ['a file of more than 4 MiB', () => fileOf('x'.repeat(4 * 1_024 * 1_024 + 1))],
    [
      'a file with a private key, whose lines tell nothing of what they are',
      () => fileOf('const key = `-----BEGIN RSA PRIVATE KEY-----\nabc\n`'),
    ],
  ])('%s', async (_, make) => {
    const source = new SourceFiles();
    const path = make();
    expect(source.get(path)).toBe('later');
    await read(source);
    expect(source.get(path)).toBeUndefined();
    expect(new SourceFiles({ synchronous: true }).get(path)).toBeUndefined();
    expect(source.ended).toBe(1);
  });

  it.each([
    ['/etc/passwd'],
    ['/proc/self/environ'],
    ['/app/.env'],
    ['/app/config.json'],
    ['//server/share/a.js'],
    ['node:fs'],
    ['<anonymous>'],
    ['evalmachine.<anonymous>'],
    ['webpack:///./src/a.js'],
    ['https://example.com/a.js'],
    ['./a.js'],
    ['a.js'],
    [''],
    ['/app/a.js\0'],
  ])('%s, which is not even asked for: a stack can come from anywhere', (path) => {
    const source = new SourceFiles();
    expect(source.get(path)).toBeUndefined();
    source.whenRead(() => {});
    expect(source.ended).toBe(0);
  });

  it('a path that no system takes', async () => {
    expect(await known(new SourceFiles(), '/app/\0/a.js')).toBeUndefined();
    expect(await known(new SourceFiles(), `/${'x'.repeat(100_000)}.js`)).toBeUndefined();
    expect(new SourceFiles({ synchronous: true }).get('/app/\0/a.js')).toBeUndefined();
  });
});

describe('the files that are kept', () => {
  it.each(['a.js', 'a.cjs', 'a.mjs', 'a.ts', 'a.mts', 'a.cts', 'a.jsx', 'a.tsx', 'a.vue'])(
    'may be %s',
    async (name) => {
      expect((await known(new SourceFiles(), fileOf('code', name)))?.line(1)).toBe('code');
    },
  );

  it('may be the main script, whatever its name', async () => {
    const main = fileOf('#!/usr/bin/env node', 'www');
    expect(await known(new SourceFiles(), main)).toBeUndefined();
    expect((await known(new SourceFiles({ main }), main))?.line(1)).toBe('#!/usr/bin/env node');
  });

  it('are the last 500', () => {
    const source = new SourceFiles({ synchronous: true });
    const paths = Array.from({ length: 501 }, (_, n) => fileOf(`before ${n}`));
    for (const path of paths) source.get(path);
    for (const path of paths) writeFileSync(path, 'after');
    const lineOf = (n: number) => (source.get(paths[n] ?? '') as SourceText).line(1);
    expect(lineOf(1)).toBe('before 1');
    expect(lineOf(0)).toBe('after');
    expect(lineOf(1)).toBe('before 1');
    expect(lineOf(2)).toBe('after');
  });

  it('are 8 Mi characters at most, those forgotten first that were not asked for the longest', () => {
    const source = new SourceFiles({ synchronous: true });
    const [a, b, c] = ['a', 'b', 'c'].map((text) => fileOf(text.repeat(3 * 1_024 * 1_024))) as [string, string, string];
    for (const path of [a, b, a, c]) source.get(path);
    for (const path of [a, b, c]) writeFileSync(path, 'new');
    const first = (path: string) => (source.get(path) as SourceText).line(1)?.[0];
    expect([first(a), first(c), first(b)]).toEqual(['a', 'c', 'n']);
  });

  it('are read 32 at a time; who asks for more has to ask again', async () => {
    const source = new SourceFiles();
    const paths = Array.from({ length: 40 }, (_, n) => fileOf(`${n}`));
    for (const path of paths) expect(source.get(path)).toBe('later');
    await read(source);
    expect(source.ended).toBe(32);
    expect(paths.filter((path) => source.get(path) === 'later')).toHaveLength(8);
    await read(source);
    expect(paths.filter((path) => source.get(path) === 'later')).toHaveLength(0);
  });
});
