import { dirname } from 'node:path';
import { encodeAcks } from './ack.js';
import { cancel, type SpoolClock, type Timer } from './clock.js';
import { APPEND, type Disk, FILE_MODE } from './disk.js';
import { appendToOwnFile, isOwnFile, removeFile, syncDirectory, writeAllSync } from './file.js';
import { removeHome } from './home.js';
import type { Segment } from './segment.js';
import type { Shelf } from './shelf.js';

/** Acks are gathered for so long, in milliseconds: what is settled and not acked is sent twice after a crash. */
const GATHER_MS = 20;
/** When the disk refused, in milliseconds. */
const RETRY_MS = 1_000;

interface AckContext {
  readonly disk: Disk;
  readonly clock: SpoolClock;
  readonly shelf: Shelf;
  readonly durable: boolean;
}

/**
 * Writes down what is settled and removes segments that nobody needs. In this order: ack, segment, ack file. Whatever is
 * lost of it makes a duplicate, never a loss.
 */
export class AckWriter {
  readonly #context: AckContext;
  readonly #touched = new Set<Segment>();
  readonly #doomed = new Set<Segment>();
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(context: AckContext) {
    this.#context = context;
  }

  /** A segment has acks to write, or is done. */
  touch(segment: Segment): void {
    this.#touched.add(segment);
    this.#wakeIn(GATHER_MS);
  }

  /** Removes the files of segments that were given up. What cannot be removed now is tried again. */
  async remove(segments: readonly Segment[]): Promise<void> {
    for (const segment of segments) this.#doomed.add(segment);
    await this.flush();
  }

  removeSync(segments: readonly Segment[]): void {
    for (const segment of segments) {
      try {
        this.#context.disk.sync.unlink(segment.segmentPath);
      } catch {
        // Later.
      }
      // Its acks, at least.
      this.#doomed.add(segment);
    }
    this.#wakeIn(GATHER_MS);
  }

  async flush(): Promise<void> {
    await this.#running;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  /** Within the `exit` event. What is under way is written twice, which does no harm. */
  flushSync(): void {
    const { sync } = this.#context.disk;
    for (const segment of this.#context.shelf.segments) {
      if (segment.acks.length === 0) continue;
      try {
        const descriptor = sync.open(segment.ackPath, APPEND, FILE_MODE);
        if (isOwnFile(sync.fstat(descriptor))) writeAllSync(sync, descriptor, [encodeAcks(segment.acks)]);
        sync.close(descriptor);
        segment.acks = [];
      } catch {
        // Duplicates in the next run.
      }
    }
  }

  /** Does nothing more by itself: what is there belongs to the next one. */
  stop(): void {
    this.#stopped = true;
    cancel(this.#timer);
  }

  #wakeIn(ms: number): void {
    if (this.#stopped) return;
    this.#timer ??= this.#context.clock.after(ms, () => {
      this.#timer = undefined;
      void this.flush();
    });
  }

  async #run(): Promise<void> {
    const touched = [...this.#touched];
    this.#touched.clear();
    for (const segment of touched) {
      await this.#write(segment).catch(() => this.#retry(this.#touched, segment));
    }
    for (const segment of [...this.#doomed]) {
      this.#doomed.delete(segment);
      await this.#unlink(segment).catch(() => this.#retry(this.#doomed, segment));
    }
  }

  #retry(segments: Set<Segment>, segment: Segment): void {
    segments.add(segment);
    this.#wakeIn(RETRY_MS);
  }

  async #write(segment: Segment): Promise<void> {
    const acks = [...segment.acks];
    if (segment.gone) return;
    if (acks.length > 0) {
      const bytes = encodeAcks(acks);
      await appendToOwnFile(this.#context.disk, segment.ackPath, bytes);
      segment.acks.splice(0, acks.length);
      segment.ackBytes += bytes.length;
    }
    if (!segment.done || segment.acks.length > 0 || segment.gone) return;
    segment.gone = true;
    this.#context.shelf.segments.delete(segment);
    this.#doomed.add(segment);
  }

  async #unlink(segment: Segment): Promise<void> {
    const { disk, shelf } = this.#context;
    const directory = dirname(segment.path);
    await removeFile(disk, segment.segmentPath);
    // Or a power cut could bring the segment back without its acks.
    if (this.#context.durable && segment.ackBytes > 0) await syncDirectory(disk, directory);
    await removeFile(disk, segment.ackPath);
    const isLast = ![...shelf.segments, ...this.#doomed].some(({ path }) => dirname(path) === directory);
    // It can wait for the next run.
    if (segment.recovered && isLast) await removeHome(disk, directory).catch(() => {});
  }
}
