import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ancestors, readText } from './nearby-files.js';

/** HEAD, a loose ref and a gitfile are one line. */
const MAX_LINE_BYTES = 4_096;
/** About 60,000 packed refs; they are sorted, so branches come before remotes and tags. */
const MAX_PACKED_BYTES = 4 * 1_024 * 1_024;
/** Git itself follows a symbolic ref five times. */
const MAX_SYMBOLIC = 5;

/**
 * The commit a working tree is at, read without the git binary; undefined outside of a repository, before its first
 * commit and for the reftable format. Never throws.
 *
 * Source of the layout: gitrepository-layout(5).
 */
export function readGitHead(dir: string): string | undefined {
  const gitDir = findGitDir(dir);
  if (gitDir === undefined) return undefined;
  // A worktree has a HEAD of its own and shares the branches.
  const common = readText(join(gitDir, 'commondir'), MAX_LINE_BYTES)?.trim();
  const commonDir = common === undefined ? gitDir : resolve(gitDir, common);
  let value = readText(join(gitDir, 'HEAD'), MAX_LINE_BYTES)?.trim();
  for (let depth = 0; depth < MAX_SYMBOLIC && value?.startsWith('ref:'); depth++) {
    value = readRef(value.slice('ref:'.length).trim(), gitDir, commonDir);
  }
  return value !== undefined && isObjectId(value) ? value : undefined;
}

function findGitDir(dir: string): string | undefined {
  for (const base of ancestors(dir)) {
    const path = join(base, '.git');
    if (isDirectory(path)) return path;
    // Worktrees and submodules have a file there that says where to look.
    const gitFile = readText(path, MAX_LINE_BYTES);
    if (gitFile?.startsWith('gitdir:')) return resolve(base, gitFile.slice('gitdir:'.length).trim());
  }
  return undefined;
}

function readRef(name: string, gitDir: string, commonDir: string): string | undefined {
  // The name becomes part of a path.
  if (!name.startsWith('refs/') || name.includes('..')) return undefined;
  const loose = readText(join(gitDir, name), MAX_LINE_BYTES) ?? readText(join(commonDir, name), MAX_LINE_BYTES);
  return loose?.trim() ?? readPackedRef(name, commonDir);
}

/** Lines of `<id> <name>`. */
function readPackedRef(name: string, commonDir: string): string | undefined {
  const packed = readText(join(commonDir, 'packed-refs'), MAX_PACKED_BYTES) ?? '';
  const end = packed.indexOf(` ${name}\n`);
  return end < 0 ? undefined : packed.slice(packed.lastIndexOf('\n', end) + 1, end);
}

/** SHA-1 or SHA-256, in hex. */
function isObjectId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
