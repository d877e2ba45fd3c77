import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { type ErrorPattern, type ErrorSubject, errorMatcher } from '../../src/processors/error-pattern.js';

class HttpError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
    this.name = 'HttpFault';
  }
}
class NotFound extends HttpError {}

/** A class as it was written before classes were. */
function OldError(this: Error, message: string): void {
  this.message = message;
}
OldError.prototype = Object.create(Error.prototype, { constructor: { value: OldError } });

const notFound = new NotFound('GET /orders: timeout after 5 s', 404);

function subject(error: unknown): ErrorSubject {
  const { name, message } = error as Error;
  return { error, type: name, message };
}

function never(): void {
  throw new Error('it failed');
}

function fits(pattern: ErrorPattern, tried: ErrorSubject = subject(notFound)): boolean {
  return errorMatcher([pattern], never)(tried);
}

describe('a pattern for errors', () => {
  it.each<[ErrorPattern, boolean]>([
    ['HttpFault', true],
    ['NotFound', true],
    ['HttpError', true],
    ['Http*', true],
    ['Error', false],
    ['*', true],
    ['Not', false],
    ['GET /orders: timeout after 5 s', true],
    ['timeout', false],
    ['*timeout*', true],
    ['HttpFault: GET *', true],
    ['NotFound: GET *', false],
    [/timeout/, true],
    [/^HttpFault: GET/, true],
    [/^HttpError$/, true],
    [/^Error$/, false],
    [/timeout$/, false],
    [NotFound, true],
    [HttpError, true],
    [Error, true],
    [TypeError, false],
    [OldError as never, false],
    [(error) => (error as HttpError).status === 404, true],
    [(error) => (error as HttpError).status === 500, false],
    [(error) => /time(out)/.exec((error as Error).message), true],
    [() => undefined, false],
  ])('%s fits a NotFound that extends a HttpError of the name HttpFault: %s', (pattern, expected) => {
    expect(fits(pattern)).toBe(expected);
  });

  it('fits errors of the name Error by it, and no others', () => {
    expect(fits('Error', subject(new Error('no stock')))).toBe(true);
    expect(fits('Error', subject(new TypeError('no stock')))).toBe(false);
  });

  it('takes functions that make errors for classes', () => {
    const error: unknown = Reflect.construct(OldError, ['old']);
    expect(fits(OldError as never, subject(error))).toBe(true);
    expect(fits('OldError', subject(error))).toBe(true);
  });

  it('does not take a function expression for a class, though it could be one', () => {
    const asked: unknown[] = [];
    const predicate = function isMine(error: unknown): boolean {
      asked.push(error);
      return true;
    };
    expect(fits(predicate)).toBe(true);
    expect(asked).toEqual([notFound]);
  });

  it('fits an error of another realm by the names of its classes', () => {
    const foreign = subject(runInNewContext("class Mine extends RangeError {}; new Mine('far')"));
    expect(fits('Mine', foreign)).toBe(true);
    expect(fits('RangeError', foreign)).toBe(true);
  });

  it('fits what only a text is left of by the name of a class', () => {
    const told = { error: { name: 'NotFound', message: 'm', stack: 's' }, type: 'NotFound', message: 'm' };
    expect(fits(NotFound, told)).toBe(true);
    expect(fits(HttpError, told)).toBe(false);
    // An Error is asked itself.
    expect(fits(TypeError, { error: notFound, type: 'TypeError', message: 'm' })).toBe(false);
  });

  it('looks neither at causes nor at the errors of a list', () => {
    const outer = new AggregateError([notFound], 'all failed', { cause: notFound });
    for (const pattern of ['NotFound', NotFound, /timeout/]) expect(fits(pattern, subject(outer))).toBe(false);
  });

  it('sees the text of a record without an error, of which functions and classes know nothing', () => {
    const text = { error: undefined, type: undefined, message: 'socket hang up' };
    expect(fits('*hang up', text)).toBe(true);
    expect(fits(/^socket/, text)).toBe(true);
    expect(fits(() => true, text)).toBe(false);
    expect(fits(Error, text)).toBe(false);
    expect(fits('undefined: socket hang up', text)).toBe(false);
  });

  it('looks at the first 8,192 characters of a message', () => {
    const long = { error: undefined, type: undefined, message: `${'x'.repeat(8_190)}end` };
    expect(fits(/end/, long)).toBe(false);
    expect(fits(/en/, long)).toBe(true);
  });

  it.each<[string, ErrorPattern, string]>([
    [
      'throws',
      () => {
        throw new Error('mine');
      },
      'threw',
    ],
    ['returns a promise', async () => true, 'returned a promise; it must be synchronous'],
    [
      'returns a promise that rejects',
      () => Promise.reject(new Error('mine')),
      'returned a promise; it must be synchronous',
    ],
    [
      'is a class whose test throws',
      Object.defineProperty(class Mine {}, Symbol.hasInstance, {
        value() {
          throw new Error('mine');
        },
      }),
      'threw',
    ],
  ])('that %s has said no, and the others are asked all the same', (_name, pattern, told) => {
    const failures: string[] = [];
    const matches = errorMatcher([pattern], ({ failed }) => failures.push(failed));
    expect(matches(subject(notFound))).toBe(false);
    expect(failures).toEqual([told]);
    expect(errorMatcher([pattern, NotFound], () => {})(subject(notFound))).toBe(true);
  });

  it('survives errors that cannot be looked at', () => {
    const { proxy, revoke } = Proxy.revocable(new Error('gone'), {});
    revoke();
    expect(fits('Gone', { error: proxy, type: 'Gone', message: 'm' })).toBe(true);
    expect(fits('Other', { error: proxy, type: 'Gone', message: 'm' })).toBe(false);
    const trap = new Proxy(new Error('trap'), {
      getPrototypeOf() {
        throw new Error('trapped');
      },
    });
    expect(fits('Other', { error: trap, type: 'Error', message: 'm' })).toBe(false);
  });
});
