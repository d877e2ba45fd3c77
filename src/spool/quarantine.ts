import { basename, dirname, join } from 'node:path';
import { secureDirectory } from './directory.js';
import { CREATE, codeOf, type Disk, FILE_MODE } from './disk.js';
import { removeFile, writeAll } from './file.js';

export const QUARANTINE = 'quarantine';

/** Of all that is set aside for one destination, in bytes. What comes later is counted only. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Sets bytes aside that make no sense, for whoever wants to know what happened: one file per segment, once. */
export async function quarantine(
  disk: Disk,
  parent: string,
  segment: string,
  ranges: readonly Buffer[],
): Promise<void> {
  const directory = join(parent, QUARANTINE);
  secureDirectory(disk.sync, directory);
  const room = MAX_BYTES - (await quarantinedBytes(disk, directory));
  const bytes = Buffer.concat(ranges).subarray(0, Math.max(0, room));
  if (bytes.length === 0) return;
  const path = join(directory, `${basename(dirname(segment))}.${basename(segment)}`);
  const descriptor = await disk.open(path, CREATE, FILE_MODE);
  try {
    await disk.fchmod(descriptor, FILE_MODE);
    await writeAll(disk, descriptor, [bytes]);
  } finally {
    await disk.close(descriptor);
  }
}

/** What is set aside in a directory, in bytes; 0 where there is none. */
export async function quarantinedBytes(disk: Disk, directory: string): Promise<number> {
  let sum = 0;
  for (const { size } of await setAside(disk, directory)) sum += size;
  return sum;
}

/** Removes what was set aside before `time`, in ms since the epoch. */
export async function clearQuarantine(disk: Disk, directory: string, time: number): Promise<void> {
  for (const { path, mtimeMs } of await setAside(disk, directory)) {
    if (mtimeMs < time) await removeFile(disk, path);
  }
}

async function setAside(
  disk: Disk,
  directory: string,
): Promise<readonly { readonly path: string; readonly size: number; readonly mtimeMs: number }[]> {
  const entries = await disk.readdir(directory).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    return [];
  });
  const paths = entries.filter((entry) => entry.isFile()).map(({ name }) => join(directory, name));
  return Promise.all(
    paths.map(async (path) => {
      const { size, mtimeMs } = await disk.lstat(path);
      return { path, size, mtimeMs };
    }),
  );
}
