import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readContext, type SourceContext } from '../../src/event/source-context.js';
import { SourceText } from '../../src/event/source-text.js';
import { createScrubber, type Detector } from '../../src/scrub/walk.js';

const asItIs = (text: string): string => text;
const canary: Detector = { name: 'canary', scrub: (text, mask) => text.replaceAll('hunter2', mask) };
/** As a key of many lines would be: one mask stands for all of them. */
const block: Detector = { name: 'block', scrub: (text, mask) => text.replace(/<<[^>]*>>/g, mask) };
/** As `password:`, and the value below it. */
const named: Detector = { name: 'named', scrub: (text, mask) => text.replace(/(password:\s*)\w+/g, `$1${mask}`) };
const scrubber = createScrubber({ rules: true, mask: '***', detectors: [canary, block, named] });
const clean = (code: string): string => scrubber.text(code, Number.POSITIVE_INFINITY);

function contextOf(text: string, line: number, column = 1, around = 2): SourceContext | undefined {
  return readContext(new SourceText(text), { line, column }, around, clean);
}

function linesOf(context: SourceContext | undefined): readonly string[] {
  return context === undefined ? [] : [...context.pre_context, context.context_line, ...context.post_context];
}

const ten = Array.from({ length: 10 }, (_, n) => `line ${n + 1}`).join('\n');

describe('the source lines around a place', () => {
  it.each([
    [5, ['line 3', 'line 4'], 'line 5', ['line 6', 'line 7']],
    [1, [], 'line 1', ['line 2', 'line 3']],
    [2, ['line 1'], 'line 2', ['line 3', 'line 4']],
    [9, ['line 7', 'line 8'], 'line 9', ['line 10']],
    [10, ['line 8', 'line 9'], 'line 10', []],
  ])('of line %i are those before, its own and those after', (line, pre, own, post) => {
    expect(contextOf(ten, line)).toEqual({ pre_context: pre, context_line: own, post_context: post });
  });

  it('keep their indentation and lose their ends', () => {
    expect(linesOf(contextOf('  if (x) {\r\n\tfail();\r\n  }', 2))).toEqual(['  if (x) {', '\tfail();', '  }']);
  });

  it.each([0, -1, 11, 1e9, 1.5])('are none for line %d, which the file does not have', (line) => {
    expect(contextOf(ten, line)).toBeUndefined();
  });

  it('have at most 256 characters each, the own one those around its column', () => {
    const long = (mark: string): string => `${'a'.repeat(1_000)}${mark}${'b'.repeat(1_000)}`;
    const lines = linesOf(contextOf([long('X'), long('Y'), long('Z')].join('\n'), 2, 1_001));
    expect(lines[0]).toBe(`${'a'.repeat(256)}…`);
    expect(lines[1]).toBe(`…${'a'.repeat(128)}Y${'b'.repeat(127)}…`);
    expect(lines[2]).toBe(`${'a'.repeat(256)}…`);
  });

  it('show of a minified file what stands around the column', () => {
    const minified = `${'a();'.repeat(100_000)}fail();${'b();'.repeat(100_000)}`;
    const context = contextOf(`/*! license */\n${minified}\n${minified}`, 2, 400_001);
    expect(context?.pre_context).toEqual(['/*! license */']);
    expect(context?.context_line).toMatch(/^…(a\(\);)+fail\(\);(b\(\);)+b?…$/);
    expect(context?.context_line.length).toBe(258);
    expect(context?.post_context[0]?.length).toBeLessThanOrEqual(257);
  });

  it.each([1, 2_400, 4_100, 400_000, 10 ** 9])('can be cut around column %d of a long line', (column) => {
    const line = `start${'x'.repeat(5_000)}end`;
    const own = contextOf(line, 1, column)?.context_line ?? '';
    expect(own.length).toBeLessThanOrEqual(258);
    if (column === 1) expect(own.startsWith('start')).toBe(true);
    if (column > 5_000) expect(own.endsWith('end')).toBe(true);
  });
});

describe('D18: a secret in the source', () => {
  it.each([
    ['in the own line', 'a\nconst p = "hunter2";\nb', 2],
    ['in a line before', 'const p = "hunter2";\na\nb', 2],
    ['in a line after', 'a\nb\nconst p = "hunter2";', 2],
    ['in a minified line, at the column', `${'a();'.repeat(5_000)}"hunter2"${'b();'.repeat(5_000)}`, 1],
    ['in a minified line nearby', `a\n"hunter2"${'b();'.repeat(5_000)}`, 1],
  ])('%s is masked', (_, text, line) => {
    const lines = linesOf(contextOf(text, line, 20_003));
    expect(lines.join('\n')).not.toContain('hunter2');
    expect(lines.join('\n')).toContain('***');
  });

  it('that a cut would halve is masked first: D16', () => {
    for (let shift = 0; shift < 20; shift++) {
      const line = `${'x'.repeat(240 + shift)}hunter2${'x'.repeat(3_000)}`;
      for (const text of [`${line}\na`, `a\n${line}`, line.slice(0, 500)])
        expect(linesOf(contextOf(text, 1)).join('\n')).not.toMatch(/hun|unt|er2/);
    }
  });

  it.each([2, 3, 4])('of several lines leaves none of the lines around line %i', (line) => {
    expect(contextOf('const key = `<<\nabc\ndef\n>>`;', line)).toBeUndefined();
  });

  it('is known by its name, though that stands on the line above', () => {
    expect(linesOf(contextOf('({\n  password:\n    verySecret,\n  a,\n  b,\n})', 5))).toEqual([
      '    ***,',
      '  a,',
      '  b,',
      '})',
    ]);
  });

  it('in an endless line is looked for no further than needed', () => {
    const file = new SourceText(`a\n${'x'.repeat(4_000_000)}\nb`);
    let read = 0;
    const count = (text: string): string => {
      read += text.length;
      return clean(text);
    };
    expect(readContext(file, { line: 2, column: 2_000_000 }, 5, count)).toBeDefined();
    expect(read).toBeLessThan(20_000);
  });
});

describe('the lines around any place of any file', () => {
  it('are those of the file, cut, and as many as there are', () => {
    const line = fc.oneof(
      fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[\r\n]/g, '')),
      fc.integer({ min: 200, max: 9_000 }).map((length) => 'ab😀'.repeat(length / 4)),
    );
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 12 }),
        fc.nat(),
        fc.nat(10_000),
        fc.nat(6),
        (lines, pick, column, around) => {
          const own = pick % lines.length;
          const place = { line: own + 1, column: column + 1 };
          const context = readContext(new SourceText(lines.join('\n')), place, around, asItIs);
          const first = Math.max(0, own - around);
          const expected = lines.slice(first, own + around + 1);
          expect(context?.pre_context).toHaveLength(own - first);
          for (const [index, shown] of linesOf(context).entries()) {
            expect(shown.length).toBeLessThanOrEqual(258);
            const part = shown.replaceAll('…', '').replaceAll('\ufffd', '');
            if ((expected[index] ?? '').length > 2_048) continue;
            expect(expected[index]).toContain(part);
            if ((expected[index] ?? '').length <= 256) expect(shown).toBe(expected[index]);
          }
        },
      ),
    );
  });
});
