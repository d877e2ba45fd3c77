import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, DIRECTORY_MODE, READ_DIRECTORY, type SyncDisk } from './disk.js';
import { isOwn } from './file.js';
import { maskPath, SpoolError } from './spool-error.js';

/** Writable for the group or for everybody. */
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Makes a directory for our eyes only, or makes sure that one that is there already is.
 *
 * @throws SpoolError SPOOL_UNSAFE where others could have put something into it, or lead elsewhere
 */
export function secureDirectory(disk: SyncDisk, path: string): void {
  try {
    disk.mkdir(path, { mode: DIRECTORY_MODE });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  const descriptor = openDirectory(disk, path);
  try {
    const stats = disk.fstat(descriptor);
    const reason = objection(stats);
    if (reason !== undefined) throw unsafe(path, reason);
    // Whatever the umask made of it, or whoever made it.
    if (process.platform !== 'win32' && (stats.mode & 0o777) !== DIRECTORY_MODE)
      disk.fchmod(descriptor, DIRECTORY_MODE);
  } finally {
    disk.close(descriptor);
  }
}

/**
 * The same for the directory that the user names: what leads there is made as well, and must not be a link.
 *
 * @throws SpoolError SPOOL_UNSAFE
 */
export function secureBase(disk: SyncDisk, path: string): void {
  const parent = dirname(path);
  disk.mkdir(parent, { mode: DIRECTORY_MODE, recursive: true });
  if (disk.lstat(parent).isSymbolicLink()) throw unsafe(parent, 'is a symbolic link');
  secureDirectory(disk, path);
}

function openDirectory(disk: SyncDisk, path: string): number {
  try {
    return disk.open(path, READ_DIRECTORY);
  } catch (error) {
    // What an open that follows no links says of a link depends on the system.
    if (disk.lstat(path).isSymbolicLink()) throw unsafe(path, 'is a symbolic link');
    throw error;
  }
}

function objection(stats: Stats): string | undefined {
  if (!isOwn(stats)) return 'belongs to another user';
  if (process.platform !== 'win32' && (stats.mode & WRITABLE_BY_OTHERS) !== 0) return 'is writable for others';
  return undefined;
}

function unsafe(path: string, reason: string): SpoolError {
  return new SpoolError('SPOOL_UNSAFE', `the spool is not used: ${maskPath(path)} ${reason}`);
}
