import { LEVELS, type Level, levelFromName, SEVERITY } from '../protocol/level.js';
import type { PlacedLevel } from './host-levels.js';

/** pino's `logger.levels`: names by number and numbers by name. */
export interface PinoLevelMapping {
  readonly labels: { readonly [level: number]: string };
  readonly values: { readonly [label: string]: number };
}

/** A level with the name that the logger gives it; `'35'` where it has none. */
export interface NamedLevel extends PlacedLevel {
  readonly name: string;
}

/** pino's own levels: what numbers are measured by where a logger knows none of their names. */
const PINO_LEVELS: PinoLevelMapping = {
  labels: { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' },
  values: { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 },
};
/** Numbers and labels come out of log lines: a host that makes them up must not fill the memory. */
const MAX_KEPT = 1_000;

/** What the levels of one logger mean, by number as pino compares them, or by label as lines may spell them. */
export class PinoLevels {
  readonly #mapping: PinoLevelMapping;
  readonly #levelMap: Readonly<Record<string, Level>>;
  /** The numbers whose level is known by name, least severe first. */
  readonly #known: readonly { readonly number: number; readonly level: Level }[];
  readonly #placed = new Map<number | string, NamedLevel>();

  /** `levelMap`: what the user says of names and numbers. */
  constructor(mapping: PinoLevelMapping = PINO_LEVELS, levelMap: Readonly<Record<string, Level>> = {}) {
    this.#mapping = mapping;
    this.#levelMap = levelMap;
    const known = this.#knownOf(mapping);
    this.#known = known.length > 0 ? known : this.#knownOf(PINO_LEVELS);
  }

  /** The level of a number or label; `info` for what is neither. */
  place(level: unknown): NamedLevel {
    const key = typeof level === 'number' || typeof level === 'string' ? level : 'info';
    return this.#placed.get(key) ?? this.#remember(key);
  }

  /** Whether a value is a number or label of the logger's, or a level in anybody's words. */
  knows(level: unknown): boolean {
    if (typeof level === 'number') return Object.hasOwn(this.#mapping.labels, level);
    return typeof level === 'string' && (this.#numberOf(level) !== undefined || this.#byName(level) !== undefined);
  }

  #remember(key: number | string): NamedLevel {
    const number = typeof key === 'number' ? key : this.#numberOf(key);
    const name = typeof key === 'string' ? key : (this.#mapping.labels[key] ?? String(key));
    const level = this.#byName(name) ?? (number === undefined ? 'info' : this.#byNumber(number));
    const placed = { level, severity: SEVERITY[level], name };
    if (this.#placed.size < MAX_KEPT) this.#placed.set(key, placed);
    return placed;
  }

  #byName(name: string): Level | undefined {
    return Object.hasOwn(this.#levelMap, name) ? this.#levelMap[name] : levelFromName(name);
  }

  /** The most severe known level that a number reaches; numbers fall with severity under `levelComparison: 'DESC'`. */
  #byNumber(number: number): Level {
    const own = this.#levelMap[number];
    if (own !== undefined) return own;
    const [least] = this.#known;
    const most = this.#known.at(-1);
    const rises = (most?.number ?? 0) >= (least?.number ?? 0);
    const reached = this.#known.findLast((known) => (rises ? known.number <= number : known.number >= number));
    return (reached ?? least)?.level ?? 'info';
  }

  #numberOf(label: string): number | undefined {
    const { values } = this.#mapping;
    const known = [label, label.toLowerCase()].find((name) => Object.hasOwn(values, name));
    return known === undefined ? undefined : values[known];
  }

  #knownOf({ values }: PinoLevelMapping): { readonly number: number; readonly level: Level }[] {
    return Object.entries(values)
      .flatMap(([name, number]) => {
        const level = this.#byName(name);
        return level === undefined ? [] : [{ number, level }];
      })
      .sort((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level));
  }
}
