import { createRequire } from 'node:module';

/** What an application has that installed nothing but this rival: each has its own folder, with its own SDK. */
export function requireOf(rival) {
  return createRequire(new URL(`../rivals/${rival}/package.json`, import.meta.url));
}

/** A logger and the SDK behind it, by the interface of all subjects. */
export function deliveredBy(sdk, logger) {
  return {
    logger,
    flush: (timeoutMs = 10_000) => sdk.flush(timeoutMs),
    close: () => sdk.close(2_000),
  };
}

/** What users write where the SDK has no way from a record to an event: an error is captured, the rest leaves a breadcrumb. */
export function capture(sdk, category, level, message, { error, ...data }) {
  if (level === 'error') sdk.captureException(error, { extra: { message, ...data } });
  else sdk.addBreadcrumb({ category, level, message, data });
}
