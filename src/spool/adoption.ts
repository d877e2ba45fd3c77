import { basename, dirname, join } from 'node:path';
import type { SpoolClock } from './clock.js';
import { codeOf, type Disk } from './disk.js';
import { type Home, removeHome } from './home.js';
import { isHome, sortContent } from './home-content.js';
import { type Loaded, loadSegment } from './load-segment.js';
import { isOrphan, type Processes } from './owner.js';
import { SpoolError } from './spool-error.js';
import { readTenancy } from './tenancy.js';

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
    const tenancy = await readTenancy(disk, path);
    if (tenancy === 'gone' || tenancy === 'foreign') return false;
    if (tenancy === 'left') return true;
    const { owner, lastBeat } = tenancy;
    const heartbeat = { ageMs: clock.now() - lastBeat, watchedMs: this.#watch(basename(path), lastBeat) };
    return isOrphan(owner, processes, heartbeat);
  }

  #watch(name: string, mtimeMs: number): number {
    const uptime = this.#context.clock.uptime();
    const watched = this.#watched.get(name);
    if (watched?.mtimeMs === mtimeMs) return uptime - watched.since;
    this.#watched.set(name, { mtimeMs, since: uptime });
    return 0;
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
    const { disk } = this.#context;
    try {
      const content = sortContent(path, await disk.readdir(path));
      for (const inner of content.homes) await this.#adopt(inner, home);
      await this.#loadSegments(path, content.segments);
      for (const stray of content.strayAcks) await disk.unlink(stray);
      if (content.segments.length === 0) await removeHome(disk, path);
      this.#unread.delete(path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT' && (await this.#isGone(path))) this.#unread.delete(path);
      else this.#context.failed(error);
    }
  }

  /** As when the own directory was taken over, or removed, with all that is in it. */
  async #isGone(path: string): Promise<boolean> {
    return (await readTenancy(this.#context.disk, path).catch(() => undefined)) === 'gone';
  }

  async #loadSegments(path: string, segments: readonly string[]): Promise<void> {
    const { disk, clock, loaded, failed } = this.#context;
    const done = this.#unread.get(path) ?? new Set();
    for (const each of segments) {
      // What is not read is for the next one, with the own directory that it is in.
      if (this.#stopped) return;
      if (done.has(each)) continue;
      const segment = await loadSegment(disk, clock, each);
      done.add(each);
      if (segment === undefined)
        failed(new SpoolError('SPOOL_UNSAFE', 'a file in the spool is not ours: it is not read'));
      else await loaded(segment);
    }
  }
}
