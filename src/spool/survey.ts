import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { Pace, SYSTEM_CLOCK } from './clock.js';
import { codeOf, type Disk, NODE_DISK } from './disk.js';
import { readOwnFile } from './file.js';
import { isDestinationName } from './home.js';
import { isHome, sortContent } from './home-content.js';
import { loadAcks, loadSegment } from './load-segment.js';
import { isSilent, machineProcesses, provenGone } from './owner.js';
import { QUARANTINE, quarantinedBytes } from './quarantine.js';
import { Tally } from './segment.js';
import { readSegment, type StoredRecord } from './segment-reader.js';
import type { SpoolWorld } from './spool.js';
import { readTenancy } from './tenancy.js';

/**
 * Whether somebody writes there: `live`; not any more, for the owner has `left`, or died and left it `orphaned`; or
 * `unknown`, for it is on another machine, or another user's, and one look proves nothing.
 */
export type HomeState = 'live' | 'left' | 'orphaned' | 'unknown';

/** The directory of one owner, as it was found. */
export interface SurveyedHome {
  readonly path: string;
  /** The directory of the destination, named by a hash. */
  readonly parent: string;
  readonly host: string;
  readonly pid: number;
  readonly state: HomeState;
  /** Paths of its files without `.seg`, the oldest of each directory first; those of whom it adopted included. */
  readonly segments: readonly string[];
}

/** What is kept for one destination. */
export interface SurveyedDestination {
  readonly path: string;
  readonly homes: readonly SurveyedHome[];
  readonly quarantinedBytes: number;
}

/** What a directory of one owner holds. */
export interface Stock {
  /** Those that are not settled. */
  readonly records: number;
  /** What they count for: quantities by category. */
  readonly quantities: ReadonlyMap<string, number>;
  /** Of its files, acks included. */
  readonly bytes: number;
  /** When the first and the last record were appended, in ms since the epoch; infinite where there is none. */
  readonly oldest: number;
  readonly newest: number;
}

/**
 * Looks at everything below the directory of a spool, and changes nothing, whoever works there. Empty: there is no such
 * directory.
 *
 * @throws whatever the disk says
 */
export async function survey(dir: string, world: SpoolWorld = {}): Promise<readonly SurveyedDestination[]> {
  const { disk = NODE_DISK } = world;
  const parents = (await list(disk, dir)).filter((entry) => entry.isDirectory() && isDestinationName(entry.name));
  const found: SurveyedDestination[] = [];
  for (const { name } of parents) found.push(await surveyDestination(join(dir, name), world));
  return found;
}

async function surveyDestination(path: string, world: SpoolWorld): Promise<SurveyedDestination> {
  const { disk = NODE_DISK } = world;
  const homes: SurveyedHome[] = [];
  for (const { name } of (await list(disk, path)).filter(isHome)) {
    const home = await surveyHome(path, name, world);
    if (home !== undefined) homes.push(home);
  }
  return { path, homes, quarantinedBytes: await quarantinedBytes(disk, join(path, QUARANTINE)) };
}

/** Undefined: it is gone by now. */
async function surveyHome(parent: string, name: string, world: SpoolWorld): Promise<SurveyedHome | undefined> {
  const { disk = NODE_DISK } = world;
  const path = join(parent, name);
  const state = await stateOf(path, world);
  if (state === undefined) return undefined;
  const [, host = '', pid = ''] = /^(.+)-(\d+)-[0-9a-f]+$/.exec(name) ?? [];
  return { path, parent, host, pid: Number(pid), state, segments: await segmentsBelow(disk, path) };
}

async function stateOf(path: string, world: SpoolWorld): Promise<HomeState | undefined> {
  const { disk = NODE_DISK, clock = SYSTEM_CLOCK, processes = machineProcesses() } = world;
  const tenancy = await readTenancy(disk, path);
  if (tenancy === 'gone') return undefined;
  if (tenancy === 'foreign') return 'unknown';
  if (tenancy === 'left') return 'left';
  const gone = provenGone(tenancy.owner, processes);
  if (gone === undefined) return isSilent(clock.now() - tenancy.lastBeat) ? 'unknown' : 'live';
  return gone ? 'orphaned' : 'live';
}

async function segmentsBelow(disk: Disk, path: string): Promise<readonly string[]> {
  const { segments, homes } = sortContent(path, await list(disk, path));
  const inner: string[] = [];
  for (const home of homes) inner.push(...(await segmentsBelow(disk, home)));
  return [...inner, ...segments];
}

/** What is in a directory; nothing where it is none, or not to be read. */
async function list(disk: Disk, path: string): Promise<readonly Dirent[]> {
  try {
    return await disk.readdir(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(codeOf(error))) return [];
    throw error;
  }
}

/** Whether nobody writes there any more: what it holds may be taken over. */
export function isFree({ state }: SurveyedHome): boolean {
  return state === 'left' || state === 'orphaned';
}

/** Counts what a directory holds. What its owner removes meanwhile is not in it. */
export async function takeStock({ segments }: SurveyedHome, world: SpoolWorld = {}): Promise<Stock> {
  const { disk = NODE_DISK, clock = SYSTEM_CLOCK } = world;
  const free = new Tally();
  let [bytes, oldest, newest] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const path of segments) {
    const loaded = await loadSegment(disk, clock, path).catch(unlessGone);
    if (loaded === undefined) continue;
    const { segment } = loaded;
    free.merge(segment.free);
    bytes += segment.bytes + segment.ackBytes;
    oldest = Math.min(oldest, segment.oldest);
    newest = Math.max(newest, segment.newest);
  }
  return { records: free.records, quantities: new Map(free.quantities), bytes, oldest, newest };
}

/** The records of a directory that are not settled; payloads are views that keep their whole segment in memory. */
export async function* recordsOf(home: SurveyedHome, world: SpoolWorld = {}): AsyncGenerator<StoredRecord, void> {
  const { disk = NODE_DISK, clock = SYSTEM_CLOCK } = world;
  const pace = new Pace(clock);
  for (const path of home.segments) {
    const bytes = await readOwnFile(disk, `${path}.seg`).catch(unlessGone);
    if (bytes === undefined) continue;
    const { settled } = await loadAcks(disk, path);
    for (const piece of readSegment(bytes)) {
      if (pace.isOver()) await pace.rest();
      if (piece.kind === 'record' && settled.get(piece.number) !== piece.crc) yield piece;
    }
  }
}

function unlessGone(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}
