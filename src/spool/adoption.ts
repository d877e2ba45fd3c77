import type { Dirent, Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { SpoolClock } from './clock.js';
import { codeOf, type Disk } from './disk.js';
import { isOwn, readOwnFile } from './file.js';
import { type Home, isHomeName, LEFT_FILE, OWNER_FILE, removeHome } from './home.js';
import { type Loaded, loadSegment } from './load-segment.js';
import { isOrphan, type Processes, parseOwner } from './owner.js';
import { SpoolError } from './spool-error.js';

const SEGMENT = /^\d{20}\.seg$/;
const ACKS = /^\d{20}\.ack$/;

interface AdoptionContext {
  readonly disk: Disk;
  readonly clock: SpoolClock;
  readonly processes: Processes;
  /** A segment has come in. */
  loaded(loaded: Loaded): Promise<void>;
  /** Something cannot be read, or taken over; it is tried again with the next look. */
  failed(error: unknown): void;
}

/**
 * Takes over the directories of those who write there no more: by moving them into the own one, which only one can do.
 * What they had adopted themselves comes along and is moved up beside them.
 */
export class Adoption {
  readonly #context: AdoptionContext;
  /** The heartbeats of the others, and when they were first seen. */
  #watched = new Map<string, { readonly mtimeMs: number; readonly since: number }>();
  /** Directories that came in but could not be read to the end, and what of them was. */
  readonly #unread = new Map<string, Set<string>>();
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(context: AdoptionContext) {
    this.#context = context;
  }

  /** Looks for orphans and takes them over. Never fails. */
  async scan(home: Home): Promise<void> {
    if (this.#stopped) return;
    this.#running ??= this.#scan(home)
      .catch((error: unknown) => this.#context.failed(error))
      .finally(() => {
        this.#running = undefined;
      });
    await this.#running;
  }

  /** Takes over nothing more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #scan(home: Home): Promise<void> {
    const parent = dirname(home.path);
    const names = (await this.#context.disk.readdir(parent)).filter(isHome).map(({ name }) => name);
    this.#watched = new Map([...this.#watched].filter(([name]) => names.includes(name)));
    for (const path of this.#unread.keys()) await this.#load(path, home);
    for (const name of names) {
      const path = join(parent, name);
      if (this.#stopped || path === home.path) continue;
      try {
        if (await this.#isOrphan(path)) await this.#adopt(path, home);
      } catch (error) {
        this.#context.failed(error);
      }
    }
  }

  async #isOrphan(path: string): Promise<boolean> {
    const { disk, clock, processes } = this.#context;
    const directory = await this.#look(path);
    // Gone by now, or it belongs to a user whose records are none of ours.
    if (directory === undefined || !isOwn(directory)) return false;
    if ((await this.#look(join(path, LEFT_FILE))) !== undefined) return true;
    const file = join(path, OWNER_FILE);
    const { mtimeMs } = (await this.#look(file)) ?? directory;
    const content = await readOwnFile(disk, file).catch(() => undefined);
    const heartbeat = { ageMs: clock.now() - mtimeMs, watchedMs: this.#watch(basename(path), mtimeMs) };
    return isOrphan(parseOwner(content?.toString() ?? ''), processes, heartbeat);
  }

  #watch(name: string, mtimeMs: number): number {
    const uptime = this.#context.clock.uptime();
    const watched = this.#watched.get(name);
    if (watched?.mtimeMs === mtimeMs) return uptime - watched.since;
    this.#watched.set(name, { mtimeMs, since: uptime });
    return 0;
  }

  async #look(path: string): Promise<Stats | undefined> {
    try {
      return await this.#context.disk.lstat(path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async #adopt(path: string, home: Home): Promise<void> {
    const target = join(home.path, basename(path));
    try {
      await this.#context.disk.rename(path, target);
    } catch (error) {
      // Another one was faster.
      if (codeOf(error) === 'ENOENT') return;
      throw error;
    }
    this.#unread.set(target, new Set());
    await this.#load(target, home);
  }

  /** Reads what has not been read yet; what cannot be read now is tried again with the next look. */
  async #load(path: string, home: Home): Promise<void> {
    try {
      const entries = await this.#context.disk.readdir(path);
      for (const { name } of entries.filter(isHome)) await this.#adopt(join(path, name), home);
      const names = entries.map(({ name }) => name);
      await this.#loadSegments(path, names.filter((name) => SEGMENT.test(name)).sort());
      await this.#tidy(path, names);
      this.#unread.delete(path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT' && (await this.#isGone(path))) this.#unread.delete(path);
      else this.#context.failed(error);
    }
  }

  /** As when the own directory was taken over, or removed, with all that is in it. */
  async #isGone(path: string): Promise<boolean> {
    return (await this.#look(path).catch(() => null)) === undefined;
  }

  async #loadSegments(path: string, names: readonly string[]): Promise<void> {
    const { disk, clock, loaded, failed } = this.#context;
    const done = this.#unread.get(path) ?? new Set();
    for (const name of names) {
      if (done.has(name)) continue;
      const segment = await loadSegment(disk, clock, join(path, name.slice(0, -'.seg'.length)));
      done.add(name);
      if (segment === undefined)
        failed(new SpoolError('SPOOL_UNSAFE', 'a file in the spool is not ours: it is not read'));
      else await loaded(segment);
    }
  }

  /** Acks whose segment is gone, and the directory itself when there is nothing in it. */
  async #tidy(path: string, names: readonly string[]): Promise<void> {
    const { disk } = this.#context;
    const isStray = (name: string): boolean => ACKS.test(name) && !names.includes(name.replace('.ack', '.seg'));
    for (const name of names.filter(isStray)) await disk.unlink(join(path, name));
    if (!names.some((name) => SEGMENT.test(name))) await removeHome(disk, path);
  }
}

function isHome(entry: Dirent): boolean {
  return entry.isDirectory() && isHomeName(entry.name);
}
