import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Body, compress } from '../../src/transport/compress.js';

function compressed(bytes: Buffer, option: boolean | 'auto'): Promise<Body> {
  return new Promise((resolve) => compress(bytes, option, resolve));
}

describe('compress', () => {
  it.each([
    [true, 10, true],
    [true, 100_000, true],
    [false, 100_000, false],
    ['auto', 32_768, false],
    ['auto', 32_769, true],
  ] as const)('with %s and %i bytes: gzip is %s', async (option, length, expected) => {
    const bytes = Buffer.alloc(length, 'ab');
    const body = await compressed(bytes, option);
    expect(body.encoding).toBe(expected ? 'gzip' : undefined);
    expect(expected ? gunzipSync(body.bytes) : body.bytes).toEqual(bytes);
  });
});
