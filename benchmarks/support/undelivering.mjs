const nothing = async () => {};

/** A logger from which nothing is to be delivered, by the interface of all subjects. */
export function undelivering(logger) {
  return { logger, flush: nothing, close: nothing };
}
