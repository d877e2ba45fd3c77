import type { Envelope } from '../protocol/envelope.js';
import { LEVELS, type Level } from '../protocol/level.js';
import type { Category } from '../protocol/outcome.js';
import type { Settle } from './transport.js';

/** An envelope that waits for its turn. */
export interface Entry {
  readonly envelope: Envelope;
  readonly settle: Settle;
  /** What it counts for against `maxBytes`. */
  readonly bytes: number;
}

/** In the order they are sent: errors first, logs last (Sentry SDK docs, "Telemetry Processor": weights 5, 3 and 2). */
export const CATEGORIES: readonly Category[] = ['error', 'internal', 'log_item'];

/** Removed slots at the front of a lane before it is worth moving the rest down. */
const COMPACT_ABOVE = 64;

/**
 * What waits to be sent, bounded in items and in bytes.
 *
 * When it is full the lowest level goes first, and within it the oldest; an envelope that is itself of the lowest level
 * is shed in their place, so that a flood of equal errors can be refused before it is built. No time, no I/O.
 */
export class Queue {
  readonly #maxItems: number;
  readonly #maxBytes: number;
  /** One per category and level, in the order they are taken. */
  readonly #lanes: readonly Lane[];
  #items = 0;
  #bytes = 0;
  #arrivals = 0;

  constructor(maxItems: number, maxBytes: number) {
    this.#maxItems = maxItems;
    this.#maxBytes = maxBytes;
    this.#lanes = CATEGORIES.flatMap((category) => LEVELS.map((level) => new Lane(category, level)));
  }

  /** How many entries wait, of one category or altogether. */
  pending(category?: Category): number {
    if (category === undefined) return this.#items;
    return this.#lanes.reduce((sum, lane) => (lane.category === category ? sum + lane.items : sum), 0);
  }

  /** What the entries count for altogether. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether an envelope of this level would be kept, if it is as large as those that wait are on average. */
  admits(level: Level): boolean {
    return this.#hasRoom(level, this.#items === 0 ? 0 : this.#bytes / this.#items);
  }

  /** Adds an entry and returns those that had to go for it: maybe none, maybe only the entry itself. */
  push(entry: Entry): readonly Entry[] {
    const { category, level } = entry.envelope;
    if (!this.#hasRoom(level, entry.bytes)) return [entry];
    const evicted: Entry[] = [];
    while (this.#items >= this.#maxItems || this.#bytes + entry.bytes > this.#maxBytes) {
      const victim = this.#shift(this.#lowestOldest());
      if (victim === undefined) break;
      evicted.push(victim);
    }
    this.#lanes.find((lane) => lane.category === category && lane.level === level)?.push(entry, this.#arrivals++);
    this.#items++;
    this.#bytes += entry.bytes;
    return evicted;
  }

  /** The next entry to send: by category, then by level, then by age; categories under a rate limit stay. */
  take(isLimited: (category: Category) => boolean): Entry | undefined {
    return this.#shift(this.#lanes.find((lane) => lane.items > 0 && !isLimited(lane.category)));
  }

  /** Takes out all entries of the categories that are asked for, in the order they would be sent. */
  drain(isWanted: (category: Category) => boolean = () => true): readonly Entry[] {
    const drained: Entry[] = [];
    for (;;) {
      const entry = this.take((category) => !isWanted(category));
      if (entry === undefined) return drained;
      drained.push(entry);
    }
  }

  /** Whether so much fits in, once all that is of a lower level has gone. Then nothing is evicted in vain. */
  #hasRoom(level: Level, bytes: number): boolean {
    if (this.#items < this.#maxItems && this.#bytes + bytes <= this.#maxBytes) return true;
    const rank = LEVELS.indexOf(level);
    let items = this.#items;
    let room = this.#maxBytes - this.#bytes;
    for (const lane of this.#lanes) {
      if (lane.rank <= rank) continue;
      items -= lane.items;
      room += lane.bytes;
    }
    return items < this.#maxItems && bytes <= room;
  }

  #lowestOldest(): Lane | undefined {
    let lowest: Lane | undefined;
    for (const lane of this.#lanes) {
      if (lane.items === 0) continue;
      if (lowest === undefined || lane.rank > lowest.rank || (lane.rank === lowest.rank && lane.oldest < lowest.oldest))
        lowest = lane;
    }
    return lowest;
  }

  #shift(lane: Lane | undefined): Entry | undefined {
    const entry = lane?.shift();
    if (entry === undefined) return undefined;
    this.#items--;
    this.#bytes -= entry.bytes;
    return entry;
  }
}

interface Slot {
  readonly entry: Entry;
  readonly arrival: number;
}

/** First in, first out, with the removed slots cleared in one go: `Array.shift` moves all that is behind it. */
class Lane {
  readonly category: Category;
  readonly level: Level;
  /** 0 is the highest level. */
  readonly rank: number;
  bytes = 0;
  #slots: (Slot | undefined)[] = [];
  #first = 0;

  constructor(category: Category, level: Level) {
    this.category = category;
    this.level = level;
    this.rank = LEVELS.indexOf(level);
  }

  get items(): number {
    return this.#slots.length - this.#first;
  }

  /** When the oldest entry arrived. */
  get oldest(): number {
    return this.#slots[this.#first]?.arrival ?? Number.POSITIVE_INFINITY;
  }

  push(entry: Entry, arrival: number): void {
    this.#slots.push({ entry, arrival });
    this.bytes += entry.bytes;
  }

  shift(): Entry | undefined {
    const slot = this.#slots[this.#first];
    if (slot === undefined) return undefined;
    this.#slots[this.#first++] = undefined;
    if (this.#first > COMPACT_ABOVE && this.#first * 2 > this.#slots.length) {
      this.#slots = this.#slots.slice(this.#first);
      this.#first = 0;
    }
    this.bytes -= slot.entry.bytes;
    return slot.entry;
  }
}
