/** A JSON object as it was received: nothing about its fields is known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value as a JSON object; undefined when it is anything else. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}
