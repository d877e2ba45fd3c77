import { AckWriter } from './ack-writer.js';
import { Adoption } from './adoption.js';
import { type SpoolClock, SYSTEM_CLOCK, steadyClock } from './clock.js';
import { type Disk, NODE_DISK } from './disk.js';
import { MAX_PAYLOAD_BYTES, type SpoolRecord } from './frame.js';
import { destinationDirectory, type Home } from './home.js';
import type { Loaded } from './load-segment.js';
import { machineProcesses, type Processes } from './owner.js';
import { quarantine } from './quarantine.js';
import { Reader, type Recovered } from './reader.js';
import { Residence } from './residence.js';
import type { Segment } from './segment.js';
import { type LossReason, Shelf } from './shelf.js';
import { maskPath, readError, SpoolError, writeError } from './spool-error.js';
import { type SyncMode, Writer } from './writer.js';

/** What a spool is opened with. */
export interface SpoolOptions {
  /** For our eyes only: made with mode 0700 where it is missing. */
  readonly dir: string;
  /** Whom the records are for, as a text without secrets: only its hash appears on the disk. */
  readonly destination: string;
  /** Of this destination, as this process sees it: what it wrote and what it adopted. */
  readonly maxBytes: number;
  /** Older records are dropped. */
  readonly maxAgeMs: number;
  /**
   * When records are forced to the disk, against power cuts: `interval` soon enough that 200 ms of them may be lost,
   * `always` with every write, `process` never, which is enough for a process that dies. Urgent ones: at once.
   */
  readonly sync: SyncMode;
}

/** What a spool tells its owner. None of it may throw. */
export interface SpoolListener {
  /** Records of an earlier run, or of a process that died, were taken over. */
  recovered(category: string, quantity: number): void;
  /** Records that nobody holds in memory are gone, for the cap, their age, damage, or a disk that refuses. */
  lost(reason: LossReason, category: string, quantity: number): void;
  /** Something is wrong that the user may act on. */
  problem(error: SpoolError): void;
  /** `next` may have something that it had not before. */
  available(): void;
}

/** The outside world; the machine's where nothing else is given. */
export interface SpoolWorld {
  readonly disk?: Disk | undefined;
  readonly clock?: SpoolClock | undefined;
  readonly processes?: Processes | undefined;
}

/** A cap of few bytes is still kept in several segments, so that few records go at once; in bytes. */
const MAX_SEGMENT_BYTES = 4 * 1024 * 1024;
const MIN_SEGMENT_BYTES = 64 * 1024;
const SEGMENTS = 16;

