import type { Outcome } from '../protocol/outcome.js';
import type { Reply } from '../protocol/rate-limits.js';

/** What is to become of an envelope after one attempt. */
export interface Decision {
  readonly outcome: Outcome;
  /** True after a 429: the server has counted the loss, so no client report may count it again. */
  readonly countedByServer: boolean;
}

/**
 * The decision after an answer, or after an error in its place, to the letter of Sentry's SDK docs ("Dealing With
 * Network Failures"): nothing is sent twice.
 */
export function afterReply(reply: Reply | Error): Decision {
  if (reply instanceof Error) return { outcome: 'network_error', countedByServer: false };
  if (isSuccess(reply.status)) return { outcome: 'delivered', countedByServer: false };
  if (reply.status === 429) return { outcome: 'ratelimit_backoff', countedByServer: true };
  return { outcome: 'send_error', countedByServer: false };
}

/** Whether the server took the envelope: any 2xx. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
