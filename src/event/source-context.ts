import { detach } from '../scrub/detach.js';
import { SLACK } from '../scrub/text.js';
import type { SourceText } from './source-text.js';

/** The lines around a call (Sentry SDK docs, "Stack Trace Interface"). */
export interface SourceContext {
  readonly pre_context: readonly string[];
  readonly context_line: string;
  readonly post_context: readonly string[];
}

/** Where the call stands, 1-based. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Code without secrets. */
type Clean = (code: string) => string;

/** In UTF-16 units: what a reader sees of a line. */
const LINE_LENGTH = 256;
/** Longer lines are minified code, or data: they are looked at one by one, and not in full. */
const LONG = 2_048;
/** A secret may stand on the line below the one that gives it its name. */
const LINES_AHEAD = 1;

/**
 * `around` lines before and after a place and its own, each of at most 256 characters, without secrets. Undefined where
 * the file has no such line, or a secret of several lines leaves none of them in its place.
 */
export function readContext(file: SourceText, place: Place, around: number, clean: Clean): SourceContext | undefined {
  if (file.line(place.line) === undefined) return undefined;
  const first = Math.max(1, place.line - around - LINES_AHEAD);
  const own = place.line - first;
  const raw: string[] = [];
  for (let number = first; number <= place.line + around; number++) {
    const line = file.line(number);
    if (line !== undefined) raw.push(line);
  }
  // Together, for a secret may take more than one line.
  const lines = clean(raw.map((line) => (line.length > LONG ? '' : line)).join('\n')).split('\n');
  if (lines.length !== raw.length) return undefined;
  const shown = raw.map((line, index) => {
    const column = index === own ? place.column : 1;
    return line.length > LONG ? cleanLong(line, column, clean) : cut(lines[index] ?? '', column - 1);
  });
  return {
    pre_context: shown.slice(Math.max(0, own - around), own),
    context_line: shown[own] ?? '',
    post_context: shown.slice(own + 1),
  };
}

/** The part around the column is scrubbed with what stands next to it, so that no half secret is left at its ends. */
function cleanLong(line: string, column: number, clean: Clean): string {
  const at = Math.min(column - 1, line.length);
  const start = Math.max(0, at - LINE_LENGTH - SLACK);
  const end = at + LINE_LENGTH + SLACK;
  const part = line.slice(start, end);
  const text = clean(part);
  const place = text === part ? at - start : clean(part.slice(0, at - start)).length;
  const from = start > 0 ? SLACK : 0;
  return cut(text, place, from, end < line.length ? Math.max(from, text.length - SLACK) : text.length);
}

/** What of a text lies around an index, at most, and between two others, at most. */
function cut(text: string, at: number, from = 0, to: number = text.length): string {
  if (from === 0 && to === text.length && text.length <= LINE_LENGTH) return text;
  const start = Math.max(from, Math.min(at - LINE_LENGTH / 2, to - LINE_LENGTH));
  const end = Math.min(to, start + LINE_LENGTH);
  const middle = detach(text.slice(start, end)).toWellFormed();
  return `${start > 0 ? '…' : ''}${middle}${end < text.length ? '…' : ''}`;
}
