import { LEVELS, type Level } from '../protocol/level.js';
import type { Category } from '../protocol/outcome.js';
import type { Entry } from './entry.js';

/** Removed slots at the front before it is worth moving the rest down. */
const COMPACT_ABOVE = 64;

/**
 * Entries of one category and level in the order of their arrival.
 *
 * Removed slots are cleared in one go: `Array.shift` moves all that is behind it.
 */
export class Lane {
  readonly category: Category;
  readonly level: Level;
  /** 0 is the highest level. */
  readonly rank: number;
  bytes = 0;
  #slots: (Entry | undefined)[] = [];
  #first = 0;

  constructor(category: Category, level: Level) {
    this.category = category;
    this.level = level;
    this.rank = LEVELS.indexOf(level);
  }

  get items(): number {
    return this.#slots.length - this.#first;
  }

  /** The oldest entry. */
  get first(): Entry | undefined {
    return this.#slots[this.#first];
  }

  /** Adds an entry at its place: the end, but for one that comes back. */
  add(entry: Entry): void {
    this.bytes += entry.bytes;
    const last = this.#slots.at(-1);
    if (this.items === 0 || last === undefined || last.arrival < entry.arrival) {
      this.#slots.push(entry);
      return;
    }
    const later = this.#slots.findIndex((slot, index) => index >= this.#first && isLater(slot, entry));
    if (later === this.#first && later > 0) this.#slots[--this.#first] = entry;
    else this.#slots.splice(later, 0, entry);
  }

  /** Takes out the oldest entry. */
  shift(): Entry | undefined {
    const entry = this.first;
    if (entry === undefined) return undefined;
    this.#slots[this.#first++] = undefined;
    if (this.#first > COMPACT_ABOVE && this.#first * 2 > this.#slots.length) {
      this.#slots = this.#slots.slice(this.#first);
      this.#first = 0;
    }
    this.bytes -= entry.bytes;
    return entry;
  }

  /** Takes out the oldest entry that is wanted. */
  takeWhere(isWanted: (entry: Entry) => boolean): Entry | undefined {
    const index = this.#slots.findIndex((slot) => slot !== undefined && isWanted(slot));
    const entry = this.#slots[index];
    if (entry === undefined) return undefined;
    if (index === this.#first) return this.shift();
    this.#slots.splice(index, 1);
    this.bytes -= entry.bytes;
    return entry;
  }

  /** All entries, oldest first. */
  toArray(): readonly Entry[] {
    return this.#slots.slice(this.#first).filter((slot) => slot !== undefined);
  }
}

function isLater(slot: Entry | undefined, entry: Entry): boolean {
  return slot !== undefined && slot.arrival > entry.arrival;
}
