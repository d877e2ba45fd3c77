import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, it } from 'vitest';
import type { FrameRules } from '../../src/event/frame.js';
import { SourceFiles } from '../../src/event/source-files.js';
import { createStackEncoder, type EncodeStack } from '../../src/event/stack-encoder.js';
import { parseStack } from '../../src/event/stack-trace.js';
import type { StackFrame } from '../../src/protocol/event.js';
import { createScrubber, type Detector } from '../../src/scrub/walk.js';

const rules: FrameRules = { inAppInclude: [], inAppExclude: [], root: '/app' };

const plain = createScrubber({ rules: false });
const canary: Detector = { name: 'canary', scrub: (text, mask) => text.replaceAll('hunter2', mask) };
const scrubber = createScrubber({ rules: true, mask: '***', detectors: [canary] });

function stackAt(place: number): string {
  return `Error: boom\n    at run (/app/src/a.js:${place}:1)\n    at main (/app/main.js:1:1)`;
}

/** An encoder that counts how many frames' functions it has cleaned. */
function countingEncoder(): { encode: ReturnType<typeof createStackEncoder>; cleaned: () => number } {
  let count = 0;
  const text = (part: string): string => {
    if (part === 'run') count += 1;
    return part;
  };
  return { encode: createStackEncoder({ rules, scrubber: { ...plain, text } }), cleaned: () => count };
}

describe('the stack encoder', () => {
  it('returns the frames as JSON text', () => {
    const encode = createStackEncoder({ rules, scrubber: plain });
    expect(JSON.parse(encode(stackAt(3))?.json ?? '')).toEqual({ frames: parseStack(stackAt(3), rules) });
  });

  it.each(['', 'Error: boom', 'Error: boom\n    at least it says so'])('has nothing for %j', (stack) => {
    const encode = createStackEncoder({ rules, scrubber: plain });
    expect(encode(stack)).toBeUndefined();
    expect(encode(stack)).toBeUndefined();
  });

  it('cleans every text of a frame', () => {
    const encode = createStackEncoder({ rules, scrubber });
    const json = encode('E\n    at hunter2 (/app/hunter2/a.js:1:1)\n    at f (/x/node_modules/hunter2/a.js:1:1)')?.json;
    expect(json).not.toContain('hunter2');
    expect(JSON.parse(json ?? '').frames[1]).toMatchObject({ function: '***', filename: '***/a.js' });
  });

  it('does a place once, whatever the message', () => {
    const { encode, cleaned } = countingEncoder();
    const first = encode(stackAt(1))?.json;
    const other = stackAt(1).replace('boom', 'another boom');
    expect(encode(other, 'Error: another boom'.length)?.json).toBe(first);
    encode(stackAt(1), 'Error: boom'.length);
    expect(encode(stackAt(1), 'Error: boom'.length)?.json).toBe(first);
    expect(cleaned()).toBe(2);
  });

  it('forgets places it has not seen for long, and only those', () => {
    const { encode, cleaned } = countingEncoder();
    for (let round = 0; round < 10; round++) {
      encode(stackAt(0));
      for (let place = 1; place <= 90; place++) encode(stackAt(round * 90 + place));
    }
    expect(cleaned()).toBe(901);
    encode(stackAt(1));
    expect(cleaned()).toBe(902);
  });

  it('does not keep the message of a stack whose frames it keeps', () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const encode = createStackEncoder({ rules, scrubber: plain });
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let place = 0; place < 100; place++) {
      const message = `${place}${'x'.repeat(200_000)}`;
      encode(stackAt(place).replace('boom', message), `Error: ${message}`.length);
    }
    gc();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(5_000_000);
  });
});

