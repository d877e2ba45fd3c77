import { createHash, randomBytes } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import type { SpoolClock } from './clock.js';
import { secureBase, secureDirectory } from './directory.js';
import { CREATE, type Disk, FILE_MODE } from './disk.js';
import { syncDirectory, syncDirectorySync, syncFile, syncFileSync, writeAllSync } from './file.js';
import { HEARTBEAT_MS, type Owner } from './owner.js';

/** Who owns the directory; the time of its last change is the heartbeat. */
export const OWNER_FILE = 'owner';
/** What becomes of the above when the owner leaves: anybody may adopt the directory. */
export const LEFT_FILE = 'left';

/** How many signs of life may be due before nothing is written without giving one first: an heir might be here. */
const MISSED_BEATS = 3;

const HOST_BYTES = 40;
/** As `nameOf` makes them: the names of others are none of ours. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9.-]{0,39}-\d{1,10}-[0-9a-f]{12}$/;

/** As `destinationDirectory` makes them. */
const DESTINATION = /^[0-9a-f]{32}$/;

export function isHomeName(name: string): boolean {
  return NAME.test(name);
}

export function isDestinationName(name: string): boolean {
  return DESTINATION.test(name);
}

/** Where the directories of one destination are: only its hash is in the name, so nothing written for one goes to another. */
export function destinationDirectory(dir: string, destination: string): string {
  return join(resolve(dir), createHash('sha256').update(destination).digest('hex').slice(0, 32));
}

/** The directory that one spool, of one thread of one process, writes into. */
export class Home {
  readonly path: string;
  readonly #disk: Disk;
  readonly #clock: SpoolClock;
  /** Their entries are not known to be on the disk. */
  #unsynced: readonly string[];
  #segments = 0;
  #beat: { readonly now: number; readonly uptime: number };

  private constructor(disk: Disk, clock: SpoolClock, path: string, parents: readonly string[]) {
    this.path = path;
    this.#disk = disk;
    this.#clock = clock;
    this.#unsynced = parents;
    this.#beat = { now: clock.now(), uptime: clock.uptime() };
  }

  /**
   * Makes it, with all that leads to it.
   *
   * @param parent of the destination, as `destinationDirectory` names it
   * @throws SpoolError SPOOL_UNSAFE, or whatever the disk says
   */
  static openSync(disk: Disk, clock: SpoolClock, parent: string, owner: Owner): Home {
    const base = dirname(parent);
    const path = join(parent, nameOf(owner));
    secureBase(disk.sync, base);
    secureDirectory(disk.sync, parent);
    secureDirectory(disk.sync, path);
    const descriptor = disk.sync.open(join(path, OWNER_FILE), CREATE, FILE_MODE);
    try {
      disk.sync.fchmod(descriptor, FILE_MODE);
      writeAllSync(disk.sync, descriptor, [Buffer.from(JSON.stringify(owner))]);
    } finally {
      disk.sync.close(descriptor);
    }
    return new Home(disk, clock, path, [parent, base, dirname(base)]);
  }

  /** A name for the next segment, without its ending: a number of 20 digits. */
  nextSegment(): string {
    return join(this.path, String(++this.#segments).padStart(20, '0'));
  }

  /** @throws ENOENT when somebody else has the directory now, or it was removed */
  async beat(): Promise<void> {
    const now = this.#clock.now();
    await this.#disk.utimes(join(this.path, OWNER_FILE), now / 1_000);
    this.#beat = { now, uptime: this.#clock.uptime() };
  }

  /** As `beat`, but only where the process has been silent for so long that another could think it dead. */
  async confirm(): Promise<void> {
    const { now, uptime } = this.#beat;
    const silence = Math.max(Math.abs(this.#clock.now() - now), this.#clock.uptime() - uptime);
    if (silence > MISSED_BEATS * HEARTBEAT_MS) await this.beat();
  }

  /** After this the names of its files survive a power cut, and so does what leads to them and says whose they are. */
  async syncNames(): Promise<void> {
    if (this.#unsynced.length > 0) await syncFile(this.#disk, join(this.path, OWNER_FILE));
    for (const path of [this.path, ...this.#unsynced]) await syncDirectory(this.#disk, path);
    this.#unsynced = [];
  }

  /** The same while everything waits. */
  syncNamesSync(): void {
    if (this.#unsynced.length > 0) syncFileSync(this.#disk.sync, join(this.path, OWNER_FILE));
    for (const path of [this.path, ...this.#unsynced]) syncDirectorySync(this.#disk.sync, path);
    this.#unsynced = [];
  }

  /** Goes: what is left may be adopted at once. */
  async leave(isEmpty: boolean): Promise<void> {
    await this.#disk.rename(join(this.path, OWNER_FILE), join(this.path, LEFT_FILE));
    if (isEmpty) await removeHome(this.#disk, this.path);
  }
}

/** Removes a directory that holds no segments any more; not where anything else is in it. */
export async function removeHome(disk: Disk, path: string): Promise<void> {
  const names = (await disk.readdir(path)).map(({ name }) => name);
  if (!names.every((name) => name === OWNER_FILE || name === LEFT_FILE)) return;
  for (const name of names) await disk.unlink(join(path, name));
  await disk.rmdir(path);
}

function nameOf({ host, pid }: Owner): string {
  const safe = host
    .replace(/[^A-Za-z0-9.-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, HOST_BYTES);
  return `${safe === '' ? 'host' : safe}-${pid}-${randomBytes(6).toString('hex')}`;
}
