/** Whatever was thrown, as an Error. Never by `String`: an object may have no `toString`, or one that throws. */
export function asError(thrown: unknown): Error {
  try {
    if (thrown instanceof Error) return thrown;
  } catch {
    // A revoked Proxy.
  }
  return new Error('something that is no Error was thrown', { cause: thrown });
}
