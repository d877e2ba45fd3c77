import { basename, dirname, join } from 'node:path';
import { secureDirectory } from './directory.js';
import { CREATE, type Disk, FILE_MODE } from './disk.js';
import { writeAll } from './file.js';

const QUARANTINE = 'quarantine';

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
  let room = MAX_BYTES;
  for (const { name } of await disk.readdir(directory)) room -= (await disk.lstat(join(directory, name))).size;
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
