/** The key, or one like it that is free: keys that masking or cutting made equal both stay. */
export function freeKey(record: object, key: string): string {
  // Most keys; `in` is much the faster.
  if (!(key in record)) return key;
  let name = key;
  for (let copy = 2; Object.hasOwn(record, name); copy++) name = `${key} (${copy})`;
  return name;
}

/**
 * Adds a property and does nothing else: an assignment would change the prototype for `__proto__`, and call a setter or fail
 * for what the host has added to, or frozen on, `Object.prototype`.
 */
export function addProperty<Value>(record: Record<string, Value>, key: string, value: Value): void {
  if (key in record) {
    Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    record[key] = value;
  }
}
