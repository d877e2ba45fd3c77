import { type Bounds, KEY_LENGTH } from './bounds.js';
import { Budget } from './budget.js';
import { isCookieHeader } from './cookies.js';
import { describePrimitive, toJson, type View, viewOf } from './describe.js';
import type { JsonValue } from './json.js';
import { Leaves } from './leaves.js';
import {
  isMoreMarker,
  isNoSecret,
  isRawHeaders,
  isSecretEntry,
  maskEntry,
  maskNamed,
  type NameTest,
  nameTest,
  VALUE_KEY,
} from './named-items.js';
import { addProperty, freeKey } from './own-property.js';
import { readProperties } from './read.js';
import type { Hit, Rules } from './rules.js';

/** The key that tells how many more there were. */
const MORE = '…';

/** What a walk reports while it goes on. */
export interface Listeners {
  readonly hit: Hit | undefined;
  readonly onSlowGetter: () => void;
}

/** Where in the result the next list will stand: right under the key of raw headers, or in another list. */
type Place = 'raw headers' | 'list' | undefined;

/**
 * One walk over one value: copies, normalises, scrubs and cuts.
 *
 * Idempotent: what goes out was charged against the bounds at least as dear as a walk over the result will charge it, and
 * the last child of a container is never cut, so that walk has room for all, markers included. What stands behind the name
 * of a secret is judged twice: by the source, so that nothing slips through where a name is cut, and by the result alone,
 * which is all that a second walk sees. Masks cost nothing.
 */
export class Walker {
  readonly #rules: Rules;
  readonly #depthLimit: number;
  readonly #budget: Budget;
  readonly #leaves: Leaves;
  readonly #listeners: Listeners;
  readonly #ancestors: object[] = [];
  #depth = 0;
  #place: Place;

  constructor(rules: Rules, bounds: Bounds, listeners: Listeners) {
    this.#rules = rules;
    this.#depthLimit = bounds.depth;
    this.#budget = new Budget(bounds);
    this.#leaves = new Leaves(rules, this.#budget, listeners.hit);
    this.#listeners = listeners;
  }

  /** @param allowed whether a value without a key of its own survives here */
  value(value: unknown, allowed: boolean): JsonValue {
    this.#budget.chargeNode();
    switch (typeof value) {
      case 'string':
        return this.#leaves.text(value, allowed);
      case 'number':
        return this.#leaves.number(value, allowed);
      case 'boolean':
        return this.#leaves.boolean(value, allowed);
      case 'object':
        return value === null ? null : this.#object(value, allowed, true);
      default:
        return this.#leaves.text(describePrimitive(value), allowed);
    }
  }

  #object(value: object, allowed: boolean, honourToJson: boolean): JsonValue {
    if (this.#ancestors.includes(value)) return this.#leaves.text('[Circular]', allowed);
    const depth = this.#depth;
    const { length } = this.#ancestors;
    this.#ancestors.push(value);
    try {
      return this.#content(value, allowed, honourToJson);
    } catch {
      // A Proxy's traps, or a stack that was near its end before we came.
      return this.#leaves.text('[Unreadable]', allowed);
    } finally {
      this.#depth = depth;
      this.#ancestors.length = length;
    }
  }

  #content(value: object, allowed: boolean, honourToJson: boolean): JsonValue {
    // A Proxy's `length` may be anything.
    if (Array.isArray(value)) return this.#list(value, Number(value.length), allowed);
    const prototype: unknown = Object.getPrototypeOf(value);
    const view = prototype === Object.prototype || prototype === null ? undefined : viewOf(value, this.#budget.breadth);
    if (view !== undefined) return this.#view(view, allowed);
    const json = honourToJson ? toJson(value) : value;
    if (typeof json !== 'object' || json === null) return this.value(json, allowed);
    if (json !== value) return this.#object(json, allowed, false);
    const keys = Object.keys(value);
    return this.#record(value, keys, keys.length, allowed);
  }

  #view(view: View, allowed: boolean): JsonValue {
    if ('leaf' in view) return this.value(view.leaf, allowed);
    if ('items' in view) return this.#list(view.items, view.total, allowed);
    return this.#record(view.source, view.keys, view.total, allowed);
  }

  #list(source: readonly unknown[], total: number, allowed: boolean): JsonValue {
    if (this.#depth >= this.#depthLimit) return this.#leaves.text('[Array]', allowed);
    this.#depth += 1;
    const place = this.#place;
    const items = readProperties(source, undefined, this.#budget.fit(total), this.#listeners.onSlowGetter);
    const isSecretName = this.#nameTest(place, total);
    const list: JsonValue[] = [];
    for (const item of items) {
      if (this.#budget.isSpent && list.length < total - 1) break;
      this.#place = 'list';
      const isNamed = list.length % 2 === 1 && isSecretName(items[list.length - 1]);
      const secret = allowed && isNamed && !isMoreMarker(item) && !isNoSecret(item);
      list.push(secret ? this.#secret(item) : this.value(item, allowed));
    }
    if (list.length < total) list.push(this.value(`[… ${total - list.length} more]`, allowed));
    return maskNamed(list, this.#nameTest(place, list.length), this.#leaves.masked);
  }

  /** A pair in a list is an entry: of a Map, of an object. */
  #nameTest(place: Place, length: number): NameTest {
    return nameTest(place === 'raw headers' || (place === 'list' && length === 2), this.#rules.isSensitive);
  }

  #record(source: object, keys: readonly string[], total: number, allowed: boolean): JsonValue {
    if (this.#depth >= this.#depthLimit) return this.#leaves.text('[Object]', allowed);
    this.#depth += 1;
    const values = readProperties(source, keys, this.#budget.fit(total), this.#listeners.onSlowGetter);
    const isEntry = isSecretEntry(keys, values, this.#rules.isSensitive);
    const record: Record<string, JsonValue> = {};
    let index = 0;
    for (const value of values) {
      if (this.#budget.isSpent && index < total - 1) break;
      const key = keys[index] ?? '';
      const rule = this.#rules.key(key);
      for (const hit of rule.hits) this.#listeners.hit?.(hit);
      const name = this.#name(record, key, rule.text);
      this.#place = isRawHeaders(name) ? 'raw headers' : undefined;
      const survives = allowed || rule.allowed;
      const secret = rule.sensitive || (survives && isEntry && key === VALUE_KEY && !isNoSecret(value));
      addProperty(
        record,
        name,
        secret ? this.#secret(value, survives && isCookieHeader(key)) : this.value(value, survives),
      );
      index += 1;
    }
    if (index < total) {
      const name = this.#name(record, MORE, MORE);
      addProperty(record, name, this.value(`${total - index} more keys`, allowed));
    }
    return maskEntry(record, this.#rules.isSensitive, this.#leaves.masked);
  }

  #name(record: object, key: string, text: string): string {
    const name = freeKey(record, text);
    this.#budget.chargeText(key, KEY_LENGTH, name);
    return name;
  }

  #secret(value: unknown, isCookies = false): JsonValue {
    this.#budget.chargeNode();
    return isCookies && typeof value === 'string' ? this.#leaves.cookies(value) : this.#leaves.masked(value);
  }
}
