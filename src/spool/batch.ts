import { encodeRecord, type RecordFrame } from './frame.js';
import type { Entry } from './segment.js';

/** Entries on their way to the disk. */
export interface Batch {
  readonly entries: readonly Entry[];
  readonly frames: readonly RecordFrame[];
  /** The number of the first; the others follow. */
  readonly first: number;
  readonly bytes: number;
}

export function encodeBatch(entries: readonly Entry[], first: number): Batch {
  const frames = entries.map(({ record, time }, index) => encodeRecord(first + index, time, record));
  return { entries, frames, first, bytes: frames.reduce((sum, { bytes }) => sum + bytes, 0) };
}

export function buffersOf({ frames }: Batch): readonly Uint8Array[] {
  return frames.flatMap(({ head, payload }) => (payload.length === 0 ? [head] : [head, payload]));
}
