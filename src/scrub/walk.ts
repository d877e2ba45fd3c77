import { type Bounds, DEFAULT_BOUNDS } from './bounds.js';
import type { JsonValue } from './json.js';
import { createParameterTest } from './parameters.js';
import { type Hit, type RuleOptions, Rules } from './rules.js';
import { scrubText } from './text.js';
import { Walker } from './walker.js';

export { type Bounds, DEFAULT_BOUNDS } from './bounds.js';
export { type Detector, OPTIONAL_DETECTORS, type OptionalDetector } from './detectors.js';
export type { JsonValue } from './json.js';

/** What a scrubber is made of. */
export interface ScrubOptions extends RuleOptions {
  /** Hears after each call how often a rule masked something: `key`, `allow`, or the name of a detector. */
  readonly onScrub?: ((rule: string, count: number) => void) | undefined;
  /** Hears of each object whose getters are no longer called because one took more than 5 ms. */
  readonly onSlowGetter?: (() => void) | undefined;
}

/** Makes values of the host fit to leave the process. No method throws, none changes what it is given. */
export interface Scrubber {
  /**
   * A plain copy of any value, without secrets, within bounds, that shares nothing with it. A second call on the copy
   * gives the same again.
   */
  clean(value: unknown, bounds?: Bounds): JsonValue;
  /** A text without secrets, of at most `maxLength` UTF-16 units (at least 1); it ends in `…` where it was cut. */
  text(value: string, maxLength: number): string;
  /** Which arguments of a `util.format` template are secrets by where they stand, as in `password=%s`. */
  secretParameters(template: string): readonly boolean[];
  /** Whether values under this key are masked. */
  isSensitive(key: string): boolean;
  /** Stands for a secret. */
  readonly mask: string;
}

/** A scrubber with raven's default rules and what `options` add to them. */
export function createScrubber(options: ScrubOptions): Scrubber {
  const rules = new Rules(options);
  const { onScrub } = options;
  const onSlowGetter = (): void => quietly(() => options.onSlowGetter?.());

  function guarded<Result>(work: (hit: Hit | undefined) => Result, otherwise: Result): Result {
    const counts = new Map<string, number>();
    const hit: Hit = (rule) => counts.set(rule, (counts.get(rule) ?? 0) + 1);
    try {
      return work(onScrub && hit);
    } catch {
      // A stack that is all but full, or what the types do not allow.
      return otherwise;
    } finally {
      for (const [rule, count] of counts) quietly(() => onScrub?.(rule, count));
    }
  }

  return {
    mask: rules.mask,
    isSensitive: rules.isSensitive,
    secretParameters: createParameterTest((text) => rules.scrub(text, undefined)),
    clean: (value, bounds = DEFAULT_BOUNDS) =>
      guarded((hit) => new Walker(rules, bounds, { hit, onSlowGetter }).value(value, rules.allowed), '[Unreadable]'),
    text: (value, maxLength) =>
      guarded(
        (hit) => scrubText(value, Math.max(1, maxLength), rules.mask, (text) => rules.scrub(text, hit)),
        rules.mask,
      ),
  };
}

/** A listener of the host's must not break the walk. */
function quietly(call: () => void): void {
  try {
    call();
  } catch {
    // There is nobody to tell: the listener is the one who would be told.
  }
}
