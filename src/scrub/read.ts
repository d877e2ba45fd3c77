import { types } from 'node:util';

/** A getter slower than this, in milliseconds, is the last one of its object that is called. */
const SLOW_MS = 5;

// Taken at load: tests put fake clocks in their place.
const { getOwnPropertyDescriptor } = Object;
const now: () => number = performance.now.bind(performance);

/**
 * Reads the first `count` properties of an object of the host's: those named by `keys`, or the items of an array.
 *
 * What cannot be read becomes a stand-in: `[Getter threw]`; `[Getter skipped]` after a slow one, because nothing can
 * interrupt it; `[empty]` for a hole. `onSlowGetter` is called at most once.
 */
export function readProperties(
  source: object,
  keys: readonly string[] | undefined,
  count: number,
  onSlowGetter: () => void,
): unknown[] {
  const values: unknown[] = [];
  let slow = false;
  let before = now();
  for (let index = 0; index < count; index++) {
    const key = keys === undefined ? index : (keys[index] ?? '');
    if (slow && isAccessor(source, key)) {
      values.push('[Getter skipped]');
      continue;
    }
    values.push(readProperty(source, key));
    const after = now();
    // The garbage collector takes its time as well, and is no getter.
    if (after - before > SLOW_MS && !slow && isAccessor(source, key)) {
      slow = true;
      onSlowGetter();
    }
    before = after;
  }
  return values;
}

function readProperty(source: object, key: string | number): unknown {
  try {
    const value = (source as Record<string | number, unknown>)[key];
    return value === undefined && typeof key === 'number' && !(key in source) ? '[empty]' : value;
  } catch {
    return '[Getter threw]';
  }
}

function isAccessor(source: object, key: string | number): boolean {
  return types.isProxy(source) || getOwnPropertyDescriptor(source, key)?.get !== undefined;
}
