import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { FrameRules } from '../../src/event/frame.js';
import { createStackEncoder } from '../../src/event/stack-encoder.js';
import { parseStack } from '../../src/event/stack-trace.js';

const rules: FrameRules = { inAppInclude: [], inAppExclude: [], root: '/app' };

function stackAt(place: number): string {
  return `Error: boom\n    at run (/app/src/a.js:${place}:1)\n    at main (/app/main.js:1:1)`;
}

/** An encoder that counts how many frames' functions it has cleaned. */
function countingEncoder(): { encode: ReturnType<typeof createStackEncoder>; cleaned: () => number } {
  let count = 0;
  const encode = createStackEncoder(rules, (text) => {
    if (text === 'run') count += 1;
    return text;
  });
  return { encode, cleaned: () => count };
}

describe('the stack encoder', () => {
  it('returns the frames as JSON text', () => {
    const encode = createStackEncoder(rules, (text) => text);
    expect(JSON.parse(encode(stackAt(3)) ?? '')).toEqual({ frames: parseStack(stackAt(3), rules) });
  });

  it.each(['', 'Error: boom', 'Error: boom\n    at least it says so'])('has nothing for %j', (stack) => {
    const encode = createStackEncoder(rules, (text) => text);
    expect(encode(stack)).toBeUndefined();
    expect(encode(stack)).toBeUndefined();
  });

  it('cleans every text of a frame', () => {
    const encode = createStackEncoder(rules, (text) => text.replaceAll('hunter2', '***'));
    const json = encode('E\n    at hunter2 (/app/hunter2/a.js:1:1)\n    at f (/x/node_modules/hunter2/a.js:1:1)');
    expect(json).not.toContain('hunter2');
    expect(JSON.parse(json ?? '').frames[1]).toMatchObject({ function: '***', filename: '***/a.js', module: '***:a' });
  });

  it('does a place once, whatever the message', () => {
    const { encode, cleaned } = countingEncoder();
    const first = encode(stackAt(1));
    const other = stackAt(1).replace('boom', 'another boom');
    expect(encode(other, 'Error: another boom'.length)).toBe(first);
    encode(stackAt(1), 'Error: boom'.length);
    expect(encode(stackAt(1), 'Error: boom'.length)).toBe(first);
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
    const encode = createStackEncoder(rules, (text) => text);
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
