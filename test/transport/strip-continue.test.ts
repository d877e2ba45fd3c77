import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContinueFilter } from '../../src/transport/strip-continue.js';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';

/** What passes of a text that comes in pieces cut at these places. */
function pass(text: string, cuts: readonly number[], filter = new ContinueFilter()): string {
  const bytes = Buffer.from(text, 'latin1');
  const edges = [...new Set([0, ...cuts, bytes.length])].sort((a, b) => a - b);
  return edges
    .slice(1)
    .map((end, index) => filter.accept(bytes.subarray(edges[index], end)) ?? Buffer.alloc(0))
    .map((piece) => piece.toString('latin1'))
    .join('');
}

describe('ContinueFilter', () => {
  it.each([
    ['one', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['one without a reason', 'HTTP/1.1 100\r\n\r\n'],
    ['one with headers', 'HTTP/1.1 100 Continue\r\nx: y\r\nlink: z\r\n\r\n'],
    ['one of HTTP/1.0', 'HTTP/1.0 100 Continue\r\n\r\n'],
    ['many', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(7)],
    ['none', ''],
  ])('lets the response pass without %s, wherever the pieces are cut', (_name, interim) => {
    fc.assert(fc.property(fc.array(fc.nat(interim.length + OK.length)), (cuts) => pass(interim + OK, cuts) === OK));
  });

  it.each([
    ['102 before 200', `HTTP/1.1 102 Processing\r\n\r\n${OK}`],
    ['103 before 200', `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${OK}`],
    ['101', 'HTTP/1.1 101 Switching Protocols\r\n\r\nbytes'],
    ['a status that only begins alike', `HTTP/1.1 1000 X\r\n\r\n${OK}`],
    ['other bytes', 'HTTQ\0\r\n\r\n'],
    ['one byte', '\0'],
  ])('changes nothing of %s', (_name, text) => {
    fc.assert(fc.property(fc.array(fc.nat(text.length)), (cuts) => pass(text, cuts) === text));
  });

  it('changes nothing of a body that looks like it', () => {
    const text = `${OK}HTTP/1.1 100 Continue\r\n\r\n`;
    expect(pass(text, [OK.length])).toBe(text);
  });

  it('looks again after a restart', () => {
    const filter = new ContinueFilter();
    expect(pass(OK, [], filter)).toBe(OK);
    filter.restart();
    expect(pass(`HTTP/1.1 100 Continue\r\n\r\n${OK}`, [3], filter)).toBe(OK);
  });

  it('holds back no more than 16 KiB of one that never ends', () => {
    const head = `HTTP/1.1 100 Continue\r\nx: ${'y'.repeat(20_000)}`;
    expect(pass(head, [10_000])).toBe(head);
  });
});
