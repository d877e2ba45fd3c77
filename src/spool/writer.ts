import { cancel, type SpoolClock, soon, type Timer } from './clock.js';
import type { Home } from './home.js';
import { bytesOf, Pending } from './pending.js';
import type { Entry } from './segment.js';
import { type SegmentContext, SegmentFile } from './segment-file.js';

/** When records are forced to the disk: see `SpoolOptions`. */
export type SyncMode = 'interval' | 'always' | 'process';

/** What the writer needs of its spool. */
export interface WriterContext extends SegmentContext {
  readonly clock: SpoolClock;
  readonly mode: SyncMode;
  readonly segmentBytes: number;
  /** The time by which segments are stamped. */
  readonly time: () => number;
  /** Makes room for a new segment within the cap. */
  makeRoom(): Promise<void>;
  makeRoomSync(): void;
  /** The disk refuses, again and again: nothing is written until `start`. */
  stopped(error: unknown): void;
}

/** One write: so many records or bytes, gathered for so many milliseconds at most. */
const BATCH_RECORDS = 64;
const BATCH_BYTES = 256 * 1024;
const GATHER_MS = 20;
/** Below the 200 ms that a power cut may cost: gathering and the sync itself take their share. */
const SYNC_MS = 150;
/** What comes within one turn of the loop beyond so many bytes is written at once: in memory it could grow for ever. */
const SPILL_BYTES = 4 * 1024 * 1024;
/** What waits for a slow disk over several turns. */
const MAX_PENDING_BYTES = 16 * 1024 * 1024;
/** After so many failures without a success between them it is the disk, not the file. */
const MAX_FAILURES = 2;

/** Brings entries to the disk: gathered, in segments, safe as the mode says. */
export class Writer {
  readonly #context: WriterContext;
  #home: Home | undefined;
  readonly #pending = new Pending();
  #turnBytes = 0;
  #active: SegmentFile | undefined;
  /** All that are not closed. */
  readonly #files = new Set<SegmentFile>();
  #running: Promise<void> | undefined;
  #gathering: Timer | undefined;
  #syncing: Timer | undefined;
  #failures = 0;

  constructor(context: WriterContext) {
    this.#context = context;
  }

  get isRunning(): boolean {
    return this.#home !== undefined;
  }

  start(home: Home): void {
    this.#home = home;
    this.#failures = 0;
    this.#kick();
  }

