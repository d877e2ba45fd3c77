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
    if (only === undefined || only.some((wanted) => isOf(error, wanted))) capture(error);
  };
  return function wrapped(this: unknown, ...args) {
    try {
      const result = Reflect.apply(fn, this, args);
      if (isThenable(result)) Promise.resolve(result).catch(report);
      return result;
    } catch (error) {
      report(error);
      throw error;
    }
  };
}

function isOf(error: unknown, wanted: string | (abstract new (...args: never[]) => unknown)): boolean {
  return typeof wanted === 'string' ? error instanceof Error && error.name === wanted : error instanceof wanted;
}
