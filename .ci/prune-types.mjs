// Removes from dist the type declarations that no entry point of the package leads to: users cannot import them, and each
// takes a block of their disk.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const reached = new Set();
const pending = Object.values(exports).flatMap(({ types }) => (types === undefined ? [] : [resolve(root, types)]));
for (const file of pending) {
  if (reached.has(file)) continue;
  reached.add(file);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]+)\.js['"]/g)) {
    pending.push(join(dirname(file), `${path}.d.ts`));
  }
}

const dist = join(root, 'dist');
for (const name of readdirSync(dist, { recursive: true })) {
  const file = join(dist, name);
  if (file.endsWith('.d.ts') && !reached.has(file)) rmSync(file);
}
