import { homedir, userInfo } from 'node:os';
import { codeOf } from './disk.js';

/**
 * Stable codes for what can go wrong with a spool.
 *
 * `SPOOL_UNWRITABLE`: the disk refuses; records are kept in memory only, until it takes them again.
 * `SPOOL_NO_SPACE`: the disk is full, or nearly so; likewise.
 * `SPOOL_UNREADABLE`: something that was kept cannot be read now; it is tried again.
 * `SPOOL_UNSAFE`: a directory or file that others could have tampered with; it is not touched.
 * `SPOOL_DAMAGED`: bytes that make no sense were set aside.
 * `SPOOL_NEWER_FORMAT`: a later version of jackdaw wrote a segment; it is left for that version.
 */
export type SpoolErrorCode =
  | 'SPOOL_UNWRITABLE'
  | 'SPOOL_NO_SPACE'
  | 'SPOOL_UNREADABLE'
  | 'SPOOL_UNSAFE'
  | 'SPOOL_DAMAGED'
  | 'SPOOL_NEWER_FORMAT';

/** Something is wrong with the spool. It holds no data, and no user's name. */
export class SpoolError extends Error {
  override readonly name = 'SpoolError';
  readonly code: SpoolErrorCode;

  constructor(code: SpoolErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What the disk said to a write, in words for a user. */
export function writeError(error: unknown, dir: string): SpoolError {
  if (error instanceof SpoolError) return error;
  const code = codeOf(error);
  const at = `the spool at ${maskPath(dir)}`;
  return FULL.includes(code)
    ? new SpoolError('SPOOL_NO_SPACE', `${at} is full (${code}): records are kept in memory only until there is room`)
    : new SpoolError('SPOOL_UNWRITABLE', `${at} cannot be written (${code}): records are kept in memory only`);
}

/** What the disk said to a read. */
export function readError(error: unknown, dir: string): SpoolError {
  if (error instanceof SpoolError) return error;
  return new SpoolError('SPOOL_UNREADABLE', `part of the spool at ${maskPath(dir)} cannot be read (${codeOf(error)})`);
}

const FULL: readonly string[] = ['ENOSPC', 'EDQUOT'];

/** Names of home directories, wherever they stand. */
const HOMES = /([/\\](?:home|users)[/\\])[^/\\]+/gi;

/** A path that is fit for a warning: it does not say who the user is. */
export function maskPath(path: string): string {
  const home = homedir();
  const short = home.length > 1 && path.startsWith(home) ? `~${path.slice(home.length)}` : path;
  const user = userName();
  const parts = short.replace(HOMES, '$1***').split(/([/\\])/);
  return parts.map((part) => (part === user ? '***' : part)).join('');
}

/** A process may run as a user whom the system does not know. */
function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
