import { cancel, type SpoolClock, soon, type Timer } from './clock.js';
import type { Home } from './home.js';
import { bytesOf, Pending } from './pending.js';
import type { Entry, Segment } from './segment.js';
import type { SegmentFile } from './segment-file.js';
import { type FilesContext, SegmentFiles } from './segment-files.js';

/** When records are forced to the disk: see `SpoolOptions`. */
export type SyncMode = 'interval' | 'always' | 'process';

interface WriterContext extends FilesContext {
  readonly clock: SpoolClock;
  readonly mode: SyncMode;
}

/** One write: so many records or bytes, gathered for so many milliseconds at most. */
const BATCH_RECORDS = 64;
const BATCH_BYTES = 256 * 1024;
const GATHER_MS = 20;
/** Below the 200 ms that a power cut may cost: gathering and the sync itself take their share. */
const SYNC_MS = 150;
/** What comes within one turn of the loop beyond so many bytes is written at once: in memory it could grow for ever. */
const SPILL_BYTES = 4 * 1024 * 1024;
/** What waits for a slow disk over several turns, give or take a record. */
const MAX_PENDING_BYTES = 16 * 1024 * 1024;

/** Brings entries to the disk: gathered, in segments, safe as the mode says. */
export class Writer {
  readonly #context: WriterContext;
  readonly #pending = new Pending();
  readonly #files: SegmentFiles;
  #turnBytes = 0;
  /** The highest id of what was ever added. */
  #last = 0;
  #running: Promise<void> | undefined;
  #gathering: Timer | undefined;
  #syncing: Timer | undefined;

  constructor(context: WriterContext) {
    this.#context = context;
    this.#files = new SegmentFiles(context, this.#pending, () => this.#kick());
  }

  get isRunning(): boolean {
    return this.#files.home !== undefined;
  }

  get hasRoom(): boolean {
    return this.isRunning && this.#pending.bytes < MAX_PENDING_BYTES;
  }

  start(home: Home): void {
    this.#files.start(home);
    this.#kick();
  }

  /** Gives up all files; what is not safe in them waits for `start`. */
  stop(): Promise<void> {
    return this.#files.stop();
  }

  /** Not without `hasRoom`. */
  add(entry: Entry): void {
    this.#pending.add(entry);
    this.#last = entry.id;
    this.#countTurn(bytesOf(entry));
    if (this.#turnBytes > SPILL_BYTES && this.#pending.bytes > SPILL_BYTES) this.#spill();
    else if (entry.urgent || this.#pending.size >= BATCH_RECORDS || this.#pending.bytes >= BATCH_BYTES) this.#kick();
    else this.#gathering ??= this.#context.clock.after(GATHER_MS, () => this.#kick());
  }

  /** What somebody holds and no file has any more. */
  putBack(entries: readonly Entry[]): void {
    this.#pending.putBack(entries);
    for (const { id } of entries) this.#last = Math.max(this.#last, id);
    this.#kick();
  }

  /** Nobody needs it any more. False: it is on its way to the disk. */
  forget(entry: Entry): boolean {
    return this.#pending.delete(entry);
  }

  /** Takes out what nobody holds and the disk did not take. */
  takeReleased(): readonly Entry[] {
    return this.#pending.takeReleased();
  }

  /** Returns when everything added so far is written, and safe where the mode says so; or when the disk refuses. */
  async flush(): Promise<void> {
    const last = this.#last;
    do {
      this.#kick();
      await this.#running;
      await this.#syncAll();
    } while (this.isRunning && (this.#pending.first ?? Number.POSITIVE_INFINITY) <= last);
  }

  /** The same within the `exit` event: no operation that is under way reports back any more. */
  flushSync(): void {
    for (const file of this.#files.open) {
      this.#files.attemptSync(file, () => this.#pending.putBack(file.settleUnderWay()));
    }
    this.#spill();
    for (const file of this.#files.open) this.#files.attemptSync(file, () => file.syncSync());
    this.#spill();
  }

  /** From now on nothing in this segment changes. */
  async seal(segment: Segment): Promise<void> {
    for (const file of this.#files.open) if (file.segment === segment) await this.#files.retire(file);
  }

  /** Writes what is left and closes the files. */
  async close(): Promise<void> {
    await this.flush();
    cancel(this.#syncing);
    for (const file of this.#files.open) await this.#files.retire(file);
    await this.#files.stop();
  }

  #kick(): void {
    cancel(this.#gathering);
    this.#gathering = undefined;
    if (!this.isRunning || this.#running !== undefined || this.#pending.size === 0) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      this.#kick();
    });
  }

  async #run(): Promise<void> {
    for (let { home } = this.#files; home !== undefined && this.#pending.size > 0; { home } = this.#files) {
      let file: SegmentFile | undefined;
      try {
        await home.confirm();
        file = this.#files.active;
        const batch = this.#take(file);
        if (file === undefined || batch.length === 0) {
          await this.#files.roll(home);
          continue;
        }
        await file.write(batch);
        await this.#secure(file, batch);
        this.#files.succeeded();
      } catch (error) {
        await this.#files.failed(file, error);
      }
    }
  }

  /** What goes into the file with one write; nothing when there is no file, or no room in it. */
  #take(file: SegmentFile | undefined): readonly Entry[] {
    if (file === undefined) return [];
    const room = this.#context.segmentBytes - file.segment.bytes;
    return this.#pending.take(BATCH_RECORDS, Math.min(BATCH_BYTES, room), file.isEmpty ? 1 : 0);
  }

  /** Makes what was written safe, now or in a while. */
  async #secure(file: SegmentFile, batch: readonly Entry[]): Promise<void> {
    if (this.#isDueAtOnce(batch)) await file.sync();
    else if (this.#context.durable) {
      this.#syncing ??= this.#context.clock.after(SYNC_MS, () => {
        this.#syncing = undefined;
        void this.#syncAll();
      });
    }
  }

  #isDueAtOnce(batch: readonly Entry[]): boolean {
    return this.#context.mode === 'always' || batch.some(({ urgent }) => urgent);
  }

  async #syncAll(): Promise<void> {
    for (const file of this.#files.open) {
      try {
        await file.sync();
      } catch (error) {
        await this.#files.failed(file, error);
      }
    }
  }

  #countTurn(bytes: number): void {
    if (this.#turnBytes === 0) {
      soon(() => {
        this.#turnBytes = 0;
      });
    }
    this.#turnBytes += bytes;
  }

  /** Writes all that is pending at once, while everything waits. */
  #spill(): void {
    for (let { home } = this.#files; home !== undefined && this.#pending.size > 0; { home } = this.#files) {
      const file = this.#files.active;
      const batch = file?.busy ? [] : this.#take(file);
      if (file === undefined || batch.length === 0) {
        this.#files.attemptSync(undefined, () => this.#files.rollSync(home));
        continue;
      }
      this.#files.attemptSync(file, () => {
        file.writeSync(batch);
        if (this.#isDueAtOnce(batch)) file.syncSync();
        this.#files.succeeded();
      });
    }
  }
}
