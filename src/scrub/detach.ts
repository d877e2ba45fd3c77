/**
 * A copy, for texts that are kept: V8's slice would keep the whole text it was taken from in memory. It copies slices of
 * under 13 units itself. Takes less than 0.1 µs for a line, a quarter of the way through a Buffer.
 */
export function detach(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1);
}
