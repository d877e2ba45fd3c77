import { LEVELS, type Level } from '../protocol/level.js';
import type { Category } from '../protocol/outcome.js';
import type { Entry } from './entry.js';
import { Lane } from './lane.js';

/** How many of each category go out before the next one has its turn (Sentry SDK docs, "Telemetry Processor"). */
const WEIGHTS: { readonly [category in Category]: number } = { error: 5, internal: 3, log_item: 2 };

/** In the order of their turns. */
export const CATEGORIES: readonly Category[] = ['error', 'internal', 'log_item'];

/** What may be taken now. */
export interface Turn {
  /** Categories under a rate limit stay. */
  readonly isLimited: (category: Category) => boolean;
  /** In ms of uptime: entries whose `notBefore` comes later stay. */
  readonly now: number;
  /** Whether the backlog may go on. */
  readonly backlog: boolean;
  /** While the destination is down, entries that it refused before come last: each answer uses up one of their attempts. */
  readonly isDown: boolean;
}

/**
 * What waits to be sent and what is under way, together bounded in items and in bytes.
 *
 * When it is full the lowest level goes first, and within it the oldest; an envelope that is itself of the lowest level
 * is shed in their place, so that a flood of equal errors can be refused before it is built. No time, no I/O.
 */
export class Queue {
  readonly #maxItems: number;
  readonly #maxBytes: number;
  readonly #fresh: readonly Lane[] = lanes();
  /** What an outage left behind: it goes out after what is fresh. */
  readonly #backlog: readonly Lane[] = lanes();
  /** What waits for a time of its own. */
  readonly #resting: readonly Lane[] = lanes();
  readonly #lanes: readonly Lane[] = [...this.#fresh, ...this.#backlog, ...this.#resting];
  /** How many more of each category may be taken in this turn. */
  #shares: Record<Category, number> = { ...WEIGHTS };
  #items = 0;
  #bytes = 0;
  #underWay = 0;
  #arrivals = 0;
  #backlogBefore = 0;

  constructor(maxItems: number, maxBytes: number) {
    this.#maxItems = maxItems;
    this.#maxBytes = maxBytes;
  }

  /** How many entries wait, of one category or altogether. */
  pending(category?: Category): number {
    if (category === undefined) return this.#items - this.#underWay;
    return this.#lanes.reduce((sum, lane) => (lane.category === category ? sum + lane.items : sum), 0);
  }

