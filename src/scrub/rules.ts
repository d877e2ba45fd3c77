import { KEY_LENGTH } from './bounds.js';
import { DEFAULT_DENY_KEYS, DEFAULT_IGNORE_KEYS, EXACT_DENY_KEYS } from './deny-keys.js';
import { type BuiltInDetector, createDetectors, type Detector, type OptionalDetector } from './detectors.js';
import { createKeyMatcher } from './keys.js';
import { remember } from './remember.js';
import { scrubText } from './text.js';
import { traitsOf } from './traits.js';

const DEFAULT_MASK = '[Filtered]';

/** Detectors whose results are not settled by then undo each other's work: all of the text is masked. */
const ROUNDS = 4;

/** What is secret, and what it is replaced with. */
export interface RuleOptions {
  /** False: nothing is secret; values are only normalised and cut. */
  readonly rules: boolean;
  /** Terms of `createKeyMatcher`, on top of `DEFAULT_DENY_KEYS`. */
  readonly denyKeys?: readonly string[] | undefined;
  /** Keys never masked, on top of `DEFAULT_IGNORE_KEYS`. */
  readonly ignoreKeys?: readonly string[] | undefined;
  /** Run after those that always do: names of optional ones, or detectors of the user's own. */
  readonly detectors?: readonly (Detector | OptionalDetector)[] | undefined;
  /** Stands for a secret, whatever its length. Default: `[Filtered]`, the word of Sentry's own scrubbers. */
  readonly mask?: string | undefined;
  /** Given: values survive only at or below these keys, in any case of letters; deny keys and detectors apply there too. */
  readonly allowKeys?: readonly string[] | undefined;
}

/** Hears which rule masked something: a detector's name, `key` or `allow`. */
export type Hit = (rule: string) => void;

/** What the rules say about one key. */
export interface KeyRule {
  /** The key as it goes out. */
  readonly text: string;
  /** Its value is masked, whatever it is. */
  readonly sensitive: boolean;
  /** Values at or below it survive. */
  readonly allowed: boolean;
  /** The rules that masked a part of the key itself. */
  readonly hits: readonly string[];
}

/** The rules of one scrubber, ready to be asked. */
export class Rules {
  readonly mask: string;
  /** Values without a key survive: always, unless only listed keys are allowed. */
  readonly allowed: boolean;
  readonly isSensitive: (key: string) => boolean;
  readonly key: (key: string) => KeyRule;
  readonly #detectors: readonly BuiltInDetector[];

  constructor({ rules, denyKeys = [], ignoreKeys = [], detectors = [], mask, allowKeys }: RuleOptions) {
    this.mask = mask ?? DEFAULT_MASK;
    const matches = createKeyMatcher([...DEFAULT_DENY_KEYS, ...denyKeys], [...DEFAULT_IGNORE_KEYS, ...ignoreKeys]);
    this.isSensitive = rules ? (key) => EXACT_DENY_KEYS.has(key) || matches(key) : () => false;
    this.#detectors = rules ? createDetectors(this.isSensitive, detectors) : [];
    const allow = rules && allowKeys ? new Set(allowKeys.map((key) => key.toLowerCase())) : undefined;
    this.allowed = allow === undefined;
    this.key = remember((key) => this.#keyRule(key, allow?.has(key.toLowerCase()) ?? true));
  }

  /** The text without secrets, and the same for its own result; `hit` hears of each detector that found one. */
  scrub(text: string, hit: Hit | undefined): string {
    let scrubbed = text;
    for (let round = 0; round < ROUNDS; round++) {
      const before = scrubbed;
      const traits = traitsOf(scrubbed);
      for (const detector of this.#detectors) {
        if (detector.needs !== undefined && (detector.needs & traits) === 0) continue;
        const next = detect(detector, scrubbed, this.mask);
        if (next === scrubbed) continue;
        hit?.(detector.name);
        scrubbed = next;
      }
      if (scrubbed === before) return scrubbed;
    }
    return this.mask;
  }

  #keyRule(key: string, allowed: boolean): KeyRule {
    const hits: string[] = [];
    const text = scrubText(key, KEY_LENGTH, this.mask, (part) => this.scrub(part, (rule) => hits.push(rule)));
    return {
      text,
      // The shortened key too: a second walk sees no other.
      sensitive: this.isSensitive(key) || (text !== key && this.isSensitive(text)),
      allowed,
      hits,
    };
  }
}

/** Fails closed: rather no text than one that was not looked through. */
function detect(detector: Detector, text: string, mask: string): string {
  try {
    const scrubbed: unknown = detector.scrub(text, mask);
    return typeof scrubbed === 'string' ? scrubbed : mask;
  } catch {
    return mask;
  }
}
