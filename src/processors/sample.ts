import type { Processor } from './processor.js';

/**
 * Keeps a share of the events that reach it; other than with the option `sampleRate`, after the processors in front of it
 * have looked at them.
 *
 * @param rate From 0, none, to 1, all.
 * @param random Numbers in [0, 1). Default `Math.random`.
 * @throws RangeError where `rate` is no number from 0 to 1.
 * @example createClient({ dsn, processors: [sample(0.1)] })
 */
export function sample(rate: number, random: () => number = Math.random): Processor {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError('sample(rate): rate must be a number from 0 to 1');
  return function sample(event) {
    return random() < rate ? event : null;
  };
}
