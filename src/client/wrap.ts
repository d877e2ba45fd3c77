import { isThenable } from '../processors/processor.js';

/** Which errors `wrap` reports. */
export interface WrapOptions {
  /** Only errors of these classes or with these names; default: all. */
  readonly only?: readonly (string | (abstract new (...args: never[]) => unknown))[] | undefined;
}

/** The function with its errors reported, thrown or rejected, and passed on unchanged. */
export function wrap<Args extends unknown[], Result>(
  fn: (...args: Args) => Result,
  capture: (error: unknown) => void,
  { only }: WrapOptions,
): (...args: Args) => Result {
  const report = (error: unknown): void => {
    // Flat: without types, a single class is easily given in place of a list.
    if (only === undefined || [only].flat().some((wanted) => isOf(error, wanted))) capture(error);
  };
  const reportAndReject = (error: unknown): never => {
    report(error);
    throw error;
  };
  return function wrapped(this: unknown, ...args) {
    try {
      const result = Reflect.apply(fn, this, args);
      // Its own `then`, once: a second branch would hide an unhandled rejection, and run a lazy query twice.
      return isThenable(result) ? (result.then(undefined, reportAndReject) as Result) : result;
    } catch (error) {
      report(error);
      throw error;
    }
  };
}

function isOf(error: unknown, wanted: string | (abstract new (...args: never[]) => unknown)): boolean {
  try {
    return typeof wanted === 'string' ? error instanceof Error && error.name === wanted : error instanceof wanted;
  } catch {
    // A getter or a class that throws must not take the error's place.
    return false;
  }
}
