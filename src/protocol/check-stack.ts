import { checkText, listAt } from './check-value.js';
import type { Report } from './finding.js';
import { asObject } from './json-object.js';
import { itemPath } from './json-path.js';

/** Of more frames servers remove the middle. */
const MAX_FRAMES = 50;
/** Longest type of an error and of a mechanism, and longest text of an error, in characters. */
const MAX_NAME = 256;
const MAX_MECHANISM = 128;
const MAX_TEXT = 8_192;

/** The errors of an event. */
export function checkExceptions(value: unknown, report: Report): void {
  for (const [index, item] of listAt(value, 'exception', report).entries()) {
    const path = itemPath('exception', index);
    const error = asObject(item);
    if (error === undefined || (error['type'] === undefined && error['value'] === undefined)) {
      report('drop', path, 'has neither type nor value');
      continue;
    }
    if (error['type'] === undefined) report('refuse', path, 'has no type');
    checkText(error['type'], `${path}.type`, MAX_NAME, report);
    checkText(error['value'], `${path}.value`, MAX_TEXT, report);
    checkMechanism(error['mechanism'], `${path}.mechanism`, report);
    checkStack(error['stacktrace'], `${path}.stacktrace`, report);
  }
}

/** The threads of an event: a stack that belongs to no error. */
export function checkThreads(value: unknown, report: Report): void {
  for (const [index, item] of listAt(value, 'threads', report).entries()) {
    const path = itemPath('threads', index);
    const thread = asObject(item);
    if (thread === undefined) report('drop', path, 'is no object');
    else checkStack(thread['stacktrace'], `${path}.stacktrace`, report);
  }
}

function checkMechanism(value: unknown, path: string, report: Report): void {
  if (value === undefined || value === null) return;
  const type = asObject(value)?.['type'];
  if (typeof type !== 'string' || type === '') report('drop', path, 'has no type');
  else checkText(type, `${path}.type`, MAX_MECHANISM, report);
}

function checkStack(value: unknown, path: string, report: Report): void {
  if (value === undefined || value === null) return;
  const frames = asObject(value)?.['frames'];
  if (!Array.isArray(frames) || frames.length === 0) {
    report('drop', path, 'has no frames');
    return;
  }
  if (frames.length > MAX_FRAMES) report('cut', `${path}.frames`, `has more than ${MAX_FRAMES} frames`);
  for (const [index, item] of frames.entries()) {
    const at = itemPath(`${path}.frames`, index);
    const frame = asObject(item);
    if (frame === undefined) report('drop', at, 'is no object');
    else checkFrame(frame, at, report);
  }
}

function checkFrame(frame: Readonly<Record<string, unknown>>, path: string, report: Report): void {
  const { filename, abs_path: absPath, function: name, lineno, colno } = frame;
  if ([filename, absPath, name].every((text) => text === undefined || text === null || text === ''))
    report('drop', path, 'has neither filename nor function');
  for (const [field, position] of Object.entries({ lineno, colno })) {
    if (position === undefined || position === null) continue;
    if (!Number.isSafeInteger(position) || Number(position) < 0)
      report('drop', `${path}.${field}`, 'is no number of a line or column');
  }
}
