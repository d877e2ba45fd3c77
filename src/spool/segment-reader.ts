import { crc32 } from 'node:zlib';
import {
  CRC_AT,
  FORMAT_VERSION,
  HEAD_BYTES,
  HEADER,
  LENGTH_AT,
  MAGIC,
  MAX_BODY_BYTES,
  NUMBER_AT,
  RECORD,
  type SpoolRecord,
  TYPE_AT,
} from './frame.js';

/** A record as it stands in a segment. */
export interface StoredRecord extends SpoolRecord {
  readonly kind: 'record';
  readonly number: number;
  readonly crc: number;
  /** When it was appended, in ms since the epoch. */
  readonly time: number;
}

/** What a segment holds, piece by piece. Bytes that only fill a file (runs of zeros) are no piece. */
export type Piece =
  | StoredRecord
  | { readonly kind: 'header'; readonly version: number; readonly created: number }
  /** Bytes that make no sense; the end is not in it. */
  | { readonly kind: 'damage'; readonly start: number; readonly end: number };

interface Frame {
  readonly type: number;
  readonly number: number;
  readonly crc: number;
  readonly body: Buffer;
}

/**
 * How many bytes may be checked in vain, in lengths of the file: bytes made up of nothing but beginnings of frames would
 * cost their square.
 */
const MAX_VAIN_CHECKS = 4;

const ZEROS = Buffer.alloc(4096);
const LINE_END = 0x0a;
/** Categories and levels are words; what else came through the checksum was not written by us. */
const WORD = /^[a-z][a-z_]{0,31}$/;

/**
 * Reads a segment from its beginning, whatever happened to it: after bytes that make no sense it goes on at the next
 * frame that does. Ends after the header of a version that is newer than this code. Payloads are views into `bytes`.
 */
export function* readSegment(bytes: Buffer): Generator<Piece, void> {
  const budget = { bytes: MAX_VAIN_CHECKS * bytes.length };
  let sound = 0;
  let offset = 0;
  while (offset < bytes.length) {
    const frame = frameAt(bytes, offset, budget);
    const piece = frame === undefined ? undefined : pieceOf(frame);
    if (frame === undefined || piece === undefined) {
      const next = frame === undefined ? bytes.indexOf(MAGIC, offset + 1) : offset + HEAD_BYTES + frame.body.length;
      offset = next === -1 || budget.bytes < 0 ? bytes.length : next;
      continue;
    }
    yield* damage(bytes, sound, offset);
    yield piece;
    if (piece.kind === 'header' && piece.version > FORMAT_VERSION) return;
    offset += HEAD_BYTES + frame.body.length;
    sound = offset;
  }
  yield* damage(bytes, sound, bytes.length);
}

/** No frame without its checksum; nothing is allocated by a length that is read. */
function frameAt(bytes: Buffer, offset: number, budget: { bytes: number }): Frame | undefined {
  const bodyAt = offset + HEAD_BYTES;
  if (bodyAt > bytes.length || MAGIC.compare(bytes, offset, offset + MAGIC.length) !== 0) return undefined;
  const end = bodyAt + bytes.readUInt32LE(offset + LENGTH_AT);
  if (end > bytes.length || end - bodyAt > MAX_BODY_BYTES) return undefined;
  const crc = bytes.readUInt32LE(offset + CRC_AT);
  if (crc32(bytes.subarray(offset + LENGTH_AT, end)) !== crc) {
    budget.bytes -= end - offset;
    return undefined;
  }
  const number = bytes.readUInt32LE(offset + NUMBER_AT) + bytes.readUInt32LE(offset + NUMBER_AT + 4) * 2 ** 32;
  return { type: bytes.readUInt8(offset + TYPE_AT), number, crc, body: bytes.subarray(bodyAt, end) };
}

/** Undefined: what came through the checksum says nothing to us. */
function pieceOf({ type, number, crc, body }: Frame): Piece | undefined {
  const lineEnd = body.indexOf(LINE_END);
  const facts = parse(body.subarray(0, Math.max(0, lineEnd)).toString());
  if (facts === undefined) return undefined;
  if (type === HEADER) {
    const { version, created } = facts;
    return isCount(version) && isCount(created) ? { kind: 'header', version, created } : undefined;
  }
  const { category, quantity, level, time } = facts;
  if (type !== RECORD || !isWord(category) || !isWord(level) || !isCount(quantity) || !isTime(time)) return undefined;
  if (!Number.isSafeInteger(number)) return undefined;
  return { kind: 'record', number, crc, category, quantity, level, time, payload: body.subarray(lineEnd + 1) };
}

/** What the line of JSON of a frame may hold; of unknown types as long as nobody looked. */
interface Facts {
  readonly version?: unknown;
  readonly created?: unknown;
  readonly category?: unknown;
  readonly quantity?: unknown;
  readonly level?: unknown;
  readonly time?: unknown;
}

function parse(line: string): Facts | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && WORD.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** The range without the zeros around it: those are what a file system fills a file with that it has not written yet. */
function* damage(bytes: Buffer, from: number, to: number): Iterable<Piece> {
  let [start, end] = [from, to];
  while (start < end && isZero(bytes, start, Math.min(start + ZEROS.length, end))) start += ZEROS.length;
  while (start < end && bytes[start] === 0) start++;
  while (start < end && isZero(bytes, Math.max(start, end - ZEROS.length), end)) end -= ZEROS.length;
  while (start < end && bytes[end - 1] === 0) end--;
  if (start < end) yield { kind: 'damage', start, end };
}

function isZero(bytes: Buffer, start: number, end: number): boolean {
  return ZEROS.compare(bytes, start, end, 0, end - start) === 0;
}
