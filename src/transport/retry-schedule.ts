import type { Reply } from '../protocol/rate-limits.js';

/** The first wait after a failure, in milliseconds; each further one may be twice as long. */
const FIRST_WAIT_MS = 1_000;

/** The longest wait, in milliseconds. */
const LONGEST_WAIT_MS = 60_000;

/** How long an envelope waits in memory for a destination that is down, in milliseconds. */
const MAX_AGE_MS = 15 * 60_000;

/** How often an envelope is sent again after a 429. */
export const MAX_PAUSES = 3;

/** The shortest pause after a 429, in milliseconds, where the server asks for none; ours: it did refuse. */
export const SHORTEST_PAUSE_MS = 1_000;

/** From here on, in milliseconds, so many processes wait that they must not all come back at once. */
const OUTAGE_MS = 60_000;

/** Over how long they spread the start on their backlogs, in milliseconds. */
const SPREAD_MS = 10_000;

/** Bounds of the time between two envelopes of the backlog, in milliseconds (Sentry SDK docs, "Offline Caching": 100). */
const SHORTEST_GAP_MS = 100;
const LONGEST_GAP_MS = 10_000;

/** The backlog goes out a quarter slower than it came: with the new envelopes that is below twice the usual rate. */
const GAP_FACTOR = 1.25;

/** What to send again. `false` in its place is the letter of Sentry's SDK docs ("Dealing With Network Failures"): nothing. */
export interface RetryPolicy {
  /** How many answers with such a status an envelope may get, the first included. */
  readonly attempts: number;
  /** The statuses after which another attempt is worth while. */
  readonly statuses: readonly number[];
}

/**
 * What an answer means: the envelope is `delivered`; `paused`, for its category is to wait; `refused` for good; `failed`,
 * as the server may take it another time; or there is none, for the server was `unreachable`.
 */
export type Verdict = 'delivered' | 'paused' | 'refused' | 'failed' | 'unreachable';

/** Reads an answer, or the error in its place. */
export function verdictOn(reply: Reply | Error, retry: RetryPolicy | false): Verdict {
  if (reply instanceof Error) return 'unreachable';
  if (isSuccess(reply.status)) return 'delivered';
  if (reply.status === 429) return 'paused';
  return retry !== false && retry.statuses.includes(reply.status) ? 'failed' : 'refused';
}

/** Whether the server took the envelope: any 2xx. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Codes of errors that say that this process itself has run out of something. */
const LOCAL_SHORTAGES: readonly unknown[] = ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'];

/** Whether the fault was this process's own. */
export function isLocal(reply: Reply | Error): boolean {
  return LOCAL_SHORTAGES.includes((reply as { readonly code?: unknown }).code);
}

/** How the destination is doing. Times in ms of uptime. */
export interface Destination {
  /** Rounds in a row that failed; 0: it is up. While it is down there is one request at a time. */
  readonly failures: number;
  /** Counts all failed rounds: requests that were under way together fail together, and count once. */
  readonly round: number;
  /** When the first of the row failed. */
  readonly downSince: number;
  /** When the next attempt may begin. */
  readonly probeAt: number;
  /** What the last round failed with. */
  readonly failure: 'network_error' | 'send_error';
}

/** Before anything is known. */
export const UNTRIED: Destination = { failures: 0, round: 0, downSince: 0, probeAt: 0, failure: 'network_error' };

/** A request that failed. */
export interface Failure {
  readonly verdict: 'failed' | 'unreachable';
  /** In which round it began. */
  readonly round: number;
  /** Whether this process itself lacks something, such as a file descriptor: then no try is for free. */
  readonly local: boolean;
}

/**
 * The destination after a failed request. It waits for a random part of 1 s, 2 s, 4 s … 60 s ("full jitter").
 *
 * After the first `failed` there is no wait at all: maybe the server only dislikes that one envelope, and the next tells.
 */
export function afterFailure(
  destination: Destination,
  { verdict, round, local }: Failure,
  now: number,
  random: () => number,
): Destination {
  if (round !== destination.round) return destination;
  const failures = destination.failures + 1;
  const wait = waitMs(verdict === 'failed' ? failures - 1 : failures, random);
  return {
    failures,
    round: round + 1,
    downSince: destination.failures === 0 ? now : destination.downSince,
    probeAt: now + (local ? Math.max(wait, FIRST_WAIT_MS) : wait),
    failure: verdict === 'failed' ? 'send_error' : 'network_error',
  };
}

/** The destination after an answer that shows it at work. */
export function afterAnswer(destination: Destination): Destination {
  return destination.failures === 0 ? destination : { ...destination, failures: 0 };
}

/** A random part of 1 s, 2 s, 4 s … 60 s, in milliseconds; nothing after no failure. */
export function waitMs(failures: number, random: () => number): number {
  if (failures === 0) return 0;
  return random() * Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
}

/** Whether an envelope has waited for the destination for too long. A rate limit that held it before does not count. */
export function isTooOld(arrivedAt: number, { failures, downSince }: Destination, now: number): boolean {
  return now - (failures === 0 ? arrivedAt : Math.max(arrivedAt, downSince)) > MAX_AGE_MS;
}

/** How the backlog of an outage goes out. */
export interface Pace {
  /** When it begins, in ms of uptime. */
  readonly startAt: number;
  /** The time between two of its envelopes, in milliseconds. */
  readonly gapMs: number;
}

/** Where there was no outage. */
export const NO_PACE: Pace = { startAt: 0, gapMs: 0 };

/** The pace for backlog that comes when there is none: an outage is over once nothing of it has come for 10 s. */
export function paceOfNext(pace: Pace, now: number): Pace {
  return now > pace.startAt + SPREAD_MS ? NO_PACE : pace;
}

/**
 * The pace after an outage that is just over; undefined after a short one, whose backlog may go out at once.
 *
 * @param arrivals how many envelopes came meanwhile: the usual rate, which the backlog must not exceed
 */
export function paceAfter(
  { failures, downSince }: Destination,
  arrivals: number,
  now: number,
  random: () => number,
): Pace | undefined {
  const outage = now - downSince;
  if (failures === 0 || outage < OUTAGE_MS) return undefined;
  const gap = (outage / Math.max(arrivals, 1)) * GAP_FACTOR;
  return { startAt: now + random() * SPREAD_MS, gapMs: Math.min(Math.max(gap, SHORTEST_GAP_MS), LONGEST_GAP_MS) };
}
