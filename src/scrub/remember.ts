/** How many keys are remembered: more than the log statements of one program use. */
const MAX_KEYS = 1_000;

/** A longer key is worked out each time, in UTF-16 units: it is more likely data than a name. */
const MAX_KEY_LENGTH = 100;

/** `compute` with a memory for its results, which is forgotten as a whole when full. */
export function remember<Result>(compute: (key: string) => Result): (key: string) => Result {
  const known = new Map<string, Result>();
  return function recall(key: string): Result {
    const before = known.get(key);
    if (before !== undefined) return before;
    const result = compute(key);
    if (key.length > MAX_KEY_LENGTH) return result;
    if (known.size >= MAX_KEYS) known.clear();
    known.set(key, result);
    return result;
  };
}
