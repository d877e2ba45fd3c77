import { cpSync, mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { succeed } from './run.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of this run: the tarball, and every folder it is installed into. */
    workshop: string;
  }
}

/** What `npm pack` and the build before it read. */
const SOURCES = [
  '.ci',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'src',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
];

/** Packs a fresh build: in a copy, because other tests may be using `dist`. */
export default async function pack(project: TestProject): Promise<() => void> {
  const root = join(__dirname, '../..');
  const workshop = realpathSync(mkdtempSync(join(tmpdir(), 'jackdaw-package-')));
  const clear = (): void => rmSync(workshop, { recursive: true, force: true });
  try {
    const copy = join(workshop, 'copy');
    mkdirSync(copy);
    for (const source of SOURCES) cpSync(join(root, source), join(copy, source), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const printed = await succeed(copy, 'npm', ['pack', '--silent']);
    renameSync(join(copy, printed.trim().split('\n').at(-1) ?? ''), join(workshop, 'jackdaw.tgz'));
  } catch (error) {
    clear();
    throw error;
  }
  project.provide('workshop', workshop);
  return clear;
}
