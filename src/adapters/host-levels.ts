import { ConfigError, type ConfigProblem } from '../client/config-error.js';
import { type Level, levelFromName, SEVERITY } from '../protocol/level.js';

/** A host's level, placed among ours. */
export interface PlacedLevel {
  readonly level: Level;
  readonly severity: number;
}

/** What each level name of a host means; looked up once per log call, so by plain Map. */
export class HostLevels {
  readonly #levelMap: Readonly<Record<string, Level>>;
  readonly #placed = new Map<string, PlacedLevel>();

  /** `levelMap`: what the user says of names that nobody can know. */
  constructor(levelMap: Readonly<Record<string, Level>> = {}) {
    this.#levelMap = levelMap;
  }

  /** A name that cannot be placed at run time counts as `info`: neither an alarm nor lost. */
  place(name: string): PlacedLevel {
    return this.#placed.get(name) ?? this.#remember(name, this.#lookUp(name) ?? 'info');
  }

  /**
   * @param names the host's levels
   * @param own the adapter's own `level`
   * @throws ConfigError naming the levels that cannot be placed, and an own level that is none of the host's.
   */
  check(names: readonly string[], own?: string): void {
    const problems: ConfigProblem[] = [];
    const unknown = names.filter((name) => this.#lookUp(name) === undefined);
    if (unknown.length > 0) {
      problems.push({ option: 'levelMap', problem: `must say what these levels mean: ${unknown.join(', ')}` });
    }
    if (own !== undefined && !names.includes(own)) {
      const problem = `must be one of the logger's own levels (${names.join(', ')}), not '${own}'`;
      problems.push({ option: 'level', problem });
    }
    if (problems.length > 0) throw new ConfigError(problems);
  }

  #lookUp(name: string): Level | undefined {
    return Object.hasOwn(this.#levelMap, name) ? this.#levelMap[name] : levelFromName(name);
  }

  #remember(name: string, level: Level): PlacedLevel {
    const placed = { level, severity: SEVERITY[level] };
    // Names come from log calls: a host that makes them up must not fill the memory.
    if (this.#placed.size < 1_000) this.#placed.set(name, placed);
    return placed;
  }
}
