import { type FrameRules, framePath } from './frame.js';
import { frameText, parseFrames } from './stack-trace.js';

/** Where bundler plugins leave ids: of Sentry's, and of the proposal for ECMAScript that others follow. */
const HOLDERS = ['_sentryDebugIds', '_debugIds'] as const;
/** A UUID, with or without dashes. */
const DEBUG_ID = /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;

/** The debug ids of files, by which a server finds their source maps, by the files' paths. */
export type DebugIds = ReadonlyMap<string, string>;

/**
 * Each bundled file notes its id under a stack that was made while it loaded: the file is that stack's newest frame.
 * Files may load late, so the notes are read again when there are more of them.
 */
export function createDebugIds(rules: FrameRules): () => DebugIds {
  let count = 0;
  let ids: DebugIds = new Map();
  return function readDebugIds() {
    const notes = HOLDERS.flatMap(readNotes);
    if (notes.length !== count) {
      count = notes.length;
      ids = new Map(notes.flatMap(([stack, id]) => readNote(stack, id, rules)));
    }
    return ids;
  };
}

function readNotes(holder: (typeof HOLDERS)[number]): [string, unknown][] {
  const notes: unknown = Reflect.get(globalThis, holder);
  return typeof notes === 'object' && notes !== null ? Object.entries(notes) : [];
}

function readNote(stack: string, id: unknown, rules: FrameRules): [string, string][] {
  if (typeof id !== 'string' || !DEBUG_ID.test(id)) return [];
  const newest = parseFrames(frameText(stack, 0), rules).findLast((frame) => frame.filename !== undefined);
  const path = newest && framePath(newest);
  return path === undefined ? [] : [[path, id]];
}
