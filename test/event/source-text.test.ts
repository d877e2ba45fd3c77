import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SourceText } from '../../src/event/source-text.js';

describe('the lines of a source text', () => {
  it.each([
    ['one\ntwo', ['one', 'two']],
    ['one\r\ntwo\r\n', ['one', 'two', '']],
    ['', ['']],
    ['\n', ['', '']],
    ['\r\n\r\n', ['', '', '']],
    ['a\rb', ['a\rb']],
  ])('of %j are %j', (text, lines) => {
    const source = new SourceText(text);
    expect(lines.map((_, index) => source.line(index + 1))).toEqual(lines);
    for (const none of [0, -1, 1.5, Number.NaN, lines.length + 1]) expect(source.line(none)).toBeUndefined();
  });

  it('of any text are those that split finds', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '\n', '\r\n', '\r', 'é', '😀')), (pieces) => {
        const text = pieces.join('');
        const lines = text.split('\n').map((line, n, all) => (n < all.length - 1 ? line.replace(/\r$/, '') : line));
        const source = new SourceText(text);
        const last = lines.at(-1)?.replace(/\r$/, '');
        expect(lines.map((_, index) => source.line(index + 1))).toEqual([...lines.slice(0, -1), last]);
      }),
    );
  });
});
