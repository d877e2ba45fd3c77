import { basename, dirname } from 'node:path';
import { type Batch, buffersOf, encodeBatch } from './batch.js';
import { CREATE, type Disk, FILE_MODE } from './disk.js';
import { growsTo, writeAll, writeAllSync } from './file.js';
import { encodeHeader } from './frame.js';
import type { Home } from './home.js';
import { type Entry, Segment } from './segment.js';
import type { Shelf } from './shelf.js';

/** What a segment's file needs of its spool. */
export interface SegmentContext {
  readonly disk: Disk;
  readonly shelf: Shelf;
  /** Whether written records are forced to the disk, and kept in memory until they are. */
  readonly durable: boolean;
}

/** A segment that is being written. Where nothing else is said, methods fail as the disk does. */
export class SegmentFile {
  readonly segment: Segment;
  readonly #context: SegmentContext;
  readonly #home: Home;
  readonly #descriptor: number;
  /** Written, but not forced to the disk yet, where that is wanted. */
  readonly #unsafe = new Set<Entry>();
  /** Whether one of the records that were written is to be forced to the disk in any case. */
  #isUrgent = false;
  /** How long the file was when all in it was safe. */
  #safeBytes = 0;
  #underWay: Batch | undefined;
  #writing: Promise<unknown> = Promise.resolve();
  #syncing: Promise<unknown> = Promise.resolve();
  #operations = 0;
  #named = false;
  #isGivenUp = false;
  #closed = false;

  private constructor(context: SegmentContext, home: Home, path: string, descriptor: number) {
    this.#context = context;
    this.#home = home;
    this.#descriptor = descriptor;
    this.segment = new Segment(path, false);
    this.segment.open = true;
    context.shelf.segments.add(this.segment);
  }

