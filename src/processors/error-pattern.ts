import { types } from 'node:util';
import { isThenable } from './processor.js';
import { type TextPattern, textMatcher } from './text-pattern.js';

/**
 * Which errors are meant; what holds for an error holds for it alone, not for its causes or the errors of a list.
 *
 * - A text fits the whole, with `*` for any text: the error's name, the name of its class or of one that it extends (but
 *   `Error`, which all do), its message, or `Name: message`. Other than with Sentry's SDKs a part is not enough: `*timeout*`.
 * - A RegExp fits what it finds in one of these.
 * - A class fits its instances; where only a text is left of an error, as in a worker of pino's, it fits by its name.
 * - A function is asked about the error, and answers at once; one that throws or returns a promise has said no.
 *
 * Of a record without an error texts and RegExps see the message, classes and functions nothing. Of a long message the
 * first 8,192 characters count.
 */
export type ErrorPattern = TextPattern | ErrorClass | ((error: unknown) => unknown);

type ErrorClass = abstract new (...args: never[]) => unknown;

/** An error, or a record without one, as patterns see it. */
export interface ErrorSubject {
  /** Undefined: there is none. */
  readonly error: unknown;
  /** The name that events give it. */
  readonly type: string | undefined;
  readonly message: string;
}

/** A pattern that made a mistake. */
export interface PatternFailure {
  readonly failed: string;
  readonly cause?: unknown;
}

type Test = (subject: ErrorSubject, texts: readonly string[]) => unknown;

/** Servers cut a text here. */
const MAX_TEXT = 8_192;
/** Classes that are looked at above an error's own. */
const MAX_DEPTH = 20;

/** Whether one of the patterns fits. `onFailure` hears of those that fail, which do not fit. */
export function errorMatcher(
  patterns: readonly ErrorPattern[],
  onFailure: (failure: PatternFailure) => void,
): (subject: ErrorSubject) => boolean {
  const tests = patterns.map(testOf);
  return function matchesError(subject) {
    const texts = textsOf(subject);
    return tests.some((test) => {
      try {
        const answer = test(subject, texts);
        if (!isThenable(answer)) return Boolean(answer);
        // A rejection of it must not become an unhandledRejection of the host.
        Promise.resolve(answer).catch(() => {});
        onFailure({ failed: 'returned a promise; it must be synchronous' });
      } catch (cause) {
        onFailure({ failed: 'threw', cause });
      }
      return false;
    });
  };
}

function testOf(pattern: ErrorPattern): Test {
  if (typeof pattern !== 'function') {
    const fits = textMatcher(pattern);
    return (_subject, texts) => texts.some(fits);
  }
  if (isClass(pattern)) {
    return ({ error, type }) => error instanceof pattern || (type === pattern.name && !isError(error));
  }
  return ({ error }) => error !== undefined && pattern(error);
}

/** A class by its syntax, a built-in one, or a function that makes errors. */
function isClass(pattern: Exclude<ErrorPattern, TextPattern>): pattern is ErrorClass {
  const { prototype } = pattern as { readonly prototype?: unknown };
  if (prototype === null || typeof prototype !== 'object') return false;
  return prototype instanceof Error || /^class\b|\[native code\]/.test(Function.prototype.toString.call(pattern));
}

function textsOf({ error, type, message }: ErrorSubject): readonly string[] {
  const text = message.slice(0, MAX_TEXT);
  if (type === undefined) return [text];
  return [...new Set([type, ...classNames(error)]), text, `${type}: ${text}`];
}

/** The classes of an error, its own first, without `Error` itself. */
function classNames(error: unknown): string[] {
  const names: string[] = [];
  try {
    if (!isError(error)) return names;
    let prototype: unknown = Object.getPrototypeOf(error);
    for (let depth = 0; depth < MAX_DEPTH && typeof prototype === 'object' && prototype !== null; depth++) {
      const { name } = (prototype as { readonly constructor?: { readonly name?: unknown } }).constructor ?? {};
      if (name === 'Error') break;
      if (typeof name === 'string') names.push(name);
      prototype = Object.getPrototypeOf(prototype);
    }
  } catch {
    // A Proxy's traps, or a getter in the place of a class.
  }
  return names;
}

function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error;
}