/**
 * Keeps records on the disk until they are settled: across `kill -9`, power cuts and long outages.
 *
 * Every record is held by the caller, on the disk, or both. No method throws. Where the disk refuses, so does `append`:
 * the caller goes on in memory, and the spool tries again by itself.
 */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #listener: SpoolListener;
  readonly #disk: Disk;
  readonly #time: () => number;
  readonly #segmentBytes: number;
  readonly #shelf: Shelf;
  readonly #writer: Writer;
  readonly #acks: AckWriter;
  readonly #reader: Reader;
  readonly #adoption: Adoption;
  readonly #residence: Residence;
  /** Whether the user was told that the disk refuses. */
  #isTold = false;
  #closing: Promise<void> | undefined;

  /** Returns at once: what is on the disk already is looked through in the background. */
  constructor(options: SpoolOptions, listener: SpoolListener, world: SpoolWorld = {}) {
    const { disk = NODE_DISK, clock = SYSTEM_CLOCK, processes = machineProcesses() } = world;
    const durable = options.sync !== 'process';
    this.#options = options;
    this.#listener = listener;
    this.#disk = disk;
    this.#time = steadyClock(clock);
    this.#segmentBytes = Math.max(MIN_SEGMENT_BYTES, Math.min(MAX_SEGMENT_BYTES, options.maxBytes / SEGMENTS));
    this.#shelf = new Shelf({
      lost: (reason, category, quantity) => listener.lost(reason, category, quantity),
      available: () => listener.available(),
      touched: (segment) => this.#acks.touch(segment),
    });
    const parts = { disk, clock, processes, durable, shelf: this.#shelf, time: this.#time };
    this.#acks = new AckWriter(parts);
    this.#writer = new Writer({
      ...parts,
      mode: options.sync,
      segmentBytes: this.#segmentBytes,
      makeRoom: () => this.#acks.remove(this.#dropBeyondCap(this.#segmentBytes)),
      makeRoomSync: () => this.#acks.removeSync(this.#dropBeyondCap(this.#segmentBytes)),
      stopped: (error) => this.#refused(error),
    });
    const unreadable = (error: unknown): void => listener.problem(readError(error, options.dir));
    this.#reader = new Reader({ ...parts, writer: this.#writer, maxAgeMs: options.maxAgeMs, failed: unreadable });
    this.#adoption = new Adoption({ ...parts, loaded: (loaded) => this.#loaded(loaded), failed: unreadable });
    this.#residence = new Residence({
      ...parts,
      dir: options.dir,
      destination: options.destination,
      isWriting: () => this.#writer.isRunning,
      opened: (home) => this.#writer.start(home),
      lost: () => this.#evacuate(),
      refused: (error) => this.#stop(error),
      recovered: () => {
        this.#isTold = false;
      },
      beat: (home) => this.#beat(home),
    });
    this.#residence.start();
  }

  /** Whether it can take a record now, if that is not too large. */
  get admits(): boolean {
    return this.#closing === undefined && this.#writer.hasRoom;
  }

  /**
   * Takes a record, to be written within 20 ms, or at once if it is `urgent`. The caller holds it until it calls `settle`
   * or `release`. Undefined: the spool cannot take it now.
   */
  append(record: SpoolRecord, urgent: boolean): number | undefined {
    const { length } = record.payload;
    if (!this.admits || length > MAX_PAYLOAD_BYTES || length > this.#options.maxBytes) return undefined;
    const entry = this.#shelf.enter(record, this.#time(), urgent);
    this.#writer.add(entry);
    return entry.id;
  }

  /** The fate of a record is known: it need not be kept any longer. */
  settle(id: number): void {
    const entry = this.#shelf.settle(id);
    if (entry !== undefined) this.#writer.forget(entry);
  }

  /** The caller gives a record out of hand whose fate is not known: it stays on the disk, and `next` gives it out again. */
  release(id: number): void {
    const entry = this.#shelf.release(id);
    // It is nowhere else.
    if (entry === undefined || this.#writer.isRunning || !this.#writer.forget(entry)) return;
    this.#shelf.lose('queue_overflow', entry.record);
  }

  /** The oldest record that nobody holds: own ones first, then those of others. The caller holds it from now on. */
  async next(): Promise<Recovered | undefined> {
    return this.#closing === undefined ? this.#reader.next() : undefined;
  }

  /**
   * Takes over what others left, now instead of with the next look in at most 10 s. Returns when `next` can give out all
   * of it.
   */
  async adopt(): Promise<void> {
    await this.#residence.check();
    const { home } = this.#residence;
    if (home !== undefined) await this.#adoption.scan(home);
  }

  /** What nobody holds: released or recovered. Quantities by category. */
  waiting(): ReadonlyMap<string, number> {
    return this.#shelf.waiting();
  }

  /** Returns when everything appended and settled is written, and safe where `sync` says so; or when the disk refuses. */
  async flush(): Promise<void> {
    await this.#writer.flush();
    await this.#acks.flush();
  }

  /** The same within the `exit` event. */
  flushSync(): void {
    this.#writer.flushSync();
    this.#acks.flushSync();
  }

  /** Flushes and leaves: what is not settled is for the next one who opens a spool for this destination. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#residence.stop();
    await this.#adoption.stop();
    await this.#writer.close();
    await this.#acks.flush();
    this.#acks.stop();
    for (const { record } of this.#writer.takeReleased()) this.#shelf.lose('queue_overflow', record);
    await this.#residence.home?.leave(this.#shelf.segments.size === 0).catch(() => {});
  }

  #beat(home: Home): void {
    this.#reader.retry();
    const expired = this.#shelf.olderThan(this.#time() - this.#options.maxAgeMs);
    for (const segment of expired) this.#shelf.drop(segment, 'cache_overflow');
    void this.#acks.remove(expired);
    void this.#adoption.scan(home);
    if (this.#shelf.waiting().size > 0) this.#listener.available();
  }

  async #loaded({ segment, damage, isNewer }: Loaded): Promise<void> {
    const { dir } = this.#options;
    if (isNewer) {
      const message = `a later version wrote a part of the spool at ${maskPath(dir)}: it is left for that version`;
      this.#listener.problem(new SpoolError('SPOOL_NEWER_FORMAT', message));
      return;
    }
    if (damage.length > 0) await this.#setAside(segment, damage);
    for (const [category, quantity] of segment.free.quantities) this.#listener.recovered(category, quantity);
    this.#shelf.segments.add(segment);
    if (segment.done) this.#acks.touch(segment);
    else this.#listener.available();
    await this.#acks.remove(this.#dropBeyondCap(0));
  }

  async #setAside(segment: Segment, damage: readonly Buffer[]): Promise<void> {
    const bytes = damage.reduce((sum, { length }) => sum + length, 0);
    const message = `${bytes} bytes of the spool at ${maskPath(this.#options.dir)} make no sense: they are in quarantine`;
    this.#listener.problem(new SpoolError('SPOOL_DAMAGED', message));
    // Who cannot even write them down goes on without them.
    const parent = destinationDirectory(this.#options.dir, this.#options.destination);
    await quarantine(this.#disk, parent, segment.path, damage).catch(() => {});
  }

  #dropBeyondCap(more: number): readonly Segment[] {
    const dropped = this.#shelf.beyond(this.#options.maxBytes, more);
    for (const segment of dropped) this.#shelf.drop(segment, 'cache_overflow');
    return dropped;
  }

  async #evacuate(): Promise<void> {
    await this.#writer.stop();
    this.#writer.putBack(this.#shelf.evacuate());
  }

  async #stop(error: unknown): Promise<void> {
    this.#tell(error);
    await this.#writer.stop();
  }

  #refused(error: unknown): void {
    this.#tell(error);
    this.#residence.retry();
  }

  /** Once, until it goes well again. */
  #tell(error: unknown): void {
    if (!this.#isTold) this.#listener.problem(writeError(error, this.#options.dir));
    this.#isTold = true;
  }
}
