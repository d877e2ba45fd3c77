import { crc32 } from 'node:zlib';

/**
 * The format of a segment, version 1 (docs/spool-format.md): frames, one after the other. Numbers are little-endian.
 *
 * | bytes | |
 * | --- | --- |
 * | 4 | magic |
 * | 4 | CRC-32 of everything that follows in the frame |
 * | 4 | length of the body |
 * | 8 | number of the record |
 * | 1 | type: 0 header, 1 record |
 * | … | body: one line of JSON, then the payload |
 */
export const FORMAT_VERSION = 1;

/** 0xff occurs in no UTF-8 text: no payload of text can look like a frame. */
export const MAGIC: Buffer = Buffer.from([0xff, 0x4a, 0x4b, 0x01]);
export const HEAD_BYTES = 21;
export const CRC_AT = 4;
export const LENGTH_AT = 8;
export const NUMBER_AT = 12;
export const TYPE_AT = 20;

export const HEADER = 0;
export const RECORD = 1;

/** Sentry takes 1 MiB per event and log batch; the rest is for the headers of envelope and items. */
export const MAX_PAYLOAD_BYTES: number = (1024 + 64) * 1024;
/** The line of JSON included. */
export const MAX_BODY_BYTES: number = MAX_PAYLOAD_BYTES + 4096;

/** One thing to keep: opaque bytes, and what they count for. */
export interface SpoolRecord {
  /** The data category it counts in, such as `error`. */
  readonly category: string;
  /** How many items it holds. */
  readonly quantity: number;
  readonly level: string;
  /** Kept by reference until it is on disk and released: not to be changed. At most `MAX_PAYLOAD_BYTES`. */
  readonly payload: Uint8Array;
}

/** A record on its way to the disk. */
export interface RecordFrame {
  /** Everything before the payload. */
  readonly head: Buffer;
  readonly payload: Uint8Array;
  readonly crc: number;
  readonly bytes: number;
}

const NOTHING = new Uint8Array();

/** The first frame of a segment. Its layout is the same in every version, so that every reader can tell its version. */
export function encodeHeader(created: number, writer: string): Buffer {
  return encodeFrame(HEADER, 0, JSON.stringify({ version: FORMAT_VERSION, created, writer }), NOTHING).head;
}

/** @param time when it was appended, in ms since the epoch */
export function encodeRecord(number: number, time: number, record: SpoolRecord): RecordFrame {
  const { category, quantity, level, payload } = record;
  return encodeFrame(RECORD, number, JSON.stringify({ category, quantity, level, time }), payload);
}

function encodeFrame(type: number, number: number, json: string, payload: Uint8Array): RecordFrame {
  const lineBytes = Buffer.byteLength(json) + 1;
  const head = Buffer.allocUnsafe(HEAD_BYTES + lineBytes);
  MAGIC.copy(head);
  head.writeUInt32LE(lineBytes + payload.length, LENGTH_AT);
  head.writeUInt32LE(number % 2 ** 32, NUMBER_AT);
  head.writeUInt32LE(Math.floor(number / 2 ** 32), NUMBER_AT + 4);
  head[TYPE_AT] = type;
  head.write(`${json}\n`, HEAD_BYTES);
  const crc = crc32(payload, crc32(head.subarray(LENGTH_AT)));
  head.writeUInt32LE(crc, CRC_AT);
  return { head, payload, crc, bytes: head.length + payload.length };
}
