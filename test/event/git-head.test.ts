import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readGitHead } from '../../src/event/git-head.js';

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'jackdaw-git-')));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

/** Git itself, away from the settings of whoever runs the tests. */
function git(cwd: string, ...args: string[]): string {
  const config = ['user.name=Test', 'user.email=test@localhost', 'protocol.file.allow=always', 'commit.gpgSign=false'];
  const env = { PATH: process.env['PATH'], HOME: dir, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
  return execFileSync('git', [...config.flatMap((pair) => ['-c', pair]), ...args], { cwd, env, stdio: 'pipe' })
    .toString()
    .trim();
}

function repository(name: string, ...initArgs: string[]): string {
  const path = join(dir, name);
  mkdirSync(path);
  git(path, 'init', '--quiet', '--initial-branch=main', ...initArgs);
  git(path, 'commit', '--quiet', '--allow-empty', '-m', 'one');
  return path;
}

function head(path: string): string {
  return git(path, 'rev-parse', 'HEAD');
}

describe('the commit of a working tree', () => {
  it('is that of its branch, also seen from a directory inside', () => {
    const path = repository('app');
    mkdirSync(join(path, 'src', 'deep'), { recursive: true });
    expect(readGitHead(path)).toBe(head(path));
    expect(readGitHead(join(path, 'src', 'deep'))).toBe(head(path));
  });

  it('is that of a branch with a slash', () => {
    const path = repository('app');
    git(path, 'switch', '--quiet', '-c', 'feature/new');
    git(path, 'commit', '--quiet', '--allow-empty', '-m', 'two');
    expect(readGitHead(path)).toBe(head(path));
  });

  it('is found among packed refs, and a newer loose one wins', () => {
    const path = repository('app');
    git(path, 'branch', 'main2');
    git(path, 'tag', '-a', 'v1', '-m', 'v1');
    git(path, 'pack-refs', '--all', '--prune');
    const packed = head(path);
    expect(readGitHead(path)).toBe(packed);
    git(path, 'commit', '--quiet', '--allow-empty', '-m', 'two');
    expect(head(path)).not.toBe(packed);
    expect(readGitHead(path)).toBe(head(path));
  });

  it('is a detached one', () => {
    const path = repository('app');
    const first = head(path);
    git(path, 'commit', '--quiet', '--allow-empty', '-m', 'two');
    git(path, 'checkout', '--quiet', '--detach', first);
    expect(readGitHead(path)).toBe(first);
  });

  it('is a SHA-256 one', () => {
    const path = repository('app', '--object-format=sha256');
    expect(readGitHead(path)).toHaveLength(64);
    expect(readGitHead(path)).toBe(head(path));
  });

  it('is that of a worktree, loose or packed', () => {
    const path = repository('app');
    const tree = join(dir, 'tree');
    git(path, 'worktree', 'add', '--quiet', '-b', 'other', tree);
    git(tree, 'commit', '--quiet', '--allow-empty', '-m', 'two');
    expect(head(tree)).not.toBe(head(path));
    expect(readGitHead(tree)).toBe(head(tree));
    git(path, 'pack-refs', '--all', '--prune');
    expect(readGitHead(tree)).toBe(head(tree));
    expect(readGitHead(path)).toBe(head(path));
  });

  it('is that of a submodule', () => {
    const library = repository('library');
    const path = repository('app');
    git(path, 'submodule', '--quiet', 'add', library, 'lib');
    git(path, 'commit', '--quiet', '-m', 'with library');
    expect(readGitHead(join(path, 'lib'))).toBe(head(library));
    expect(readGitHead(path)).toBe(head(path));
  });

  it('is that of a ref that leads to a ref', () => {
    const path = repository('app');
    git(path, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/main');
    git(path, 'symbolic-ref', 'HEAD', 'refs/heads/alias');
    expect(readGitHead(path)).toBe(head(path));
  });

  it('is unknown before the first commit', () => {
    git(dir, 'init', '--quiet');
    expect(readGitHead(dir)).toBeUndefined();
  });
});

describe('a damaged or hostile repository', () => {
  const id = 'a'.repeat(40);

  it.each<[string, Record<string, string>]>([
    ['without HEAD', {}],
    ['with an empty HEAD', { HEAD: '' }],
    ['with an id that is none', { HEAD: 'z'.repeat(40) }],
    ['with an id of the wrong length', { HEAD: 'a'.repeat(41) }],
    ['whose branch is missing', { HEAD: 'ref: refs/heads/main\n' }],
    ['whose refs go in circles', { HEAD: 'ref: refs/a\n', 'refs/a': 'ref: refs/b\n', 'refs/b': 'ref: refs/a\n' }],
    ['whose ref leaves the directory', { HEAD: 'ref: refs/../../stolen\n' }],
    ['whose ref is a file outside of refs', { HEAD: 'ref: stolen\n', stolen: id }],
    ['of the reftable format', { HEAD: 'ref: refs/heads/.invalid\n', 'refs/heads': 'this repository uses reftable\n' }],
    [
      'with a name that only ends like the branch',
      { HEAD: 'ref: refs/heads/x\n', 'packed-refs': `${id} refs/heads/xx\n` },
    ],
  ])('%s has no commit', (_, files) => {
    writeFileSync(join(dir, 'stolen'), id);
    mkdirSync(join(dir, '.git'));
    for (const [name, text] of Object.entries(files)) {
      const path = join(dir, '.git', name);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, text);
    }
    expect(readGitHead(dir)).toBeUndefined();
  });

  it.each(['', 'gitdir: nowhere', 'gitdir:', 'not a gitfile'])('with a gitfile of %j has no commit', (text) => {
    writeFileSync(join(dir, '.git'), text);
    expect(readGitHead(dir)).toBeUndefined();
  });

  it('may have any amount of packed refs: what lies behind 4 MiB is not read', () => {
    mkdirSync(join(dir, '.git'));
    writeFileSync(join(dir, '.git', 'HEAD'), 'ref: refs/heads/main\n');
    const filler = `${id} refs/heads/${'f'.repeat(100)}\n`.repeat(60_000);
    const packed = join(dir, '.git', 'packed-refs');
    writeFileSync(packed, `${filler}${id} refs/heads/main\n`);
    expect(readGitHead(dir)).toBeUndefined();
    writeFileSync(packed, `# pack-refs with: peeled fully-peeled sorted\n${id} refs/heads/main\n${filler}`);
    expect(readGitHead(dir)).toBe(id);
  });
});
