import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAGIC, type SpoolRecord } from '../../src/spool/frame.js';
import { type Piece, readSegment, type StoredRecord } from '../../src/spool/segment-reader.js';
import { segmentOf } from '../support/spool.js';

const anyRecord: fc.Arbitrary<SpoolRecord> = fc.record({
  category: fc.constantFrom('error', 'log_item', 'internal'),
  quantity: fc.integer({ min: 1, max: 1_000 }),
  level: fc.constantFrom('fatal', 'error', 'info'),
  payload: fc.uint8Array({ maxLength: 300 }),
});

function recordsOf(bytes: Buffer): StoredRecord[] {
  return [...readSegment(bytes)].filter((piece): piece is StoredRecord => piece.kind === 'record');
}

function damageOf(bytes: Buffer): Piece[] {
  return [...readSegment(bytes)].filter(({ kind }) => kind === 'damage');
}

it('gives back every record as it was written, in order and without damage', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 20 }), (records) => {
      const bytes = segmentOf(records);
      expect(damageOf(bytes)).toEqual([]);
      expect(
        recordsOf(bytes).map(({ number, category, quantity, level, payload }) => ({
          number,
          record: { category, quantity, level, payload: new Uint8Array(payload) },
        })),
      ).toEqual(records.map((one, index) => ({ number: index + 1, record: one })));
    }),
  );
});

it('never takes longer, throws or invents for bytes of any kind', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
      expect(recordsOf(Buffer.from(bytes))).toEqual([]);
    }),
  );
});

it('finds the records around whatever was written over one of them', () => {
  const places = fc.record({
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    junk: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  });
  fc.assert(
    fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 12 }), places, (records, { at, junk }) => {
      const bytes = segmentOf(records);
      const start = Math.floor(at * bytes.length);
      const end = Math.min(bytes.length, start + junk.length);
      const intact = recordsOf(bytes)
        .filter((one) => !touches(bytes, one, start, end))
        .map(({ number }) => number);
      bytes.set(junk.subarray(0, end - start), start);
      const found = recordsOf(bytes).map(({ number }) => number);
      expect(found).toEqual(expect.arrayContaining(intact));
    }),
  );
});

/** Whether a frame has a byte in a range. */
function touches(bytes: Buffer, { payload }: StoredRecord, start: number, end: number): boolean {
  const last = payload.byteOffset - bytes.byteOffset + payload.length;
  return bytes.lastIndexOf(MAGIC, last - 1) < end && last > start;
}

it('takes a frame within a payload of another one for what it is: data', () => {
  const inner = segmentOf([{ category: 'error', quantity: 7, level: 'fatal', payload: Buffer.from('forged') }]);
  const bytes = segmentOf([{ category: 'error', quantity: 1, level: 'error', payload: inner }]);
  expect(recordsOf(bytes)).toHaveLength(1);
  expect(recordsOf(bytes)[0]?.quantity).toBe(1);
});

it('no text holds the beginning of a frame', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
      expect(Buffer.from(text).indexOf(MAGIC.subarray(0, 1))).toBe(-1);
    }),
    { numRuns: 30 },
  );
});

describe('bytes made to cost much', () => {
  it('a file of nothing but beginnings of frames is given up soon', () => {
    const frame = Buffer.concat([MAGIC, Buffer.alloc(4), Buffer.from([0, 0, 16, 0]), Buffer.alloc(9)]);
    const bytes = Buffer.alloc(4 << 20, frame);
    const start = performance.now();
    expect(recordsOf(bytes)).toEqual([]);
    // Without a bound it would be 200,000 checks of 1 MiB each: more than a minute.
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
