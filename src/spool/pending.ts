import type { Entry } from './segment.js';

/** What a record takes in memory beside its payload, in bytes, about. */
const ENTRY_BYTES = 256;

/** Entries that are not on the disk, oldest first. */
export class Pending {
  #entries = new Set<Entry>();
  bytes = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** The id of the oldest. */
  get first(): number | undefined {
    for (const { id } of this.#entries) return id;
    return undefined;
  }

  add(entry: Entry): void {
    this.#entries.add(entry);
    this.bytes += bytesOf(entry);
  }

  /** False: it is not here. */
  delete(entry: Entry): boolean {
    const isHere = this.#entries.delete(entry);
    if (isHere) this.bytes -= bytesOf(entry);
    return isHere;
  }

  /** Takes out those that nobody holds. */
  takeReleased(): readonly Entry[] {
    const released = [...this.#entries].filter(({ held }) => !held);
    for (const entry of released) this.delete(entry);
    return released;
  }

  /** Before all others. */
  putBack(entries: readonly Entry[]): void {
    const later = this.#entries;
    this.#entries = new Set();
    this.bytes = 0;
    for (const entry of [...entries, ...later]) if (!entry.settled) this.add(entry);
  }

  /** The oldest ones, within both bounds; `atLeast` so many whatever their size. */
  take(maxRecords: number, maxBytes: number, atLeast: number): readonly Entry[] {
    const taken: Entry[] = [];
    let bytes = 0;
    for (const entry of this.#entries) {
      bytes += bytesOf(entry);
      if (taken.length === maxRecords || (bytes > maxBytes && taken.length >= atLeast)) break;
      taken.push(entry);
    }
    for (const entry of taken) this.delete(entry);
    return taken;
  }
}

export function bytesOf({ record }: Entry): number {
  return record.payload.length + ENTRY_BYTES;
}
