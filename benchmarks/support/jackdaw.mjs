/** A logger and the client behind it, by the interface of all subjects. */
export function delivering(logger, client) {
  return {
    logger,
    stats: () => client.stats(),
    flush: (timeoutMs = 10_000) => client.flush(timeoutMs),
    close: () => client.close(),
  };
}
