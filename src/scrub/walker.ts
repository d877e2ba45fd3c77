import { type Bounds, KEY_LENGTH, LEAST_TEXT, MORE_READ } from './bounds.js';
import { describePrimitive, toJson, type View, viewOf } from './describe.js';
import type { JsonValue } from './json.js';
import { isHeaderName, isMoreMarker, isRawHeaders } from './named-items.js';
import { addProperty, freeKey } from './own-property.js';
import { readProperties } from './read.js';
import type { Hit, Rules } from './rules.js';
import { SLACK, scrubText } from './text.js';

/** The key that tells how many more there were. */
const MORE = '…';

const UNDEFINED = describePrimitive(undefined);

/** No card has fewer digits than this number. */
const SHORTEST_CARD = 1e12;

/** What a walk reports while it goes on. */
export interface Listeners {
  readonly hit: Hit | undefined;
  readonly onSlowGetter: () => void;
}

/**
 * One walk over one value: copies, normalises, scrubs and cuts.
 *
 * Idempotent: what goes out was charged against the bounds at least as dear as a walk over the result will charge it, and
 * the last child of a container is never cut, so that walk has room for all, markers included.
 */
export class Walker {
  readonly #rules: Rules;
  readonly #bounds: Bounds;
  readonly #listeners: Listeners;
  readonly #ancestors: object[] = [];
  #depth = 0;
  /** Whether the list that comes next has names in its even places, whatever they look like. */
  #hasNames = false;
  #nodes: number;
  #bytes: number;
  #unread: number;

  constructor(rules: Rules, bounds: Bounds, listeners: Listeners) {
    this.#rules = rules;
    this.#bounds = bounds;
    this.#listeners = listeners;
    this.#nodes = bounds.nodes;
    this.#bytes = bounds.bytes;
    this.#unread = bounds.bytes + MORE_READ;
  }

  /** @param allowed whether a value without a key of its own survives here */
  value(value: unknown, allowed: boolean): JsonValue {
    this.#nodes -= 1;
    switch (typeof value) {
      case 'string':
        return this.#text(value, allowed);
      case 'number':
        return this.#number(value, allowed);
      case 'boolean':
        return allowed ? value : this.#mask('allow');
      case 'object':
        return value === null ? null : this.#object(value, allowed, true);
      default:
        return this.#text(describePrimitive(value), allowed);
    }
  }

  #text(text: string, allowed: boolean): string {
    if (text === '') return '';
    if (!allowed) return this.#mask('allow');
    const limit = Math.max(1, Math.min(this.#bounds.stringLength, Math.max(this.#bytes, LEAST_TEXT)));
    const kept = scrubText(text, limit, this.#scrub);
    this.#charge(text, limit, kept);
    return kept;
  }

  #charge(read: string, limit: number, kept: string): void {
    this.#bytes -= kept.length;
    this.#unread -= Math.max(kept.length, Math.min(read.length, limit + SLACK));
  }

  readonly #scrub = (text: string): string => this.#rules.scrub(text, this.#listeners.hit);

  #mask(rule: string): string {
    this.#listeners.hit?.(rule);
    return this.#rules.mask;
  }

  #number(number: number, allowed: boolean): JsonValue {
    if (!allowed || !Number.isFinite(number)) return this.#text(`[${number}]`, allowed);
    if (Math.abs(number) >= SHORTEST_CARD) {
      const text = String(number);
      const scrubbed = this.#scrub(text);
      if (scrubbed !== text) return this.#text(scrubbed, allowed);
    }
    // JSON has no -0.
    return number + 0;
  }

  #object(value: object, allowed: boolean, honourToJson: boolean): JsonValue {
    if (this.#ancestors.includes(value)) return this.#text('[Circular]', allowed);
    const depth = this.#depth;
    const { length } = this.#ancestors;
    this.#ancestors.push(value);
    try {
      return this.#content(value, allowed, honourToJson);
    } catch {
      // A Proxy's traps, or a stack that was near its end before we came.
      return this.#text('[Unreadable]', allowed);
    } finally {
      this.#depth = depth;
      this.#ancestors.length = length;
    }
  }

  #content(value: object, allowed: boolean, honourToJson: boolean): JsonValue {
    // A Proxy's `length` may be anything.
    if (Array.isArray(value)) return this.#list(value, Number(value.length), allowed);
    const prototype: unknown = Object.getPrototypeOf(value);
    const view = prototype === Object.prototype || prototype === null ? undefined : viewOf(value, this.#breadth);
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
    if (this.#depth >= this.#bounds.depth) return this.#text('[Array]', allowed);
    this.#depth += 1;
    const hasNames = this.#hasNames;
    const items = readProperties(source, undefined, this.#fit(total), this.#listeners.onSlowGetter);
    const list: JsonValue[] = [];
    for (const item of items) {
      if (this.#isSpent && list.length < total - 1) break;
      const secret = this.#isNamedSecret(items, list.length, hasNames);
      // A pair in a list is an entry: of a Map, of an object.
      this.#hasNames = Array.isArray(item) && item.length === 2;
      list.push(secret ? this.#secret(item) : this.value(item, allowed));
    }
    if (list.length < total) list.push(this.value(`[… ${total - list.length} more]`, allowed));
    return list;
  }

  /** Whether an item stands behind the name of a secret, as in lists of headers. */
  #isNamedSecret(items: readonly unknown[], index: number, hasNames: boolean): boolean {
    const name = index % 2 === 1 ? items[index - 1] : undefined;
    if (typeof name !== 'string' || isMoreMarker(items[index])) return false;
    return (hasNames || isHeaderName(name)) && this.#rules.isSensitive(name);
  }

  #record(source: object, keys: readonly string[], total: number, allowed: boolean): JsonValue {
    if (this.#depth >= this.#bounds.depth) return this.#text('[Object]', allowed);
    this.#depth += 1;
    const values = readProperties(source, keys, this.#fit(total), this.#listeners.onSlowGetter);
    const record: Record<string, JsonValue> = {};
    let index = 0;
    for (const value of values) {
      if (this.#isSpent && index < total - 1) break;
      const key = keys[index] ?? '';
      const rule = this.#rules.key(key);
      for (const hit of rule.hits) this.#listeners.hit?.(hit);
      const name = this.#name(record, key, rule.text);
      this.#hasNames = isRawHeaders(key);
      addProperty(record, name, rule.sensitive ? this.#secret(value) : this.value(value, allowed || rule.allowed));
      index += 1;
    }
    if (index < total) {
      const name = this.#name(record, MORE, MORE);
      addProperty(record, name, this.value(`${total - index} more keys`, allowed));
    }
    return record;
  }

  #name(record: object, key: string, text: string): string {
    const name = freeKey(record, text);
    this.#charge(key, KEY_LENGTH, name);
    return name;
  }

  /** Nothing tells more of a secret than that there is one; where there is none the log may say so. */
  #secret(value: unknown): JsonValue {
    this.#nodes -= 1;
    if (value === null || value === '') return value;
    return value === undefined || value === UNDEFINED ? UNDEFINED : this.#mask('key');
  }

  get #breadth(): number {
    return Math.max(1, this.#bounds.breadth);
  }

  /** How many children of so many are kept: all, or as many as leave room for the marker. */
  #fit(total: number): number {
    return total > this.#breadth ? this.#breadth - 1 : total;
  }

  get #isSpent(): boolean {
    return this.#nodes <= 0 || this.#bytes <= 0 || this.#unread <= 0;
  }
}
