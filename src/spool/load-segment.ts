import { readAcks } from './ack.js';
import { Pace, type SpoolClock } from './clock.js';
import { codeOf, type Disk } from './disk.js';
import { readOwnFile } from './file.js';
import { FORMAT_VERSION } from './frame.js';
import { Segment } from './segment.js';
import { readSegment } from './segment-reader.js';

/** A segment that is there already, and what is wrong with it. */
export interface Loaded {
  readonly segment: Segment;
  /** Bytes that make no sense. */
  readonly damage: readonly Buffer[];
  /** A later version wrote it: it is to be left alone. */
  readonly isNewer: boolean;
}

/**
 * Counts what a segment holds that is not settled, without keeping any of it. Undefined: it is no file of ours.
 *
 * @param path without `.seg`
 */
export async function loadSegment(disk: Disk, clock: SpoolClock, path: string): Promise<Loaded | undefined> {
  const bytes = await readOwnFile(disk, `${path}.seg`);
  if (bytes === undefined) return undefined;
  const { settled, ackBytes } = await loadAcks(disk, path);
  const segment = new Segment(path, true);
  segment.bytes = bytes.length;
  segment.ackBytes = ackBytes;
  const damage: Buffer[] = [];
  let isNewer = false;
  const pace = new Pace(clock);
  for (const piece of readSegment(bytes)) {
    if (pace.isOver()) await pace.rest();
    if (piece.kind === 'damage') damage.push(bytes.subarray(piece.start, piece.end));
    else if (piece.kind === 'header') isNewer ||= piece.version > FORMAT_VERSION;
    else if (settled.get(piece.number) !== piece.crc) segment.add(piece);
  }
  return { segment, damage, isNewer };
}

/** The acks of a segment; none where there is no such file, or it is none of ours. */
export async function loadAcks(
  disk: Disk,
  path: string,
): Promise<{ readonly settled: Map<number, number>; readonly ackBytes: number }> {
  const bytes = await readOwnFile(disk, `${path}.ack`).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
    return undefined;
  });
  return { settled: readAcks(bytes ?? Buffer.alloc(0)), ackBytes: bytes?.length ?? 0 };
}
