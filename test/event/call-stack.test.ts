import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCallStack } from '../../src/event/call-stack.js';
import { parseStack } from '../../src/event/stack-trace.js';

const rules = { inAppInclude: [], inAppExclude: [], root: __dirname };

function functionsOf(stack: string | undefined): string[] {
  return parseStack(stack ?? '', rules)
    .map((frame) => frame.function)
    .reverse();
}

describe('the stack of a log call', () => {
  it('begins with the app that called', () => {
    function logsSomething(): string | undefined {
      return readCallStack(rules);
    }
    expect(functionsOf(logsSomething())[0]).toBe('logsSomething');
  });

  it('is deeper than a logger, whatever limit the app has set', () => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 3;
    try {
      const deep = (depth: number): string | undefined => (depth === 0 ? readCallStack(rules) : deep(depth - 1));
      expect(functionsOf(deep(40)).filter((name) => name === 'deep').length).toBeGreaterThan(20);
      expect(Error.stackTraceLimit).toBe(3);
    } finally {
      Error.stackTraceLimit = limit;
    }
  });

  it('is none where nothing of the app is in it', () => {
    expect(readCallStack({ ...rules, inAppExclude: [__filename] })).toBeUndefined();
  });

  it.each([
    ['writes stacks as something else', 'Error.prepareStackTrace = () => 5'],
    ['has a fault in how it writes stacks', 'Error.prepareStackTrace = () => { throw new Error("oops") }'],
    ['has fixed the limit', 'Object.defineProperty(Error, "stackTraceLimit", { value: 10 })'],
    ['has frozen Error', 'Object.freeze(Error)'],
  ])('is missing, at worst, where the app %s', (_, prelude) => {
    const script = `${prelude};
      const { readCallStack } = require(${JSON.stringify(join(__dirname, '../../dist/event/call-stack.js'))});
      const stack = readCallStack({ inAppInclude: [], inAppExclude: [], root: '/' });
      console.log(stack === undefined || typeof stack === 'string');`;
    expect(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })).toBe('true\n');
  });
});
