import { type Level, levelFromName, SEVERITY } from '../protocol/level.js';
import { readField } from './fields.js';
import type { PlacedLevel } from './host-levels.js';

/** log4js's own numbers. MARK is above all others, so that it is always printed: it is no alarm. */
const BANDS: readonly (readonly [from: number, level: Level])[] = [
  [2 ** 53, 'info'],
  [50_000, 'fatal'],
  [40_000, 'error'],
  [30_000, 'warning'],
  [20_000, 'info'],
  [10_000, 'debug'],
];

/** Level names come from the configuration; a caller that makes them up must not fill the memory. */
const MAX_NAMES = 1_000;

/** What log4js's levels mean: by `levelMap`, else by where their number stands among log4js's own. */
export class Log4jsLevels {
  /** log4js writes level names in capitals. */
  readonly #levelMap: ReadonlyMap<string, Level>;
  readonly #placed = new Map<string, PlacedLevel>();

  constructor(levelMap: Readonly<Record<string, Level>> = {}) {
    this.#levelMap = new Map(Object.entries(levelMap).map(([name, level]) => [name.toUpperCase(), level]));
  }

  /** Any value: what is no level of log4js counts as `info`, neither an alarm nor lost. */
  place(level: unknown): PlacedLevel {
    const name = levelName(level);
    return this.#placed.get(name) ?? this.#remember(name, this.#lookUp(name, level));
  }

  #lookUp(name: string, level: unknown): Level {
    const told = this.#levelMap.get(name.toUpperCase());
    if (told !== undefined) return told;
    const number = level !== null && typeof level === 'object' ? readField(level, 'level') : undefined;
    if (typeof number !== 'number') return levelFromName(name) ?? 'info';
    return this.#levelMap.get(String(number)) ?? BANDS.find(([from]) => number >= from)?.[1] ?? 'trace';
  }

  #remember(name: string, level: Level): PlacedLevel {
    const placed = { level, severity: SEVERITY[level] };
    if (name !== '' && this.#placed.size < MAX_NAMES) this.#placed.set(name, placed);
    return placed;
  }
}

/** log4js's own word for a level; empty where there is none. */
export function levelName(level: unknown): string {
  if (level === null || typeof level !== 'object') return typeof level === 'string' ? level : '';
  const name = readField(level, 'levelStr');
  return typeof name === 'string' ? name : '';
}
