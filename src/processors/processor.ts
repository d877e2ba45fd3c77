import type { ErrorEvent } from '../protocol/event.js';
import type { LogRecord } from '../record.js';

/** What an event was made of, as the host had it: not copied, not scrubbed. */
export interface Hint {
  readonly originalException?: unknown;
  readonly record?: LogRecord | undefined;
}

/**
 * One removal or one filter: a synchronous function that returns the event to send, changed or not, or null to drop it.
 *
 * What it throws or returns by mistake (nothing, a promise, no event) drops the event: a half-run filter may not have
 * redacted. What it adds is scrubbed again before it leaves. Its name appears in the warning.
 */
export type Processor = (event: ErrorEvent, hint: Hint) => ErrorEvent | null;

/** What became of one call of a user's hook: a value, a wanted drop, or a mistake and what it was. */
export type HookResult<T> =
  | { readonly value: T }
  | { readonly dropped: true }
  | { readonly failed: string; readonly cause?: unknown };

/** Calls a hook and judges what came back. Never throws. */
export function runHook<T>(call: () => unknown, isValid: (value: unknown) => value is T): HookResult<T> {
  try {
    const result = call();
    if (result === null) return { dropped: true };
    if (isValid(result)) return { value: result };
    if (!isThenable(result)) return { failed: `returned ${result === undefined ? 'nothing' : 'something else'}` };
    // A rejection of it must not become an unhandledRejection of the host.
    Promise.resolve(result).catch(() => {});
    return { failed: 'returned a promise; it must be synchronous' };
  } catch (cause) {
    return { failed: 'threw', cause };
  }
}

/** Whether a value can go on as an event. */
export function isEvent(value: unknown): value is ErrorEvent {
  return value !== null && typeof value === 'object' && typeof (value as ErrorEvent).event_id === 'string';
}

/** Whether a value is a promise or behaves like one. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return value !== null && typeof value === 'object' && typeof (value as { then?: unknown }).then === 'function';
}
