import type { Home } from './home.js';
import type { Pending } from './pending.js';
import { type SegmentContext, SegmentFile } from './segment-file.js';

/** What the files of a spool need of it. */
export interface FilesContext extends SegmentContext {
  readonly segmentBytes: number;
  /** The time by which segments are stamped. */
  readonly time: () => number;
  /** Makes room for a new segment within the cap. */
  makeRoom(): Promise<void>;
  makeRoomSync(): void;
  /** The disk refuses, again and again: nothing is written until `start`. */
  stopped(error: unknown): void;
}

/** After so many failures without a success between them it is the disk, not the file. */
const MAX_FAILURES = 2;

/** The files that are open for writing, one of which takes what comes; what fails goes back to what is pending. */
export class SegmentFiles {
  readonly #context: FilesContext;
  readonly #pending: Pending;
  readonly #putBack: () => void;
  readonly #open = new Set<SegmentFile>();
  #home: Home | undefined;
  #active: SegmentFile | undefined;
  #failures = 0;

  /** @param putBack something is pending again */
  constructor(context: FilesContext, pending: Pending, putBack: () => void) {
    this.#context = context;
    this.#pending = pending;
    this.#putBack = putBack;
  }

  /** Where new files go. Undefined: nothing may be written now. */
  get home(): Home | undefined {
    return this.#home;
  }

  get active(): SegmentFile | undefined {
    return this.#active;
  }

  get open(): readonly SegmentFile[] {
    return [...this.#open];
  }

  start(home: Home): void {
    this.#home = home;
    this.#failures = 0;
  }

  /** Gives up all files. */
  async stop(): Promise<void> {
    this.#home = undefined;
    this.#active = undefined;
    const files = this.open;
    this.#open.clear();
    for (const file of files) this.#pending.putBack(await file.abandon());
    this.#putBack();
  }

  /** Closes a file in good order; what comes next goes into another one. Never fails. */
  async retire(file: SegmentFile): Promise<void> {
    if (this.#active === file) this.#active = undefined;
    try {
      await file.retire();
      this.#open.delete(file);
    } catch (error) {
      await this.failed(file, error);
    }
  }

  /** A new file takes what comes. */
  async roll(home: Home): Promise<void> {
    const old = this.#active;
    await this.#context.makeRoom();
    const file = await SegmentFile.create(this.#context, home, this.#context.time());
    // A spill was faster, or the disk refuses by now.
    if (this.#active !== old || this.#home !== home) await file.abandon();
    else this.#replace(file);
  }

  rollSync(home: Home): void {
    this.#context.makeRoomSync();
    const old = this.#active;
    const file = SegmentFile.createSync(this.#context, home, this.#context.time());
    if (old === undefined || old.busy) {
      this.#replace(file);
      return;
    }
    this.#active = file;
    this.#open.add(file);
    this.attemptSync(old, () => {
      old.retireSync();
      this.#open.delete(old);
    });
  }

  /** The disk works. */
  succeeded(): void {
    this.#failures = 0;
  }

  /** Gives the file up, for another one to be tried; the next time it is the disk. */
  async failed(file: SegmentFile | undefined, error: unknown): Promise<void> {
    if (file !== undefined) {
      this.#forget(file);
      this.#pending.putBack(await file.abandon());
    }
    this.#countFailure(error);
    this.#putBack();
  }

  /** Does something with a file while everything waits; if it fails, as `failed`. */
  attemptSync(file: SegmentFile | undefined, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (file !== undefined) {
        this.#forget(file);
        this.#pending.putBack(file.abandonSync());
      }
      this.#countFailure(error);
    }
  }

  #replace(file: SegmentFile): void {
    const old = this.#active;
    this.#active = file;
    this.#open.add(file);
    if (old !== undefined) void this.retire(old);
  }

  #forget(file: SegmentFile): void {
    if (this.#active === file) this.#active = undefined;
    this.#open.delete(file);
  }

  #countFailure(error: unknown): void {
    if (++this.#failures < MAX_FAILURES || this.#home === undefined) return;
    void this.stop();
    this.#context.stopped(error);
  }
}
