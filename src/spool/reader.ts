import { Pace, type SpoolClock } from './clock.js';
import { codeOf, type Disk } from './disk.js';
import { readOwnFile } from './file.js';
import type { SpoolRecord } from './frame.js';
import { loadAcks } from './load-segment.js';
import type { Segment } from './segment.js';
import { type Piece, readSegment, type StoredRecord } from './segment-reader.js';
import type { Shelf } from './shelf.js';
import type { Writer } from './writer.js';

/** A record from the disk, which the caller holds from now on. */
export interface Recovered {
  readonly id: number;
  readonly record: SpoolRecord;
  /** When it was appended, in ms since the epoch. */
  readonly time: number;
  /** Whether an earlier run, or another process that died, appended it. */
  readonly recovered: boolean;
}

interface ReaderContext {
  readonly disk: Disk;
  readonly clock: SpoolClock;
  readonly shelf: Shelf;
  readonly writer: Writer;
  readonly maxAgeMs: number;
  /** The time by which records are stamped. */
  readonly time: () => number;
  /** A segment cannot be read. */
  failed(error: unknown): void;
}

/** A segment that is being read: as a whole, so that memory holds one of them. */
interface Cursor {
  readonly segment: Segment;
  readonly pieces: Iterator<Piece>;
  /** How many records nobody held when it was opened. */
  readonly expected: number;
  found: number;
}

/** Gives out the records that nobody holds: own ones first, then those of others, the oldest first. */
export class Reader {
  readonly #context: ReaderContext;
  /** Also for callers who ask again at once: without turns of the loop nothing else runs, and no memory is freed. */
  readonly #pace: Pace;
  #cursor: Cursor | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** Segments that the disk did not give: they rest until `retry`. */
  readonly #unreadable = new Set<Segment>();

  constructor(context: ReaderContext) {
    this.#context = context;
    this.#pace = new Pace(context.clock);
  }

  /** The next one. Undefined: there is none now. Never fails. */
  next(): Promise<Recovered | undefined> {
    const next = this.#turn.then(() => this.#next());
    this.#turn = next.catch(() => {});
    return next;
  }

  retry(): void {
    this.#unreadable.clear();
  }

  async #next(): Promise<Recovered | undefined> {
    for (;;) {
      this.#cursor ??= await this.#open();
      if (this.#cursor === undefined) return undefined;
      const record = await this.#advance(this.#cursor);
      if (record === undefined) {
        this.#close(this.#cursor);
        this.#cursor = undefined;
        continue;
      }
      const given = this.#give(this.#cursor, record);
      if (given.time >= this.#context.time() - this.#context.maxAgeMs) return given;
      this.#context.shelf.settle(given.id);
      this.#context.shelf.lose('cache_overflow', given.record);
    }
  }

  /** Reads the segment whose turn it is. */
  async #open(): Promise<Cursor | undefined> {
    const { disk, shelf, writer } = this.#context;
    for (let segment = this.#oldest(); segment !== undefined; segment = this.#oldest()) {
      try {
        // What is not safe yet may be written again elsewhere; and what was read need not be read again for what follows.
        if (segment.open) await writer.seal(segment);
        // First: what is acked from now on goes into it, too.
        const settled = new Map(segment.acks.map(({ number, crc }) => [number, crc]));
        segment.settled = settled;
        for (const [number, crc] of (await loadAcks(disk, segment.path)).settled) settled.set(number, crc);
        const file = await readOwnFile(disk, segment.segmentPath);
        if (segment.gone) continue;
        const pieces = readSegment((file ?? Buffer.alloc(0)).subarray(0, segment.bytes));
        return { segment, pieces, expected: segment.free.records, found: 0 };
      } catch (error) {
        if (segment.gone) continue;
        if (codeOf(error) === 'ENOENT') shelf.drop(segment, 'internal_sdk_error');
        else this.#unreadable.add(segment);
        this.#context.failed(error);
      }
    }
    return undefined;
  }

  #oldest(): Segment | undefined {
    const waiting = [...this.#context.shelf.segments].filter(
      (segment) => segment.free.records > 0 && !this.#unreadable.has(segment),
    );
    const own = waiting.filter(({ recovered }) => !recovered);
    return (own.length > 0 ? own : waiting).sort((one, other) => one.oldest - other.oldest)[0];
  }

  async #advance({ segment, pieces }: Cursor): Promise<StoredRecord | undefined> {
    for (let next = pieces.next(); !next.done && !segment.gone; next = pieces.next()) {
      if (this.#pace.isOver()) await this.#pace.rest();
      const piece = next.value;
      if (piece.kind !== 'record' || segment.held.has(piece.number)) continue;
      if (segment.settled?.get(piece.number) === piece.crc || segment.gone) continue;
      return piece;
    }
    return undefined;
  }

  #give(cursor: Cursor, piece: StoredRecord): Recovered {
    const { segment } = cursor;
    const { number, crc, time, category, quantity, level } = piece;
    cursor.found++;
    // A copy: a view would keep the whole segment in memory.
    const record = { category, quantity, level, payload: Buffer.from(piece.payload) };
    const { id } = this.#context.shelf.enter(record, time, false, { segment, number, crc });
    return { id, record, time, recovered: segment.recovered };
  }

  /** What was not found, although it is counted, is damaged by now; but what was released since comes round again. */
  #close({ segment, expected, found }: Cursor): void {
    segment.settled = undefined;
    if (!segment.gone && found === 0 && segment.free.records <= expected) {
      this.#context.shelf.loseAll('internal_sdk_error', segment.free);
      this.#context.shelf.touch(segment);
    }
  }
}
