import { type Bounds, DEFAULT_BOUNDS } from './bounds.js';
import type { JsonValue } from './json.js';
import { createParameterTest } from './parameters.js';
import { createRedactor, type Redact, type RedactOptions, type RedactTools } from './redact-paths.js';
import { type Hit, type RuleOptions, Rules } from './rules.js';
import { scrubText } from './text.js';
import { Walker } from './walker.js';

export { type Bounds, DEFAULT_BOUNDS } from './bounds.js';
export { type Detector, OPTIONAL_DETECTORS, type OptionalDetector } from './detectors.js';
export type { JsonValue } from './json.js';
export { isPath } from './redact-path.js';
export { type RedactOptions, redactProblem } from './redact-paths.js';

/** What a scrubber is made of. */
export interface ScrubOptions extends RuleOptions {
  /** What is redacted by its place, besides. */
  readonly redact?: RedactOptions | undefined;
  /** Hears after each call how often a rule masked something: `key`, `allow`, `redact`, or the name of a detector. */
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
  /** Whether there are paths to redact by. */
  readonly hasPaths: boolean;
  /**
   * What the paths of `redact` leave of a clean value that lies at `at` in the fields of a record; undefined: nothing. Not
   * part of `clean`, for only a caller knows of what it cleans where it lies.
   */
  redact(value: JsonValue, ...at: readonly string[]): JsonValue | undefined;
  /** A text without secrets, of at most `maxLength` UTF-16 units (at least 1); it ends in `…` where it was cut. */
  text(value: string, maxLength: number): string;
  /** Which arguments of a `util.format` template are secrets by where they stand, as in `password=%s`. */
  secretParameters(template: string): readonly boolean[];
  /** Whether values under this key are masked. */
  isSensitive(key: string): boolean;
  /** Stands for a secret. */
  readonly mask: string;
}

/** What a user's censor returns stands in place of one value. */
const CENSORED: Bounds = { depth: 3, breadth: 50, nodes: 100, stringLength: 1_024, bytes: 4_096 };

/**
 * A scrubber with raven's default rules and what `options` add to them.
 *
 * @throws Error where paths to redact are invalid, or cannot work in this process
 */
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

  const clean = (value: unknown, bounds: Bounds): JsonValue =>
    guarded((hit) => new Walker(rules, bounds, { hit, onSlowGetter }).value(value, rules.allowed), '[Unreadable]');
  const redact = redactorFor(options, {
    mask: rules.mask,
    clean: (value) => clean(value, CENSORED),
    onHit: () => quietly(() => onScrub?.('redact', 1)),
  });

  return {
    mask: rules.mask,
    isSensitive: rules.isSensitive,
    secretParameters: createParameterTest((text) => rules.scrub(text, undefined)),
    clean: (value, bounds = DEFAULT_BOUNDS) => clean(value, bounds),
    hasPaths: redact !== undefined,
    redact: (value, ...at) => (redact === undefined ? value : redact(value, at)),
    text: (value, maxLength) =>
      guarded(
        (hit) => scrubText(value, Math.max(1, maxLength), rules.mask, (text) => rules.scrub(text, hit)),
        rules.mask,
      ),
  };
}

function redactorFor({ redact }: ScrubOptions, tools: RedactTools): Redact | undefined {
  return redact === undefined || redact.paths.length === 0 ? undefined : createRedactor(redact, tools);
}

/** A listener of the host's must not break the walk. */
function quietly(call: () => void): void {
  try {
    call();
  } catch {
    // There is nobody to tell: the listener is the one who would be told.
  }
}
