import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ancestors, readText } from '../../src/event/nearby-files.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'jackdaw-files-'));
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

describe('reading a file nearby', () => {
  it('returns its text, and no more than was asked for', () => {
    const path = join(dir, 'text');
    writeFileSync(path, 'grüße');
    expect(readText(path, 1_000)).toBe('grüße');
    expect(readText(path, 2)).toBe('gr');
  });

  it('returns nothing for what is missing, a directory or not a path at all', () => {
    mkdirSync(join(dir, 'directory'));
    for (const path of [join(dir, 'missing'), join(dir, 'directory'), 'a\0b']) {
      expect(readText(path, 1_000)).toBeUndefined();
    }
  });

  it.skipIf(process.platform === 'win32')('does not wait for the writer of a named pipe', () => {
    const path = join(dir, 'pipe');
    execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', path]);
    expect(readText(path, 1_000)).toBeUndefined();
  });
});

describe('the directories above', () => {
  it('end with the root, the directory itself being the first', () => {
    const { root } = parse(dir);
    const below = join(root, 'a', 'b');
    expect(ancestors(below)).toEqual([below, join(root, 'a'), root]);
    expect(ancestors(root)).toEqual([root]);
  });
});
