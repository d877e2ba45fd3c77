import { randomUUID } from 'node:crypto';
import { type Check, expected, hook, isRecord, objectProblem } from './checks.js';

/** What no input decides: the time, chance, and the ids of events and traces. */
export interface World {
  /** Milliseconds since the epoch. It counts for the records of hosts too, in place of their own clocks. */
  now(): number;
  /** A number in [0, 1), for sampling. */
  random(): number;
  /** 32 lower-case hex digits, never the same twice. */
  id(): string;
}

/** The one there is. */
export const REAL_WORLD: World = {
  now: () => Date.now(),
  random: () => Math.random(),
  id: () => randomUUID().replaceAll('-', ''),
};

const METHODS: Readonly<Record<keyof World, Check>> = { now: hook, random: hook, id: hook };

export const world: Check = (value) => {
  if (!isRecord(value)) return expected('an object', value);
  const missing = Object.keys(METHODS).find((method) => value[method] === undefined);
  if (missing !== undefined) return `must have ${missing}`;
  const { now, random, id } = value;
  return objectProblem({ now, random, id }, METHODS);
};
