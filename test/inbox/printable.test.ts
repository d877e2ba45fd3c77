import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, printableList } from '../../src/inbox/printable.js';

const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const hostileText = fc.string({ unit: 'binary', maxLength: 300 });

describe('printable', () => {
  it.each([
    ['plain text', 'plain text'],
    ['two\r\nlines\tand a tab', 'two lines and a tab'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;new title\u0007text', 'text'],
    ['\u001b]8;;http://evil.example\u0007link\u001b]8;;\u0007', 'link'],
    ['\u009d0;new title\u009ctext', 'text'],
    ['\u001bPdevice\u001b\\text', 'text'],
    ['\u009b2Jcleared', 'cleared'],
    ['\u001b(B\u001bcreset', 'reset'],
    ['\u009dnot a title', 'not a title'],
    ['\u001b]0;unfinished', '0;unfinished'],
    ['bell\u0007 null\u0000 delete\u007f', 'bell null delete'],
    ['\u202egnp.exe\u202c', 'gnp.exe'],
    ['zero\u200bwidth', 'zerowidth'],
    ['line\u2028separator', 'line separator'],
    ['lone \ud800 surrogate', 'lone  surrogate'],
    ['日本語 é 👍', '日本語 é 👍'],
    ['   ', ''],
  ])('shows %j as %j', (text, shown) => {
    expect(printable(text, 80)).toBe(shown);
  });

  it('cuts between characters, never inside one', () => {
    expect(printable('👍👍👍👍', 3)).toBe('👍👍…');
    expect(printable('👍👍👍', 3)).toBe('👍👍👍');
  });

  it('says so when it looked at only a part of a long text', () => {
    expect(printable(`a${' '.repeat(5000)}b`, 80)).toBe('a…');
  });

  it('never lets an unsafe character through and never exceeds the width', () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 1, max: 60 }), (text, width) => {
        const shown = printable(text, width);
        expect(shown).not.toMatch(UNSAFE);
        expect([...shown].length).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('printableList', () => {
  it.each([
    [[], 20, ''],
    [['one'], 20, 'one'],
    [['one', 'two', 'three'], 20, 'one, two, three'],
    [['one', 'two', 'three', 'four'], 20, 'one, two, +2 more'],
    [['a very long first text', 'a second'], 20, 'a very lon…, +1 more'],
    [['👍'.repeat(20), 'a second'], 20, `${'👍'.repeat(10)}…, +1 more`],
    [['a very long only text'], 20, 'a very long only te…'],
  ])('shows %j in %i columns as %j', (texts, width, shown) => {
    expect(printableList(texts, width)).toBe(shown);
  });

  it('never exceeds the width and accounts for every text', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(words, fc.integer({ min: 20, max: 80 }), (texts, width) => {
        const shown = printableList(texts, width);
        expect(shown.length).toBeLessThanOrEqual(width);
        const [, listed = '', more = '0'] = /^(.*?)(?:, \+(\d+) more)?$/.exec(shown) ?? [];
        expect(listed.split(', ').length + Number(more)).toBe(texts.length);
      }),
    );
  });
});