  /** Its header and its name are on the disk when this returns, where that is wanted. */
  static async create(context: SegmentContext, home: Home, created: number): Promise<SegmentFile> {
    const path = home.nextSegment();
    const descriptor = await context.disk.open(`${path}.seg`, CREATE, FILE_MODE);
    const file = new SegmentFile(context, home, path, descriptor);
    try {
      await context.disk.fchmod(descriptor, FILE_MODE);
      await writeAll(context.disk, descriptor, [file.#header(created)]);
      await file.sync();
    } catch (error) {
      await file.abandon();
      throw error;
    }
    return file;
  }

  /** The same while everything waits; its name is on the disk after the first sync. */
  static createSync(context: SegmentContext, home: Home, created: number): SegmentFile {
    const path = home.nextSegment();
    const { sync } = context.disk;
    const descriptor = sync.open(`${path}.seg`, CREATE, FILE_MODE);
    const file = new SegmentFile(context, home, path, descriptor);
    try {
      sync.fchmod(descriptor, FILE_MODE);
      writeAllSync(sync, descriptor, [file.#header(created)]);
    } catch (error) {
      file.abandonSync();
      throw error;
    }
    return file;
  }

  /** Whether an operation is under way, so that the file must be left alone. */
  get busy(): boolean {
    return this.#operations > 0;
  }

  /** Whether no record was written to it. */
  get isEmpty(): boolean {
    return this.segment.newest === Number.NEGATIVE_INFINITY;
  }

  /** Whether something is to be forced to the disk that was not yet. */
  get owesSync(): boolean {
    return this.#isUrgent || (this.#context.durable && (this.#unsafe.size > 0 || !this.#named));
  }

  async write(entries: readonly Entry[]): Promise<void> {
    const batch = encodeBatch(entries, this.#context.shelf.number(entries.length));
    this.#underWay = batch;
    const done = this.#operation(() => writeAll(this.#context.disk, this.#descriptor, buffersOf(batch)));
    this.#writing = done.catch(() => {});
    await done;
    // Unless the end of the process looked after it.
    if (this.#underWay === batch) this.#written(batch);
  }

  writeSync(entries: readonly Entry[]): void {
    const batch = encodeBatch(entries, this.#context.shelf.number(entries.length));
    this.#underWay = batch;
    writeAllSync(this.#context.disk.sync, this.#descriptor, buffersOf(batch));
    this.#written(batch);
  }

  /** Returns when what was written before is safe, as far as that is wanted. */
  sync(): Promise<void> {
    const done = this.#syncing.then(() => this.#sync());
    this.#syncing = done.catch(() => {});
    return done;
  }

  syncSync(): void {
    if (this.#closed || !this.owesSync) return;
    this.#context.disk.sync.fdatasync(this.#descriptor);
    if (!this.#named) this.#home.syncNamesSync();
    this.#named = true;
    this.#isUrgent = false;
    this.#safe([...this.#unsafe], this.segment.bytes);
  }

  /** No more records: what was written becomes safe, where that is wanted. */
  async retire(): Promise<void> {
    await this.#writing;
    await this.sync();
    if (!this.#closed) await this.#close(() => this.#context.disk.close(this.#descriptor));
  }

  retireSync(): void {
    this.syncSync();
    this.#close(() => this.#context.disk.sync.close(this.#descriptor));
  }

  /**
   * Gives it up after a failure: after a failed sync nobody knows what is on the disk, and asking again would only say
   * that all is well. Returns what is to be written again. Never fails.
   */
  async abandon(): Promise<readonly Entry[]> {
    this.#isGivenUp = true;
    await Promise.all([this.#writing, this.#syncing]);
    if (this.#closed) return [];
    const entries = this.#takeBack();
    await this.#context.disk.ftruncate(this.#descriptor, this.segment.bytes).catch(() => {});
    await this.#close(() => this.#context.disk.close(this.#descriptor).catch(() => {}));
    return entries;
  }

  abandonSync(): readonly Entry[] {
    if (this.#closed) return [];
    const entries = this.#takeBack();
    try {
      this.#context.disk.sync.ftruncate(this.#descriptor, this.segment.bytes);
    } catch {
      // What stays there is a duplicate in the next run.
    }
    try {
      this.#close(() => this.#context.disk.sync.close(this.#descriptor));
    } catch {
      // It is closed all the same.
    }
    return entries;
  }

  /** At the end of a process: what a write that is under way does not bring to the disk in time. */
  settleUnderWay(): readonly Entry[] {
    const batch = this.#underWay;
    if (batch === undefined || this.#closed) return [];
    if (growsTo(this.#context.disk.sync, this.#descriptor, this.segment.bytes + batch.bytes)) {
      this.#written(batch);
      return [];
    }
    this.#underWay = undefined;
    return batch.entries;
  }

  #header(created: number): Buffer {
    const header = encodeHeader(created, basename(dirname(this.segment.path)));
    this.segment.bytes = header.length;
    return header;
  }

  async #sync(): Promise<void> {
    if (this.#closed || this.#isGivenUp || !this.owesSync) return;
    const { disk } = this.#context;
    const covered = [...this.#unsafe];
    const { bytes } = this.segment;
    this.#isUrgent = false;
    await this.#operation(async () => {
      await disk.fdatasync(this.#descriptor);
      if (!this.#named) await this.#home.syncNames();
    });
    this.#named = true;
    this.#safe(covered, bytes);
  }

  #safe(entries: readonly Entry[], bytes: number): void {
    for (const entry of entries) this.#unsafe.delete(entry);
    this.#safeBytes = Math.max(this.#safeBytes, bytes);
  }

  async #operation(run: () => Promise<void>): Promise<void> {
    this.#operations++;
    try {
      await run();
    } finally {
      this.#operations--;
    }
  }

  #written({ entries, frames, first, bytes }: Batch): void {
    this.#underWay = undefined;
    this.segment.bytes += bytes;
    if (!this.#context.durable) this.#safeBytes = this.segment.bytes;
    entries.forEach((entry, index) => {
      if (this.#context.durable) this.#unsafe.add(entry);
      this.#isUrgent ||= entry.urgent;
      this.segment.stamp(entry);
      this.#context.shelf.place(entry, { segment: this.segment, number: first + index, crc: frames[index]?.crc ?? 0 });
    });
  }

  /** What is not safe here, in the order it came. */
  #takeBack(): readonly Entry[] {
    const [unsafe, underWay] = [[...this.#unsafe], this.#underWay];
    this.#unsafe.clear();
    this.#underWay = undefined;
    this.segment.bytes = this.#safeBytes;
    return [...unsafe.filter((entry) => this.#context.shelf.unplace(entry)), ...(underWay?.entries ?? [])];
  }

  /** The segment takes no more records, whatever the disk says to it. */
  #close<T>(close: () => T): T {
    this.#closed = true;
    this.segment.open = false;
    this.#context.shelf.touch(this.segment);
    return close();
  }
}
