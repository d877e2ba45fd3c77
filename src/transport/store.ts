/** One thing to keep: opaque bytes, and what they count for. */
export interface StoreRecord {
  readonly category: string;
  readonly quantity: number;
  readonly level: string;
  readonly payload: Uint8Array;
}

/** A record that comes back. */
export interface StoredRecord {
  readonly id: number;
  readonly record: StoreRecord;
  /** Whether an earlier run wrote it, or another process that is no more. */
  readonly recovered: boolean;
}

/**
 * Keeps records beyond the process. Whoever appends a record, or gets it by `next`, holds it until it is settled or
 * released; what nobody holds comes back by `next`. No method throws.
 */
export interface Store {
  /** Whether there is room for a record, and a disk. */
  readonly admits: boolean;
  /** Takes a record over and returns its number; undefined: there is no room on the disk, or no disk. */
  append(record: StoreRecord, urgent: boolean): number | undefined;
  /** The fate of a record is known: it need not be kept. */
  settle(id: number): void;
  release(id: number): void;
  /** The oldest record that nobody holds. */
  next(): Promise<StoredRecord | undefined>;
  /** Resolves when everything handed over is written. */
  flush(): Promise<void>;
  /** The same at once, for the `exit` event. */
  flushSync(): void;
  /** Flushes, and leaves what is there to whoever comes. */
  close(): Promise<void>;
}
