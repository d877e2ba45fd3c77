import type { Ack } from './ack.js';
import type { SpoolRecord } from './frame.js';

/** Where a record stands on the disk. */
export interface Place {
  readonly segment: Segment;
  readonly number: number;
  readonly crc: number;
}

/** A record that is in memory: because somebody holds it, or because it is not safe on the disk yet. */
export interface Entry {
  readonly id: number;
  readonly record: SpoolRecord;
  /** When it was appended, in ms since the epoch by the steady clock. */
  readonly time: number;
  /** To be forced to the disk at once. */
  readonly urgent: boolean;
  /** Whether the caller holds it. */
  held: boolean;
  settled: boolean;
  /** Undefined: it is not on the disk. */
  place: Place | undefined;
}

/** What a record counts for. */
type Weight = Pick<SpoolRecord, 'category' | 'quantity'>;

/** What a number of records count for: all that is known of those that are on the disk only. */
export class Tally {
  readonly #quantities = new Map<string, number>();
  records = 0;

  add({ category, quantity }: Weight): void {
    this.records++;
    this.#quantities.set(category, (this.#quantities.get(category) ?? 0) + quantity);
  }

  /** Adds what another one counts. */
  merge(other: Tally): void {
    this.records += other.records;
    for (const [category, quantity] of other.quantities) {
      this.#quantities.set(category, (this.#quantities.get(category) ?? 0) + quantity);
    }
  }

  remove({ category, quantity }: Weight): void {
    this.records--;
    this.#quantities.set(category, (this.#quantities.get(category) ?? 0) - quantity);
  }

  clear(): void {
    this.records = 0;
    this.#quantities.clear();
  }

  /** Categories and quantities above 0. */
  get quantities(): readonly (readonly [category: string, quantity: number])[] {
    return [...this.#quantities].filter(([, quantity]) => quantity > 0);
  }
}

/** One file of records, and what is known of them. The records themselves are on the disk only. */
export class Segment {
  /** Without `.seg` and `.ack`. */
  readonly path: string;
  /** Of an earlier run, or of another process that died. */
  readonly recovered: boolean;
  /** What of its file counts. */
  bytes = 0;
  /** Of the acks that are written. */
  ackBytes = 0;
  /** When its first and its last record were appended, in ms since the epoch by the steady clock. */
  oldest: number = Number.POSITIVE_INFINITY;
  newest: number = Number.NEGATIVE_INFINITY;
  /** Whether records may still be added. */
  open = false;
  /** Whether the file was given up: its records are lost but for those that somebody holds. */
  gone = false;
  /** By number. */
  readonly held: Map<number, Entry> = new Map();
  /** Those that nobody holds and that are not settled. */
  readonly free: Tally = new Tally();
  /** Not written yet. */
  acks: Ack[] = [];
  /** While it is read: all records that are settled, and their checksums. */
  settled: Map<number, number> | undefined;

  constructor(path: string, recovered: boolean) {
    this.path = path;
    this.recovered = recovered;
  }

  /** A record that nobody holds. */
  add(record: Weight & Pick<Entry, 'time'>): void {
    this.stamp(record);
    this.free.add(record);
  }

  /** A record has come into the file. */
  stamp({ time }: Pick<Entry, 'time'>): void {
    this.oldest = Math.min(this.oldest, time);
    this.newest = Math.max(this.newest, time);
  }

  get segmentPath(): string {
    return `${this.path}.seg`;
  }

  get ackPath(): string {
    return `${this.path}.ack`;
  }

  /** Whether nobody needs it any more. */
  get done(): boolean {
    return !this.open && this.held.size === 0 && this.free.records === 0;
  }
}
