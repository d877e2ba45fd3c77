import { type Frame, type FrameRules, toFrame } from './frame.js';
import { readStackLine, type StackLine } from './stack-line.js';

/** Servers keep 50 frames and cut the middle themselves. */
const MAX_FRAMES = 50;
/** In characters; more than 50 frames of the longest line. What a stack has beyond it, in its middle, is not looked at. */
const MAX_TEXT = 65_536;

/**
 * The frames of `error.stack`, oldest first, at most 50 (the middle is cut).
 *
 * `head` is the number of characters the name and message take at the start: a message may hold lines that look like frames.
 */
export function parseStack(stack: string, rules: FrameRules, head = 0): Frame[] {
  return parseFrames(frameText(stack, head), rules);
}

/** The part of a stack that decides its frames, of bounded length. */
export function frameText(stack: string, head: number): string {
  const text = stack.slice(head);
  if (text.length <= MAX_TEXT) return text;
  const newest = text.slice(0, Math.max(0, text.lastIndexOf('\n', MAX_TEXT / 2)));
  return newest + text.slice(Math.max(text.indexOf('\n', text.length - MAX_TEXT / 2), text.length - MAX_TEXT / 2));
}

/** The frames of what `frameText` returned. */
export function parseFrames(text: string, rules: FrameRules): Frame[] {
  return cutMiddle(frameLines(text))
    .map(readStackLine)
    .filter((line): line is StackLine => line !== undefined)
    .map((line) => toFrame(line, rules))
    .reverse();
}

/** The newest frame of the app's own code. */
export function topInAppFrame(frames: readonly Frame[]): Frame | undefined {
  return frames.findLast((frame) => frame.in_app);
}

/** Serializers append the stacks of causes (`caused by: …`): those are not calls of this one. */
function frameLines(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (/^\s*at /.test(line)) lines.push(line);
    else if (lines.length > 0 && /^caused by:/i.test(line)) break;
  }
  return lines;
}

function cutMiddle<T>(lines: T[]): T[] {
  const half = MAX_FRAMES / 2;
  return lines.length <= MAX_FRAMES ? lines : [...lines.slice(0, half), ...lines.slice(-half)];
}
