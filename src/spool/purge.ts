import { basename, join } from 'node:path';
import { encodeAcks } from './ack.js';
import { SYSTEM_CLOCK } from './clock.js';
import { codeOf, type Disk, NODE_DISK } from './disk.js';
import { appendToOwnFile, readOwnFile, removeFile } from './file.js';
import { FORMAT_VERSION } from './frame.js';
import { Home, removeHome } from './home.js';
import { sortContent } from './home-content.js';
import { loadAcks } from './load-segment.js';
import { machineProcesses } from './owner.js';
import { clearQuarantine, QUARANTINE } from './quarantine.js';
import { readSegment, type StoredRecord } from './segment-reader.js';
import type { SpoolWorld } from './spool.js';
import { isFree, type SurveyedDestination } from './survey.js';

/**
 * Removes the records of one destination that nobody writes beside any more, as far as they were appended before `time`
 * (ms since the epoch), and what was set aside until then. Directories are taken over first, as an heir does it: of two
 * who want one, only one gets it. What is left of them is for the next one who opens a spool.
 *
 * @returns how many records were removed
 * @throws SpoolError SPOOL_UNSAFE, or whatever the disk says
 */
export async function purge(
  { path, homes }: SurveyedDestination,
  time: number,
  world: SpoolWorld = {},
): Promise<number> {
  const { disk = NODE_DISK, clock = SYSTEM_CLOCK, processes = machineProcesses() } = world;
  const free = homes.filter(isFree);
  let removed = 0;
  if (free.length > 0) {
    const own = Home.openSync(disk, clock, path, processes.self);
    try {
      for (const home of free) removed += await purgeHome(disk, await takeOver(disk, home.path, own.path), time);
    } finally {
      const { homes: rest } = sortContent(own.path, await disk.readdir(own.path));
      await own.leave(rest.length === 0);
    }
  }
  await clearQuarantine(disk, join(path, QUARANTINE), time);
  return removed;
}

/** Undefined: somebody else was faster. */
async function takeOver(disk: Disk, path: string, into: string): Promise<string | undefined> {
  const target = join(into, basename(path));
  try {
    await disk.rename(path, target);
    return target;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

async function purgeHome(disk: Disk, path: string | undefined, time: number): Promise<number> {
  if (path === undefined) return 0;
  const { homes, segments, strayAcks } = sortContent(path, await disk.readdir(path));
  let removed = 0;
  for (const home of homes) removed += await purgeHome(disk, home, time);
  for (const segment of segments) removed += await purgeSegment(disk, segment, time);
  for (const stray of strayAcks) await disk.unlink(stray);
  const rest = sortContent(path, await disk.readdir(path));
  if (rest.segments.length === 0 && rest.homes.length === 0) await removeHome(disk, path);
  return removed;
}

/** A file goes when nothing in it is younger; else what is older counts as settled. */
async function purgeSegment(disk: Disk, path: string, time: number): Promise<number> {
  const bytes = await readOwnFile(disk, `${path}.seg`);
  if (bytes === undefined) return 0;
  const { settled } = await loadAcks(disk, path);
  const old: StoredRecord[] = [];
  let isNeeded = false;
  for (const piece of readSegment(bytes)) {
    // Of a later version we cannot tell what is in it.
    if (piece.kind === 'header') isNeeded ||= piece.version > FORMAT_VERSION;
    if (piece.kind !== 'record' || settled.get(piece.number) === piece.crc) continue;
    if (piece.time < time) old.push(piece);
    else isNeeded = true;
  }
  if (!isNeeded) {
    await removeFile(disk, `${path}.seg`);
    await removeFile(disk, `${path}.ack`);
  } else if (old.length > 0) await appendToOwnFile(disk, `${path}.ack`, encodeAcks(old));
  return old.length;
}