  /** What all entries count for, those under way included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How much of what it can hold it does, from 0 to 1, whichever bound is nearer. */
  get fullness(): number {
    return Math.max(this.#items / this.#maxItems, this.#bytes / this.#maxBytes);
  }

  /** Whether an envelope of this level would be kept, if it is as large as those that are here are on average. */
  admits(level: Level): boolean {
    return this.#hasRoom(level, this.#items === 0 ? 0 : this.#bytes / this.#items);
  }

  /** Adds an entry and returns those that had to go for it: maybe none, maybe only the entry itself. */
  push(entry: Entry): readonly Entry[] {
    if (!this.#hasRoom(entry.envelope.level, entry.bytes)) return [entry];
    const evicted: Entry[] = [];
    while (this.#items >= this.#maxItems || this.#bytes + entry.bytes > this.#maxBytes) {
      const victim = this.#lowestOldest()?.shift();
      if (victim === undefined) break;
      this.#forget(victim);
      evicted.push(victim);
    }
    entry.arrival = this.#arrivals++;
    laneOf(this.isBacklog(entry) ? this.#backlog : this.#fresh, entry)?.add(entry);
    this.#items++;
    this.#bytes += entry.bytes;
    return evicted;
  }

  /**
   * The next entry to send: what is fresh before the backlog, the categories in turns, then by level, then by age. It
   * goes on counting until it is released or put back.
   */
  take(turn: Turn): Entry | undefined {
    const open = CATEGORIES.filter((category) => !turn.isLimited(category));
    const entry = this.#takeOf(false, open, turn) ?? (turn.backlog ? this.#takeOf(true, open, turn) : undefined);
    if (entry !== undefined) this.#underWay++;
    return entry;
  }

  /** An entry that was taken is settled. */
  release(entry: Entry): void {
    this.#underWay--;
    this.#forget(entry);
  }

  /** An entry that was taken returns to its place, or rests there until its `notBefore`. */
  putBack(entry: Entry): void {
    this.#underWay--;
    const waiting = this.isBacklog(entry) ? this.#backlog : this.#fresh;
    laneOf(entry.notBefore === 0 ? waiting : this.#resting, entry)?.add(entry);
  }

  /** From now on all that waits is backlog. */
  shelve(): void {
    this.#backlogBefore = this.#arrivals;
    for (const lane of this.#fresh) {
      for (let entry = lane.shift(); entry !== undefined; entry = lane.shift())
        laneOf(this.#backlog, entry)?.add(entry);
    }
  }

  /** Whether any backlog waits, of those that do not rest. */
  get hasBacklog(): boolean {
    return this.#backlog.some(({ items }) => items > 0);
  }

  isBacklog(entry: Entry): boolean {
    return entry.envelope.isBacklog === true || entry.arrival < this.#backlogBefore;
  }

  /** The earliest `notBefore` of those that rest, in ms of uptime; infinite when nothing does. */
  restsUntil(): number {
    return Math.min(...this.#resting.flatMap((lane) => lane.toArray()).map(({ notBefore }) => notBefore));
  }

  /** Takes out the entries of the categories that are asked for; `isWanted` stops at the first in each lane that is not. */
  drain(ofCategory: (category: Category) => boolean, isWanted: (entry: Entry) => boolean = () => true): Entry[] {
    const drained: Entry[] = [];
    for (const lane of this.#lanes) {
      if (!ofCategory(lane.category)) continue;
      while (lane.first !== undefined && isWanted(lane.first)) drained.push(lane.shift() as Entry);
    }
    for (const entry of drained) this.#forget(entry);
    return drained;
  }

  #takeOf(backlog: boolean, open: readonly Category[], { now, isDown }: Turn): Entry | undefined {
    const isDue = (entry: Entry): boolean => entry.notBefore <= now && this.isBacklog(entry) === backlog;
    const rested = (): Entry | undefined => {
      for (const lane of this.#resting) {
        const entry = open.includes(lane.category) ? lane.takeWhere(isDue) : undefined;
        if (entry !== undefined) return entry;
      }
      return undefined;
    };
    const inTurn = (): Entry | undefined => this.#inTurn(backlog ? this.#backlog : this.#fresh, open)?.shift();
    return isDown ? (inTurn() ?? rested()) : (rested() ?? inTurn());
  }

  #inTurn(waiting: readonly Lane[], open: readonly Category[]): Lane | undefined {
    const ready = waiting.filter((lane) => lane.items > 0 && open.includes(lane.category));
    if (ready.length === 0) return undefined;
    if (ready.every(({ category }) => this.#shares[category] === 0)) this.#shares = { ...WEIGHTS };
    const lane = ready.find(({ category }) => this.#shares[category] > 0);
    if (lane !== undefined) this.#shares[lane.category]--;
    return lane;
  }

  /** Whether so much fits in, once all that waits and is of a lower level has gone. Then nothing is evicted in vain. */
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
    return this.#lanes.filter(({ items }) => items > 0).reduce<Lane | undefined>(lowerOrOlder, undefined);
  }

  #forget(entry: Entry): void {
    this.#items--;
    this.#bytes -= entry.bytes;
  }
}

function lanes(): readonly Lane[] {
  return CATEGORIES.flatMap((category) => LEVELS.map((level) => new Lane(category, level)));
}

function laneOf(group: readonly Lane[], { envelope }: Entry): Lane | undefined {
  return group.find(({ category, level }) => category === envelope.category && level === envelope.level);
}

function lowerOrOlder(best: Lane | undefined, lane: Lane): Lane {
  if (best === undefined || lane.rank > best.rank) return lane;
  const isOlder = (lane.first?.arrival ?? 0) < (best.first?.arrival ?? 0);
  return lane.rank === best.rank && isOlder ? lane : best;
}
