import type { Budget } from './budget.js';
import { maskCookies } from './cookies.js';
import type { JsonValue } from './json.js';
import { isNoSecret, UNDEFINED } from './named-items.js';
import type { Hit, Rules } from './rules.js';
import { scrubText } from './text.js';

/** No card has fewer digits than this number. */
const SHORTEST_CARD = 1e12;

/** What a walk makes of values that hold no others. */
export class Leaves {
  readonly #rules: Rules;
  readonly #budget: Budget;
  readonly #hit: Hit | undefined;

  constructor(rules: Rules, budget: Budget, hit: Hit | undefined) {
    this.#rules = rules;
    this.#budget = budget;
    this.#hit = hit;
  }

  text(text: string, allowed: boolean): string {
    if (text === '' || text === this.#rules.mask) return text;
    return allowed ? this.#keep(text, this.#scrub) : this.#mask('allow');
  }

  number(number: number, allowed: boolean): JsonValue {
    if (!allowed || !Number.isFinite(number)) return this.text(`[${number}]`, allowed);
    if (Math.abs(number) >= SHORTEST_CARD) {
      const text = String(number);
      const scrubbed = this.#scrub(text);
      if (scrubbed !== text) return this.text(scrubbed, allowed);
    }
    // JSON has no -0.
    return number + 0;
  }

  boolean(value: boolean, allowed: boolean): JsonValue {
    return allowed ? value : this.#mask('allow');
  }

  /** The text of a header that holds cookies: their names stay. */
  cookies(text: string): JsonValue {
    if (isNoSecret(text) || text === this.#rules.mask) return text;
    return this.#keep(text, (part) => {
      const masked = maskCookies(part, this.#rules.mask);
      if (masked !== part) this.#hit?.('key');
      return this.#scrub(masked);
    });
  }

  /** What stands for a secret. */
  readonly masked = (value: unknown): JsonValue => {
    if (value === undefined) return UNDEFINED;
    return isNoSecret(value) || value === this.#rules.mask ? value : this.#mask('key');
  };

  #keep(text: string, scrub: (text: string) => string): string {
    const limit = this.#budget.textLength;
    const kept = scrubText(text, limit, this.#rules.mask, scrub);
    this.#budget.chargeText(text, limit, kept);
    return kept;
  }

  readonly #scrub = (text: string): string => this.#rules.scrub(text, this.#hit);

  #mask(rule: string): string {
    this.#hit?.(rule);
    return this.#rules.mask;
  }
}
