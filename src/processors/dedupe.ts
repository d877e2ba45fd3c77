import type { Processor } from './processor.js';

/**
 * Drops the event of an Error that passed here less than `withinMs` ago; for clients without the option `dedupe`, which
 * knows of requests too and leaves a breadcrumb.
 *
 * @param withinMs Default 5,000 ms.
 * @throws RangeError where `withinMs` is no number above 0.
 * @example createClient({ dsn, dedupe: false, processors: [dedupe(60_000)] })
 */
export function dedupe(withinMs = 5_000): Processor {
  if (!(withinMs > 0)) throw new RangeError('dedupe(withinMs): withinMs must be a number above 0');
  const passed = new WeakMap<object, number>();
  return function dedupe(event, { record, originalException }) {
    const error = record?.errorIdentity ?? originalException;
    if (error === null || typeof error !== 'object') return event;
    const now = performance.now();
    const before = passed.get(error);
    if (before !== undefined && now - before < withinMs) return null;
    passed.set(error, now);
    return event;
  };
}
