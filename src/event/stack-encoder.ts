import { detach } from '../scrub/detach.js';
import type { Frame, FrameRules } from './frame.js';
import { frameText, parseFrames } from './stack-trace.js';

/** The JSON text of a stack's frames, `{"frames":[…]}`; undefined for a stack without any. */
export type EncodeStack = (stack: string, head?: number) => string | undefined;

/** Stacks kept per generation, two generations at most; a text has up to 64 Ki characters, most have 2 Ki. */
const GENERATION_SIZE = 100;

/**
 * Encodes stacks under one client's rules. Errors of one place repeat: their frames are parsed, cleaned and serialized
 * once and kept as text, for the last 100 to 200 places.
 *
 * `clean` is applied to every string of a frame.
 */
export function createStackEncoder(rules: FrameRules, clean: (text: string) => string): EncodeStack {
  let young = new Map<string, string>();
  let old = new Map<string, string>();
  function keep(text: string, json: string): void {
    if (young.size >= GENERATION_SIZE) {
      old = young;
      young = new Map();
    }
    // A slice would keep the whole stack alive, message included, for as long as it is a key.
    young.set(detach(text), json);
  }
  return function encodeStack(stack, head = 0) {
    const text = frameText(stack, head);
    let json = young.get(text);
    if (json === undefined) {
      json = old.get(text) ?? encodeFrames(parseFrames(text, rules), clean);
      keep(text, json);
    }
    return json === '' ? undefined : json;
  };
}

function encodeFrames(frames: readonly Frame[], clean: (text: string) => string): string {
  if (frames.length === 0) return '';
  return JSON.stringify({ frames: frames.map((frame) => cleanFrame(frame, clean)) });
}

function cleanFrame(frame: Frame, clean: (text: string) => string): Frame {
  const result: Frame = { ...frame };
  for (const field of ['filename', 'abs_path', 'function', 'module'] as const) {
    const text = frame[field];
    if (text !== undefined) result[field] = clean(text);
  }
  return result;
}
