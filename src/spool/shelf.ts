import type { SpoolRecord } from './frame.js';
import type { Entry, Place, Segment, Tally } from './segment.js';

/** Why records that nobody holds in memory are lost. The words are those of client reports. */
export type LossReason = 'cache_overflow' | 'queue_overflow' | 'internal_sdk_error';

/** What the shelf tells. */
export interface ShelfListener {
  lost(reason: LossReason, category: string, quantity: number): void;
  /** There is a record that nobody holds. */
  available(): void;
  /** A segment has acks to write, or is done. */
  touched(segment: Segment): void;
}

/** All segments and all entries, and where each record is. No time, no I/O. */
export class Shelf {
  readonly #listener: ShelfListener;
  readonly #entries = new Map<number, Entry>();
  readonly segments: Set<Segment> = new Set();
  #ids = 0;
  #numbers = 0;

  constructor(listener: ShelfListener) {
    this.#listener = listener;
  }

  /** What the files of all segments take, in bytes. */
  get bytes(): number {
    let sum = 0;
    for (const { bytes, ackBytes } of this.segments) sum += bytes + ackBytes;
    return sum;
  }

  /** The first of so many numbers for records that follow each other. None is used twice. */
  number(count: number): number {
    this.#numbers += count;
    return this.#numbers - count + 1;
  }

  /** A record that the caller holds. */
  enter(record: SpoolRecord, time: number, urgent: boolean, place?: Place): Entry {
    const entry: Entry = { id: ++this.#ids, record, time, urgent, held: true, settled: false, place: undefined };
    this.#entries.set(entry.id, entry);
    if (place !== undefined) {
      place.segment.free.remove(record);
      this.place(entry, place);
    }
    return entry;
  }

  /** An entry has come to the disk. */
  place(entry: Entry, place: Place): void {
    const { segment, number, crc } = place;
    entry.place = place;
    if (entry.settled) segment.acks.push({ number, crc });
    else if (entry.held) segment.held.set(number, entry);
    else {
      segment.free.add(entry.record);
      this.#listener.available();
    }
    if (entry.settled) this.#listener.touched(segment);
  }

  /** What is on the disk of an entry is not to be relied on. False: nobody needs it any more. */
  unplace(entry: Entry): boolean {
    const { place } = entry;
    entry.place = undefined;
    if (entry.settled || place?.segment.gone) return false;
    if (entry.held) place?.segment.held.delete(place.number);
    else place?.segment.free.remove(entry.record);
    return true;
  }

  /** Its fate is known. Returns the entry if it is not on the disk yet. */
  settle(id: number): Entry | undefined {
    const entry = this.#letGo(id);
    if (entry === undefined) return undefined;
    entry.settled = true;
    if (entry.place === undefined) return entry;
    const { segment, number, crc } = entry.place;
    if (segment.gone) return undefined;
    segment.held.delete(number);
    segment.acks.push({ number, crc });
    segment.settled?.set(number, crc);
    this.#listener.touched(segment);
    return undefined;
  }

  /** The caller no longer holds it. Returns the entry if it is not on the disk yet. */
  release(id: number): Entry | undefined {
    const entry = this.#letGo(id);
    if (entry?.place === undefined) return entry;
    const { segment, number } = entry.place;
    if (segment.gone) {
      this.lose('cache_overflow', entry.record);
      return undefined;
    }
    segment.held.delete(number);
    segment.free.add(entry.record);
    this.#listener.available();
    return undefined;
  }

  /** What nobody holds: quantities by category. */
  waiting(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const { free } of this.segments) {
      for (const [category, quantity] of free.quantities) sums.set(category, (sums.get(category) ?? 0) + quantity);
    }
    return sums;
  }

  /** A segment takes no more records. */
  touch(segment: Segment): void {
    if (!segment.gone) this.#listener.touched(segment);
  }

  /** What is to go so that so much more may be written: oldest first, but none that is being written. */
  beyond(maxBytes: number, more: number): readonly Segment[] {
    const closed = [...this.segments].filter(({ open }) => !open).sort((one, other) => one.oldest - other.oldest);
    const dropped: Segment[] = [];
    let excess = this.bytes + more - maxBytes;
    for (const segment of closed) {
      if (excess <= 0) break;
      excess -= segment.bytes + segment.ackBytes;
      dropped.push(segment);
    }
    return dropped;
  }

  /** Those with nothing in them that is younger. */
  olderThan(time: number): readonly Segment[] {
    return [...this.segments].filter(({ open, newest }) => !open && newest < time);
  }

  /** Gives a segment up. What nobody holds of it is lost. */
  drop(segment: Segment, reason: LossReason): void {
    this.segments.delete(segment);
    segment.gone = true;
    segment.acks = [];
    this.loseAll(reason, segment.free);
  }

  /** The directory is not ours any more. Returns what the caller holds of it, for it to be written again. */
  evacuate(): readonly Entry[] {
    const held = [...this.segments].flatMap((segment) => [...segment.held.values()]);
    for (const segment of this.segments) this.drop(segment, 'internal_sdk_error');
    for (const entry of held) entry.place = undefined;
    return held;
  }

  lose(reason: LossReason, { category, quantity }: Pick<SpoolRecord, 'category' | 'quantity'>): void {
    this.#listener.lost(reason, category, quantity);
  }

  loseAll(reason: LossReason, tally: Tally): void {
    const { quantities } = tally;
    tally.clear();
    for (const [category, quantity] of quantities) this.#listener.lost(reason, category, quantity);
  }

  #letGo(id: number): Entry | undefined {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    if (entry !== undefined) entry.held = false;
    return entry;
  }
}
