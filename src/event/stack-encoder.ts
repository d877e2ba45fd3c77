import { detach } from '../scrub/detach.js';
import type { Scrubber } from '../scrub/walk.js';
import { createDebugIds, type DebugIds } from './debug-ids.js';
import { type Frame, type FrameRules, framePath } from './frame.js';
import { maskLiterals } from './mask-literals.js';
import { readContext, type SourceContext } from './source-context.js';
import type { SourceFiles } from './source-files.js';
import { frameText, parseFrames } from './stack-trace.js';

/** A stack as events carry it. */
export interface EncodedStack {
  /** `{"frames":[…]}`. */
  readonly json: string;
  /** What `debug_meta` says of its files, by their paths: JSON texts. */
  readonly images: ReadonlyMap<string, string>;
  /** Given while source files are being read: `json` with the lines that are known at the time of the call. */
  readonly complete?: (() => string) | undefined;
}

/** Undefined for a stack without any frames. `head`: see `parseStack`. */
export type EncodeStack = (stack: string, head?: number) => EncodedStack | undefined;

/** How the stacks of one client are encoded. */
export interface StackEncoderOptions {
  readonly rules: FrameRules;
  /** Walks every text of a frame, and its source lines. */
  readonly scrubber: Pick<Scrubber, 'text' | 'isSensitive' | 'mask'>;
  /** Source lines before and after that of a frame. Default 0: not even its own. */
  readonly contextLines?: number | undefined;
  /** Where they come from. */
  readonly files?: SourceFiles | undefined;
}

type Clean = (text: string) => string;

/** A stack that is known, and how many files had been read then. */
interface Kept {
  readonly stack: EncodedStack | undefined;
  readonly ended: number | undefined;
}

/** Stacks kept per generation, two generations at most; a text has up to 64 Ki characters, most have 2 Ki. */
const GENERATION_SIZE = 100;
/** A function's name is short; a path is not: longest text of a frame, in UTF-16 units. */
const TEXT_LENGTH = 1_024;
/** Source lines per stack, in UTF-16 units: 50 frames of usual code, and an event of 10 such errors is still small enough. */
const SOURCE_LENGTH = 32 * 1_024;

/**
 * Encodes stacks under one client's rules. Errors of one place repeat: their frames are parsed, given their source lines,
 * cleaned and serialized once and kept as text, for the last 100 to 200 places.
 */
export function createStackEncoder(options: StackEncoderOptions): EncodeStack {
  const readDebugIds = createDebugIds(options.rules);
  let young = new Map<string, Kept>();
  let old = new Map<string, Kept>();
  function keep(text: string, kept: Kept): void {
    if (young.size >= GENERATION_SIZE) {
      old = young;
      young = new Map();
    }
    young.set(text, kept);
  }
  function encode(text: string): EncodedStack | undefined {
    const known = young.get(text) ?? old.get(text);
    const isValid = known !== undefined && (known.ended === undefined || known.ended === options.files?.ended);
    if (isValid && young.has(text)) return known.stack;
    // A slice would keep the whole stack alive, message included, for as long as it is a key.
    const key = detach(text);
    const kept = isValid ? known : encodeFrames(key, options, readDebugIds(), () => encode(key)?.json ?? '');
    keep(key, kept);
    return kept.stack;
  }
  return function encodeStack(stack, head = 0) {
    return encode(frameText(stack, head));
  };
}

function encodeFrames(text: string, options: StackEncoderOptions, debugIds: DebugIds, complete: () => string): Kept {
  const frames = parseFrames(text, options.rules);
  if (frames.length === 0) return { stack: undefined, ended: undefined };
  const ended = options.files?.ended;
  const { contexts, isComplete } = readContexts(frames, options);
  const clean: Clean = (part) => options.scrubber.text(part, TEXT_LENGTH);
  const json = JSON.stringify({
    frames: frames.map((frame) => ({ ...cleanFrame(frame, clean), ...contexts.get(frame) })),
  });
  const images = imagesOf(frames, clean, debugIds);
  return isComplete ? { stack: { json, images }, ended: undefined } : { stack: { json, images, complete }, ended };
}

function cleanFrame(frame: Frame, clean: Clean): Frame {
  const result: Frame = { ...frame };
  for (const field of ['filename', 'abs_path', 'function', 'module'] as const) {
    const text = frame[field];
    if (text !== undefined) result[field] = clean(text);
  }
  // A part of the path, which may tell a secret only as a whole.
  const path = framePath(frame);
  if (path !== undefined && clean(path) !== path) delete result.module;
  return result;
}

/** The app's own frames come first, and the newest of them, until `SOURCE_LENGTH` is used up. */
function readContexts(frames: readonly Frame[], { files, contextLines = 0, scrubber }: StackEncoderOptions) {
  const clean: Clean = (code) => scrubber.text(maskLiterals(code, scrubber), Number.POSITIVE_INFINITY);
  const contexts = new Map<Frame, SourceContext>();
  let isComplete = true;
  let left = SOURCE_LENGTH;
  const newest = contextLines > 0 && files !== undefined ? frames.toReversed() : [];
  for (const frame of [...newest.filter((own) => own.in_app), ...newest.filter((other) => !other.in_app)]) {
    const path = framePath(frame);
    if (path === undefined || frame.lineno === undefined) continue;
    const file = files?.get(path);
    if (file === 'later') isComplete = false;
    if (file === undefined || file === 'later' || left <= 0) continue;
    const context = readContext(file, { line: frame.lineno, column: frame.colno ?? 1 }, contextLines, clean);
    if (context === undefined) continue;
    left -= lengthOf(context);
    if (left > 0) contexts.set(frame, context);
  }
  return { contexts, isComplete };
}

function lengthOf({ pre_context, context_line, post_context }: SourceContext): number {
  return [...pre_context, context_line, ...post_context].reduce((length, line) => length + line.length, 0);
}

function imagesOf(frames: readonly Frame[], clean: Clean, debugIds: DebugIds): Map<string, string> {
  const images = new Map<string, string>();
  for (const frame of frames) {
    const path = framePath(frame);
    const debugId = path === undefined ? undefined : debugIds.get(path);
    if (path === undefined || debugId === undefined) continue;
    const image = { type: 'sourcemap', code_file: clean(path), debug_id: debugId };
    images.set(path, JSON.stringify(image));
  }
  return images;
}
