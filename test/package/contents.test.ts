import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bareApp } from './layouts.js';

/** More needs a reason: undici, which does the sending, has 1.8 MB. */
const MAX_UNPACKED_BYTES = 1_000_000;

let folder: string;
let files: readonly string[];
beforeAll(async () => {
  folder = join(await bareApp(), 'node_modules/jackdaw');
  files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
});

const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

function targetsOf(entry: unknown): string[] {
  if (typeof entry === 'string') return [entry];
  return Object.values(entry as Record<string, unknown>).flatMap(targetsOf);
}

describe('the package as it is installed', () => {
  it('has every file that its exports, main, types and bin name', () => {
    const { exports, main, types, bin } = JSON.parse(read('package.json'));
    const missing = targetsOf({ exports, main, types, bin }).filter((target) => !existsSync(join(folder, target)));
    expect(missing).toEqual([]);
    expect(read(bin.jackdaw)).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('has the documents a user looks for', () => {
    expect(files).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'LICENSE']));
  });

  it('has nothing that is only for its development', () => {
    const allowed = /^(package\.json|README\.md|CHANGELOG\.md|LICENSE|dist\/.+\.(js|d\.ts))$/;
    expect(files.filter((file) => !allowed.test(file) || file.includes('.test.'))).toEqual([]);
  });

  it('has no source maps, and no file that names one', () => {
    const scripts = files.filter((file) => file.endsWith('.js'));
    expect(scripts.length).toBeGreaterThan(0);
    expect(files.filter((file) => file.endsWith('.map'))).toEqual([]);
    expect(scripts.filter((file) => read(file).includes('sourceMappingURL'))).toEqual([]);
  });

  it('stays small', () => {
    const bytes = files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
    expect(bytes).toBeLessThan(MAX_UNPACKED_BYTES);
  });
});
