import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * The first `maxBytes` bytes of a file as UTF-8; undefined for what is no readable regular file.
 *
 * Synchronous: for the time a client is made, not for a log call.
 */
export function readText(path: string, maxBytes: number): string | undefined {
  try {
    // Opening a named pipe would wait for its writer.
    const stats = statSync(path);
    if (!stats.isFile()) return undefined;
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.allocUnsafe(Math.min(maxBytes, stats.size));
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/** A directory and those above it, nearest first. */
export function ancestors(dir: string): string[] {
  const dirs = [resolve(dir)];
  for (let above = dirname(dirs[0] ?? ''); above !== dirs.at(-1); above = dirname(above)) dirs.push(above);
  return dirs;
}
