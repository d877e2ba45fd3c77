import type { ErrorEvent, User } from '../protocol/event.js';
import { type Level, levelFromName } from '../protocol/level.js';
import type { LogRecord } from '../record.js';
import { currentScope } from './process-state.js';
import { textOf } from './snapshot.js';

/** What a caller of `captureException`, `captureMessage` or `captureEvent` may add to that one event. */
export interface CaptureHint {
  /** Default: the scope's, else `error` for exceptions and `info` for messages. */
  readonly level?: Level | undefined;
  readonly logger?: string | undefined;
  readonly tags?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
  readonly user?: User | undefined;
  readonly fingerprint?: readonly string[] | undefined;
  readonly transaction?: string | undefined;
  /** An `http.IncomingMessage`, or an object with method, url and headers. */
  readonly request?: unknown;
  /** Share of such events that is sent, 0 to 1; wins over the client's. */
  readonly sampleRate?: number | undefined;
  /** How the error came to the caller. Default: `{ type: 'generic', handled: true }`. */
  readonly mechanism?: { readonly type: string; readonly handled: boolean } | undefined;
}

export function recordFromException(error: unknown, hint: CaptureHint, now: number): LogRecord {
  // An absent error is still worth an event: something called for one.
  return {
    ...recordFrom(hint, 'error', now),
    error: error === undefined ? new Error('undefined was captured') : error,
  };
}

export function recordFromMessage(text: string, level: Level | undefined, hint: CaptureHint, now: number): LogRecord {
  return { ...recordFrom({ ...hint, level: hint.level ?? level }, 'info', now), message: textOf(text) };
}

/** The parts of a user's own event that are merged with the scope's; all others replace what we would have written. */
export function recordFromEvent(event: Partial<ErrorEvent>, hint: CaptureHint, now: number): LogRecord {
  const { extra, tags, user, fingerprint, transaction } = event;
  const merged = {
    level: understood(event.level),
    user,
    fingerprint,
    transaction,
    // A field that is there and undefined says nothing.
    ...Object.fromEntries(Object.entries(hint).filter(([, value]) => value !== undefined)),
    extra: { ...extra, ...hint.extra },
    tags: { ...tags, ...hint.tags },
  };
  return { ...recordFrom(merged, 'error', now), time: timeOf(event.timestamp, now) };
}

/** In milliseconds. Events say it in seconds or, as the protocol allows, in ISO 8601; what is neither is replaced later. */
function timeOf(timestamp: unknown, now: number): number {
  if (timestamp === undefined) return now;
  return typeof timestamp === 'number' ? timestamp * 1_000 : Date.parse(textOf(timestamp));
}

/** Fields of a user's own event that replace ours. */
export function replacedFields(event: Partial<ErrorEvent>): Record<string, unknown> {
  const {
    event_id: _id,
    timestamp: _time,
    level: _l,
    extra: _e,
    tags: _t,
    user: _u,
    fingerprint: _f,
    transaction: _n,
    ...others
  } = event;
  delete others.contexts;
  return others;
}

/** What is the same in all three: a record whose fields come from the hint. */
function recordFrom(hint: CaptureHint, fallback: Level, time: number): LogRecord {
  const { tags, user, fingerprint, transaction, request, sampleRate } = hint;
  const level = understood(hint.level) ?? currentScope().content.level;
  return {
    level: level ?? fallback,
    levelName: level ?? fallback,
    time,
    message: '',
    logger: hint.logger,
    data: hint.extra,
    context: { tags, user, fingerprint, transaction, request, sampleRate },
    origin: 'jackdaw',
  };
}

/** Undefined for what is no level's name. */
function understood(level: unknown): Level | undefined {
  return typeof level === 'string' ? levelFromName(level) : undefined;
}