  /** Gives up all files; what is not safe in them waits for `start`. */
  async stop(): Promise<void> {
    this.#home = undefined;
    this.#active = undefined;
    cancel(this.#syncing);
    this.#syncing = undefined;
    const files = [...this.#files];
    this.#files.clear();
    for (const file of files) this.#pending.putBack(await file.abandon());
    this.#kick();
  }

  /** False: there is no room for it. */
  add(entry: Entry): boolean {
    const bytes = bytesOf(entry);
    if (this.#pending.bytes + bytes > MAX_PENDING_BYTES) return false;
    this.#pending.add(entry);
    this.#countTurn(bytes);
    if (this.#turnBytes > SPILL_BYTES && this.#pending.bytes > SPILL_BYTES) this.#spill();
    else if (entry.urgent || this.#pending.size >= BATCH_RECORDS || this.#pending.bytes >= BATCH_BYTES) this.#kick();
    else this.#gathering ??= this.#context.clock.after(GATHER_MS, () => this.#kick());
    return true;
  }

  /** What somebody holds and no file has any more. */
  putBack(entries: readonly Entry[]): void {
    this.#pending.putBack(entries);
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
    while (this.#home !== undefined && this.#pending.size > 0) {
      this.#kick();
      await this.#running;
    }
    await this.#running;
    if (this.#context.mode !== 'process') await this.#syncActive();
  }

  /** The same within the `exit` event: no operation that is under way reports back any more. */
  flushSync(): void {
    const isUrgent = this.#pending.hasUrgent;
    for (const file of this.#files) this.#attemptSync(file, () => this.#pending.putBack(file.settleUnderWay()));
    this.#spill();
    if (this.#context.mode === 'process' && !isUrgent) return;
    for (const file of this.#files) this.#attemptSync(file, () => file.syncSync());
    this.#spill();
  }

  /** Writes what is left and closes the files. */
  async close(): Promise<void> {
    await this.flush();
    const file = this.#active;
    this.#active = undefined;
    if (file !== undefined) await this.#retire(file);
    await this.stop();
  }

  #kick(): void {
    cancel(this.#gathering);
    this.#gathering = undefined;
    if (this.#home === undefined || this.#running !== undefined || this.#pending.size === 0) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      this.#kick();
    });
  }

  async #run(): Promise<void> {
    while (this.#home !== undefined && this.#pending.size > 0) {
      let file: SegmentFile | undefined;
      try {
        await this.#home.confirm();
        file = this.#active;
        const batch = this.#take(file);
        if (file === undefined || batch.length === 0) {
          await this.#roll(this.#home);
          continue;
        }
        await file.write(batch);
        await this.#secure(file, batch);
        this.#failures = 0;
      } catch (error) {
        await this.#failed(file, error);
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
    if (this.#context.mode === 'always' || batch.some(({ urgent }) => urgent)) await file.sync();
    else if (this.#context.mode === 'interval') {
      this.#syncing ??= this.#context.clock.after(SYNC_MS, () => {
        this.#syncing = undefined;
        void this.#syncActive();
      });
    }
  }

  async #syncActive(): Promise<void> {
    const file = this.#active;
    try {
      await file?.sync();
    } catch (error) {
      await this.#failed(file, error);
    }
  }

  async #roll(home: Home): Promise<void> {
    const old = this.#active;
    await this.#context.makeRoom();
    const file = await SegmentFile.create(this.#context, home, this.#context.time());
    // A spill was faster, or the disk refuses by now.
    if (this.#active !== old || this.#home !== home) await file.abandon();
    else this.#replace(file);
  }

  #replace(file: SegmentFile): void {
    const old = this.#active;
    this.#active = file;
    this.#files.add(file);
    if (old !== undefined) void this.#retire(old);
  }

  async #retire(file: SegmentFile): Promise<void> {
    try {
      await file.retire();
      this.#files.delete(file);
    } catch (error) {
      await this.#failed(file, error);
    }
  }

  /** Gives the file up and tries once with another one; then it is the disk. */
  async #failed(file: SegmentFile | undefined, error: unknown): Promise<void> {
    if (file !== undefined) {
      if (this.#active === file) this.#active = undefined;
      this.#files.delete(file);
      this.#pending.putBack(await file.abandon());
    }
    this.#countFailure(error);
    this.#kick();
  }

  #countFailure(error: unknown): void {
    if (++this.#failures < MAX_FAILURES || this.#home === undefined) return;
    void this.stop();
    this.#context.stopped(error);
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
    while (this.#home !== undefined && this.#pending.size > 0) {
      const home = this.#home;
      const file = this.#active;
      const batch = file?.busy ? [] : this.#take(file);
      if (file === undefined || batch.length === 0) this.#attemptSync(undefined, () => this.#rollSync(home));
      else {
        this.#attemptSync(file, () => {
          file.writeSync(batch);
          if (this.#context.mode === 'always') file.syncSync();
          this.#failures = 0;
        });
      }
    }
  }

  #rollSync(home: Home): void {
    this.#context.makeRoomSync();
    const file = SegmentFile.createSync(this.#context, home, this.#context.time());
    const old = this.#active;
    if (old === undefined || old.busy) {
      this.#replace(file);
      return;
    }
    this.#active = file;
    this.#files.add(file);
    this.#attemptSync(old, () => {
      old.retireSync();
      this.#files.delete(old);
    });
  }

  #attemptSync(file: SegmentFile | undefined, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (file !== undefined) {
        if (this.#active === file) this.#active = undefined;
        this.#files.delete(file);
        this.#pending.putBack(file.abandonSync());
      }
      this.#countFailure(error);
    }
  }
}
