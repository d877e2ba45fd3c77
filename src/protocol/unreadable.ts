/** serde_json, with which Relay reads, goes no deeper. */
const MAX_DEPTH = 128;

/** Why a server cannot read a value that `JSON.parse` let pass; undefined: it can. */
export function unreadable(value: unknown, depth: number = MAX_DEPTH): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : 'a string with a lone surrogate';
  if (typeof value !== 'object' || value === null) return undefined;
  // First, as it also keeps whoever walks the value, such as `JSON.stringify`, from overflowing.
  if (depth === 0) return `nested deeper than ${MAX_DEPTH}`;
  for (const [key, inner] of Object.entries(value)) {
    const reason = unreadable(key, 0) ?? unreadable(inner, depth - 1);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
