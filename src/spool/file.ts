import type { Stats } from 'node:fs';
import { APPEND, codeOf, type Disk, FILE_MODE, READ, READ_DIRECTORY, SYNC, type SyncDisk } from './disk.js';

/** No file that we make is longer; of one that is, the rest is not ours. */
const MAX_READ_BYTES = 16 * 1024 * 1024;

/** Failures that pass when the call is made again. */
const PASSING: readonly string[] = ['EINTR', 'EAGAIN', 'EBUSY'];
const MAX_TRIES = 5;

/** Writes all of it, however little the disk takes at once. */
export async function writeAll(disk: Disk, descriptor: number, buffers: readonly Uint8Array[]): Promise<void> {
  let rest = buffers;
  for (let tries = 1; rest.length > 0; ) {
    try {
      rest = without(rest, await disk.writev(descriptor, rest));
    } catch (error) {
      if (tries++ === MAX_TRIES || !PASSING.includes(codeOf(error))) throw error;
    }
  }
}

/** The same while everything waits. */
export function writeAllSync(disk: SyncDisk, descriptor: number, buffers: readonly Uint8Array[]): void {
  let rest = buffers;
  for (let tries = 1; rest.length > 0; ) {
    try {
      rest = without(rest, disk.writev(descriptor, rest));
    } catch (error) {
      if (tries++ === MAX_TRIES || !PASSING.includes(codeOf(error))) throw error;
    }
  }
}

/** How long the end of a process waits for a write that is under way, and how often it looks, in milliseconds. */
const LAST_WAIT_MS = 100;
const LAST_LOOK_MS = 1;

/**
 * Whether a file comes to so many bytes in time. When a process ends, no operation that is under way reports back any
 * more: this is how to learn what became of a write.
 */
export function growsTo(disk: SyncDisk, descriptor: number, bytes: number): boolean {
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; waited <= LAST_WAIT_MS; waited += LAST_LOOK_MS) {
    if (disk.fstat(descriptor).size >= bytes) return true;
    Atomics.wait(nothing, 0, 0, LAST_LOOK_MS);
  }
  return false;
}

/** @throws Error when nothing was written: a disk that takes nothing and reports nothing would be asked for ever */
function without(buffers: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  if (written === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' });
  let count = written;
  let first = 0;
  while (first < buffers.length && count >= (buffers[first]?.length ?? 0)) count -= buffers[first++]?.length ?? 0;
  const [partial, ...others] = buffers.slice(first);
  return partial === undefined ? [] : [partial.subarray(count), ...others];
}

/**
 * The content of a file that only we can have written, as far as it may be ours; undefined: it is something else (a
 * link, a pipe, a device, somebody else's).
 */
export async function readOwnFile(disk: Disk, path: string): Promise<Buffer | undefined> {
  if (!isOwnFile(await disk.lstat(path))) return undefined;
  const descriptor = await disk.open(path, READ);
  try {
    const stats = await disk.fstat(descriptor);
    if (!isOwnFile(stats)) return undefined;
    const bytes = Buffer.allocUnsafe(Math.min(stats.size, MAX_READ_BYTES));
    let length = 0;
    while (length < bytes.length) {
      const read = await disk.read(descriptor, bytes.subarray(length), length);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } finally {
    await disk.close(descriptor);
  }
}

/** Adds bytes to a file that only we write, which is made where it is missing. What is something else is left alone. */
export async function appendToOwnFile(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const descriptor = await disk.open(path, APPEND, FILE_MODE);
  try {
    const stats = await disk.fstat(descriptor);
    if (!isOwnFile(stats)) return;
    if ((stats.mode & 0o777) !== FILE_MODE) await disk.fchmod(descriptor, FILE_MODE);
    await writeAll(disk, descriptor, [bytes]);
  } finally {
    await disk.close(descriptor);
  }
}

/** Removes a file that may be gone already. */
export async function removeFile(disk: Disk, path: string): Promise<void> {
  await disk.unlink(path).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
}

/** With a second name it could be a file from elsewhere. */
export function isOwnFile(stats: Stats): boolean {
  return stats.isFile() && stats.nlink === 1 && isOwn(stats);
}

/** Whether it belongs to this process's user. On Windows nobody can tell. */
export function isOwn({ uid }: Stats): boolean {
  return process.geteuid === undefined || uid === process.geteuid();
}

/** What is in a file survives a power cut from now on. */
export function syncFile(disk: Disk, path: string): Promise<void> {
  return sync(disk, path, SYNC);
}

export function syncFileSync(disk: SyncDisk, path: string): void {
  syncSync(disk, path, SYNC);
}

/**
 * The names in a directory do. Windows needs and has no such thing, and nothing can be done about a parent that we may
 * not read.
 */
export async function syncDirectory(disk: Disk, path: string): Promise<void> {
  if (process.platform !== 'win32') await sync(disk, path, READ_DIRECTORY).catch(unlessForbidden);
}

export function syncDirectorySync(disk: SyncDisk, path: string): void {
  if (process.platform === 'win32') return;
  try {
    syncSync(disk, path, READ_DIRECTORY);
  } catch (error) {
    unlessForbidden(error);
  }
}

async function sync(disk: Disk, path: string, flags: number): Promise<void> {
  const descriptor = await disk.open(path, flags);
  try {
    await disk.fsync(descriptor);
  } finally {
    await disk.close(descriptor);
  }
}

function syncSync(disk: SyncDisk, path: string, flags: number): void {
  const descriptor = disk.open(path, flags);
  try {
    disk.fsync(descriptor);
  } finally {
    disk.close(descriptor);
  }
}

function unlessForbidden(error: unknown): void {
  if (codeOf(error) !== 'EACCES') throw error;
}
