import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeAcks, readAcks } from '../../src/spool/ack.js';

const anyAck = fc.record({
  number: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  crc: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});
const someAcks = fc.uniqueArray(anyAck, { selector: ({ number }) => number, maxLength: 30 });

it('gives back every ack as it was written', () => {
  fc.assert(
    fc.property(someAcks, (acks) => {
      expect([...readAcks(encodeAcks(acks))]).toEqual(acks.map(({ number, crc }) => [number, crc]));
    }),
  );
});

/** With more of it, what follows could complete it by chance: then that one ack is read, and the next is lost. */
const TORN_BYTES = 11;

it('skips what is torn, and reads what was written after it', () => {
  fc.assert(
    fc.property(someAcks, someAcks, fc.nat({ max: TORN_BYTES }), (before, after, torn) => {
      const half = encodeAcks([{ number: 99, crc: 99 }]).subarray(0, torn);
      const read = readAcks(Buffer.concat([encodeAcks(before), half, encodeAcks(after)]));
      for (const { number, crc } of after) expect(read.get(number)).toBe(crc);
      expect(read.size).toBe(new Set([...before, ...after].map(({ number }) => number)).size);
    }),
  );
});

it('invents none from any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(readAcks(Buffer.from(bytes)).size).toBe(0);
    }),
  );
  expect(readAcks(Buffer.alloc(4096)).size).toBe(0);
});
