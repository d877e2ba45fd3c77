import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { codeOf, type Disk } from './disk.js';
import { isOwn, readOwnFile } from './file.js';
import { LEFT_FILE, OWNER_FILE } from './home.js';
import { type Owner, parseOwner } from './owner.js';

/**
 * What a directory says of who writes there: it is gone by now; it belongs to a user whose records are none of ours; its
 * owner has left; or who the owner is, if that can be read, and the time of its last sign of life, in ms since the epoch.
 */
export type Tenancy = 'gone' | 'foreign' | 'left' | { readonly owner: Owner | undefined; readonly lastBeat: number };

/** Reads it, and changes nothing. */
export async function readTenancy(disk: Disk, path: string): Promise<Tenancy> {
  const directory = await look(disk, path);
  if (directory === undefined) return 'gone';
  if (!isOwn(directory)) return 'foreign';
  if ((await look(disk, join(path, LEFT_FILE))) !== undefined) return 'left';
  const file = join(path, OWNER_FILE);
  const { mtimeMs } = (await look(disk, file)) ?? directory;
  const content = await readOwnFile(disk, file).catch(() => undefined);
  return { owner: parseOwner(content?.toString() ?? ''), lastBeat: mtimeMs };
}

async function look(disk: Disk, path: string): Promise<Stats | undefined> {
  try {
    return await disk.lstat(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