describe('the source lines of a stack', () => {
  const dir = mkdtempSync(join(tmpdir(), 'jackdaw-lines-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  function sourceAt(name: string, content = 'one();\ntwo();\nthree();'): string {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  const inRoot: FrameRules = { ...rules, root: dir };

  function encoderWith(files: SourceFiles, contextLines = 1): EncodeStack {
    return createStackEncoder({
      rules: inRoot,
      scrubber,
      contextLines,
      files,
    });
  }

  function framesOf(json: string | undefined): StackFrame[] {
    return json === undefined ? [] : (JSON.parse(json) as { frames: StackFrame[] }).frames;
  }

  function ownLines(json: string | undefined): (string | undefined)[] {
    return framesOf(json).map((frame) => frame.context_line);
  }

  it('stand in its frames', () => {
    const path = sourceAt('a.js', "one('hunter2');\ntwo();\nthree();\nfour();");
    const encode = encoderWith(new SourceFiles({ synchronous: true }));
    const stack = encode(`E\n    at f (${path}:2:1)\n    at node:fs:1:1\n    at g (${path}:9:1)`);
    expect(stack?.complete).toBeUndefined();
    expect(framesOf(stack?.json)).toEqual([
      { function: 'g', filename: 'a.js', abs_path: path, module: 'a', lineno: 9, colno: 1, in_app: true },
      { function: '?', filename: 'node:fs', module: 'node:fs', lineno: 1, colno: 1, in_app: false },
      {
        function: 'f',
        filename: 'a.js',
        abs_path: path,
        module: 'a',
        lineno: 2,
        colno: 1,
        in_app: true,
        pre_context: ["one('***');"],
        context_line: 'two();',
        post_context: ['three();'],
      },
    ]);
  });

  it('come with the next event from that place, once the files are read, and are encoded once', async () => {
    const files = new SourceFiles();
    const encode = encoderWith(files);
    const text = `E\n    at f (${sourceAt('later.js')}:2:1)`;
    const first = encode(text);
    expect(ownLines(first?.json)).toEqual([undefined]);
    expect(encode(text)).toBe(first);
    await new Promise<void>((resolve) => files.whenRead(resolve));
    expect(ownLines(first?.complete?.())).toEqual(['two();']);
    const second = encode(text);
    expect(second?.complete).toBeUndefined();
    expect(ownLines(second?.json)).toEqual(['two();']);
    expect(encode(text)).toBe(second);
  });

  it('are none where the file cannot be read, and that is not tried again', async () => {
    const files = new SourceFiles();
    const encode = encoderWith(files);
    const text = `E\n    at f (${join(dir, 'missing.js')}:2:1)`;
    const first = encode(text);
    await new Promise<void>((resolve) => files.whenRead(resolve));
    expect(first?.complete?.()).toBe(first?.json);
    expect(encode(text)).toEqual({ json: first?.json, images: new Map() });
    expect(files.ended).toBe(1);
  });

  it('are not looked for where nobody wants them', () => {
    const files = new SourceFiles();
    expect(encoderWith(files, 0)(`E\n    at f (${sourceAt('unwanted.js')}:2:1)`)?.complete).toBeUndefined();
    files.whenRead(() => {});
    expect(files.ended).toBe(0);
  });

  it('are 32 Ki characters at most, the newest of the app first, then the newest of others', () => {
    const line = `${'x'.repeat(200)};`;
    const wide = Array.from({ length: 30 }, () => line).join('\n');
    const own = sourceAt('wide.js', wide);
    const foreign = sourceAt('node_modules/x/wide.js', wide);
    const encode = encoderWith(new SourceFiles({ synchronous: true }), 5);
    const calls = (path: string, count: number) => Array.from({ length: count }, () => `    at f (${path}:10:1)`);
    const few = framesOf(encode(['E', ...calls(foreign, 20), ...calls(own, 5)].join('\n'))?.json);
    expect(few.slice(0, 5).every((frame) => frame.context_line === line)).toBe(true);
    expect(few.slice(5).map((frame) => frame.context_line === line)).toEqual([
      ...Array(11).fill(false),
      ...Array(9).fill(true),
    ]);
    const many = encode(['E', ...calls(own, 50)].join('\n'))?.json ?? '';
    expect(many.length).toBeLessThan(50_000);
    expect(framesOf(many).map((frame) => frame.context_line !== undefined)).toEqual([
      ...Array(36).fill(false),
      ...Array(14).fill(true),
    ]);
  });
});

describe('the debug ids of a stack', () => {
  it('stand beside its frames, under the clean path of each file', () => {
    const id = '0a1b2c3d-0000-4000-8000-00000000000a';
    const holder = globalThis as { _sentryDebugIds?: unknown };
    holder._sentryDebugIds = { 'E\n    at /app/hunter2/a.js:1:1': id };
    const encode = createStackEncoder({ rules, scrubber });
    const stack = encode(
      'E\n    at f (/app/hunter2/a.js:2:1)\n    at g (/app/hunter2/a.js:3:1)\n    at h (/app/b.js:1:1)',
    );
    delete holder._sentryDebugIds;
    expect([...(stack?.images.values() ?? [])].map((image) => JSON.parse(image))).toEqual([
      { type: 'sourcemap', code_file: '/app/***/a.js', debug_id: id },
    ]);
    expect(JSON.parse(stack?.json ?? '').frames[2].abs_path).toBe('/app/***/a.js');
  });
});
