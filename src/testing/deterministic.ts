import type { ClientOptions } from '../client/options.js';
import { seededRandom } from '../client/sampling.js';
import type { World } from '../client/world.js';

/** A world that a test moves on. */
export interface TestWorld extends World {
  /** Lets so many milliseconds pass; by itself no time passes. */
  advance(ms: number): void;
}

/** Client options that leave nothing to the machine, its clock or chance. */
export interface DeterministicOptions extends ClientOptions {
  readonly world: TestWorld;
}

/** What it all begins with. */
export interface DeterministicStart {
  /** An integer; other seeds give other ids and other samples. Default 1. */
  readonly seed?: number | undefined;
  /** In ms since the epoch. Default: the beginning of 2026, UTC. */
  readonly time?: number | undefined;
}

/**
 * Options with which the same input gives the same bytes: time stands still until it is told to pass, ids and samples come
 * from a seed, and release, environment, server name, modules and contexts are not read from the machine. Stacks and source
 * lines are still those of the code that runs. What a request or the process has been told before is input, too: begin with
 * `scope.clear()`, or with a DSN of its own. Traces are the process's: of several such clients the last gives their ids.
 *
 * @example
 * const options = deterministic();
 * const client = createClient({ dsn, transport: memoryTransport(), ...options });
 * options.world.advance(1_000);
 */
export function deterministic({
  seed = 1,
  time = Date.UTC(2026, 0, 1),
}: DeterministicStart = {}): DeterministicOptions {
  const forIds = seededRandom(seed);
  const random = seededRandom(seed + 1);
  let now = time;
  // Functions without `this`: log4js copies its options.
  const world: TestWorld = {
    now: () => now,
    random,
    id: () => [forIds(), forIds(), forIds(), forIds()].map(hex).join(''),
    advance(ms) {
      now += ms;
    },
  };
  return { world, release: 'test@1.0.0', environment: 'test', serverName: 'test', modules: false };
}

/** Of a number in [0, 1), its first 32 bits. */
function hex(part: number): string {
  return Math.floor(part * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
}
