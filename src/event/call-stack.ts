import { resolve } from 'node:path';
import { type FrameRules, framePath, toFrame } from './frame.js';
import { readStackLine } from './stack-line.js';

/** A call passes through some twenty frames of its logger's before it comes here. */
const DEPTH = 100;
/** Where this library lies, which is outside of node_modules where it is linked. */
const OWN = `${resolve(__dirname, '..').replaceAll('\\', '/')}/`;

/**
 * The stack of the app's call that led here, as text, without the frames of the logger and of this library above it.
 * Undefined where there is none, as in a thread that only logs.
 */
export function readCallStack(rules: FrameRules): string | undefined {
  const lines = captureStack().split('\n').slice(1);
  const first = lines.findIndex((line) => isOfApp(line, rules));
  return first < 0 ? undefined : lines.slice(first).join('\n');
}

function isOfApp(text: string, rules: FrameRules): boolean {
  const line = readStackLine(text);
  const frame = line && toFrame(line, rules);
  return frame?.in_app === true && framePath(frame)?.startsWith(OWN) === false;
}

function captureStack(): string {
  const limit = Error.stackTraceLimit;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = DEPTH;
    Error.captureStackTrace(holder, readCallStack);
    return typeof holder.stack === 'string' ? holder.stack : '';
  } catch {
    // Frozen intrinsics, or an app whose own way to write stacks has a fault.
    return '';
  } finally {
    restore(limit);
  }
}

function restore(limit: number): void {
  try {
    Error.stackTraceLimit = limit;
  } catch {
    // It could not be changed before, either.
  }
}
