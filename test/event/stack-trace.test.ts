import { readFile } from 'node:fs/promises';
import { runInNewContext, runInThisContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrameRules } from '../../src/event/frame.js';
import { parseStack, topInAppFrame } from '../../src/event/stack-trace.js';

const rules: FrameRules = { inAppInclude: [], inAppExclude: [], root: __dirname };
const thisFile = 'stack-trace.test.ts';

function stackOf(fail: () => unknown): string {
  try {
    fail();
  } catch (error) {
    if (error instanceof Error) return error.stack ?? '';
  }
  throw new Error('it did not fail');
}

async function asyncStackOf(fail: () => Promise<unknown>): Promise<string> {
  const error: unknown = await fail().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error ? (error.stack ?? '') : '';
}

describe('the stack of a real error', () => {
  it('has the oldest call first and the one that threw last', () => {
    function inner(): never {
      throw new Error('boom');
    }
    function outer(): void {
      inner();
    }
    const frames = parseStack(stackOf(outer), rules);
    expect(frames.slice(-2).map((frame) => frame.function)).toEqual(['outer', 'inner']);
    expect(frames.at(-1)).toMatchObject({ filename: thisFile, in_app: true, lineno: expect.any(Number) });
  });

  it('names constructors and methods', () => {
    class Account {
      constructor(balance: number) {
        if (balance < 0) this.refuse();
      }
      refuse(): never {
        throw new RangeError('overdrawn');
      }
    }
    const frames = parseStack(
      stackOf(() => new Account(-1)),
      rules,
    );
    expect(frames.slice(-2).map((frame) => frame.function)).toEqual(['Account.refuse', 'new Account'].reverse());
  });

  it('follows awaits and Promise.all', async () => {
    async function fail(): Promise<void> {
      await null;
      throw new Error('later');
    }
    async function all(): Promise<void> {
      await Promise.all([fail()]);
    }
    const frames = parseStack(await asyncStackOf(all), rules);
    const followed = frames.filter((frame) => frame.in_app || frame.function.startsWith('Promise'));
    expect(followed.slice(-3).map((frame) => frame.function)).toEqual(['all', 'Promise.all', 'fail']);
    expect(followed.at(-2)).toEqual({ function: 'Promise.all', in_app: false });
  });

  it("does not take Node's own code for the app's", async () => {
    const frames = parseStack(await asyncStackOf(() => readFile('/nowhere/at/all')), rules);
    expect(frames.filter((frame) => frame.filename?.startsWith('node:')).map((frame) => frame.in_app)).not.toContain(
      true,
    );
    expect(topInAppFrame(frames)?.filename).toBe(thisFile);
  });

  it('of evaluated code leads to the file that evaluated it', () => {
    const options = { filename: '/app/evaluates.js', contextCodeGeneration: { strings: true, wasm: false } };
    const error: unknown = runInNewContext(`try { eval('null.x') } catch (error) { error }`, {}, options);
    const frames = parseStack((error as Error).stack ?? '', rules);
    expect(frames.at(-1)).toMatchObject({ function: 'eval', filename: '/app/evaluates.js', lineno: 1, colno: 7 });
  });

  it('of node:vm has the frames that follow its source lines', () => {
    const stack = stackOf(() => runInThisContext('null.x', { filename: 'at.vm' }));
    expect(stack).toMatch(/^at\.vm:1\nnull\.x/);
    const frames = parseStack(stack, rules);
    expect(frames.at(-1)).toMatchObject({ filename: 'at.vm', lineno: 1 });
  });

  it('of a built-in names it', () => {
    const frames = parseStack(
      stackOf(() => JSON.parse('{')),
      rules,
    );
    expect(frames.at(-1)).toEqual({ function: 'JSON.parse', filename: '<anonymous>', in_app: false });
  });
});

describe('a stack text', () => {
  it('whose message looks like frames has only the real ones, given the length of its head', () => {
    const message = 'multi\n    at fake (/app/x.js:1:1)\n    at fake.too (/app/y.js:1:1)';
    const stack = stackOf(() => {
      throw new Error(message);
    });
    const names = parseStack(stack, rules, `Error: ${message}`.length).map((frame) => frame.function);
    expect(names).not.toContain('fake');
    expect(parseStack(stack, rules).map((frame) => frame.function)).toEqual([...names, 'fake.too', 'fake']);
  });

  it('that goes on with the stacks of causes ends before them', () => {
    const stack = 'Error: a: b\n    at outer (/app/a.js:1:1)\ncaused by: Error: b\n    at inner (/app/b.js:1:1)';
    expect(parseStack(stack, rules).map((frame) => frame.function)).toEqual(['outer']);
  });

  it('with other lines between its frames keeps all frames', () => {
    const stack = 'Error\n    at a (/a.js:1:1)\n        -> /a.ts:1:1\nFrom previous event:\n    at b (/b.js:1:1)\r\n';
    expect(parseStack(stack, rules).map((frame) => frame.function)).toEqual(['b', 'a']);
  });

  it('of more than 50 frames loses its middle', () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => `    at f${index} (/app/a.js:1:1)`);
    const names = parseStack(`Error: deep\n${lines.join('\n')}`, rules).map((frame) => frame.function);
    const range = (from: number): string[] => Array.from({ length: 25 }, (_, index) => `f${from - index}`);
    expect(names).toEqual([...range(999), ...range(24)]);
  });

  it('of 1 MB is read at its ends only, at whole lines', () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `    at f${index} (/app/${'x'.repeat(30)}.js:1:1)`);
    const frames = parseStack(lines.join('\n'), rules);
    expect(frames).toHaveLength(50);
    expect(new Set(frames.map((frame) => frame.module))).toEqual(new Set(['x'.repeat(30)]));
    expect(frames[0]?.function).toBe('f19999');
    expect(frames.at(-1)?.function).toBe('f0');
  });

  it.each([
    ['one endless line', `    at ${'x'.repeat(1_000_000)}`],
    ['one endless line with a place at its end', `    at ${'x ('.repeat(300_000)}/a.js:1:1)`],
    ['only blanks', ' '.repeat(1_000_000)],
    ['only line ends', '\n'.repeat(1_000_000)],
    ['only parentheses', `    at ${' ('.repeat(500_000)}${')'.repeat(500_000)}`],
    ['evaluated code without end', `    at ${'eval at f ('.repeat(90_000)}`],
    ['colons', `    at a${':1'.repeat(500_000)}`],
  ])('of 1 MB that is %s is read in time that does not explode', (_, stack) => {
    const start = performance.now();
    expect(parseStack(stack, rules).length).toBeLessThanOrEqual(50);
    expect(performance.now() - start).toBeLessThan(250);
  });

  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      '\n',
      '\n    at ',
      'async ',
      'new ',
      'eval at ',
      ' (',
      ')',
      ':1',
      ':2:3',
      'file://',
      '%E0',
      'wasm://',
      '<anonymous>',
    ),
  );
  it('of any content has at most 50 frames, each with function and owner, and never throws', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.nat(100), (pieces, head) => {
        const frames = parseStack(pieces.join(''), rules, head);
        expect(frames.length).toBeLessThanOrEqual(50);
        for (const frame of frames) {
          expect(typeof frame.in_app).toBe('boolean');
          expect(frame.function).not.toBe('');
        }
      }),
    );
  });
});
