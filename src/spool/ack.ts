import { crc32 } from 'node:zlib';

/**
 * Says that a record is settled. It names the record by number and checksum: the acks of another run settle nothing
 * here.
 */
export interface Ack {
  readonly number: number;
  readonly crc: number;
}

/** 8 bytes number, 4 bytes checksum of the record, 4 bytes CRC-32 of those. Little-endian, one after the other. */
const ACK_BYTES = 16;
const RECORD_CRC_AT = 8;
const CRC_AT = 12;

export function encodeAcks(acks: readonly Ack[]): Buffer {
  const bytes = Buffer.allocUnsafe(acks.length * ACK_BYTES);
  acks.forEach(({ number, crc }, index) => {
    const at = index * ACK_BYTES;
    bytes.writeUInt32LE(number % 2 ** 32, at);
    bytes.writeUInt32LE(Math.floor(number / 2 ** 32), at + 4);
    bytes.writeUInt32LE(crc, at + RECORD_CRC_AT);
    bytes.writeUInt32LE(crc32(bytes.subarray(at, at + CRC_AT)), at + CRC_AT);
  });
  return bytes;
}

/**
 * The settled records, by number. What is torn is skipped byte by byte, so that entries written after it count. A lost
 * ack means that a record is sent twice, never that one is lost.
 */
export function readAcks(bytes: Buffer): Map<number, number> {
  const acks = new Map<number, number>();
  for (let at = 0; at + ACK_BYTES <= bytes.length; ) {
    if (crc32(bytes.subarray(at, at + CRC_AT)) !== bytes.readUInt32LE(at + CRC_AT)) {
      at++;
      continue;
    }
    const number = bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
    acks.set(number, bytes.readUInt32LE(at + RECORD_CRC_AT));
    at += ACK_BYTES;
  }
  return acks;
}
