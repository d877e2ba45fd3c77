/** Clocks differ; what lies further ahead than this is a mistake. Servers move such events to the time of arrival. */
const FUTURE_MS = 24 * 60 * 60 * 1_000;

/** The record's time in seconds; `now` where it is no time at all: negative, NaN, the year 275760, a text. */
export function plausibleSeconds(time: unknown, now: number): number {
  return (typeof time === 'number' && time >= 0 && time <= now + FUTURE_MS ? time : now) / 1_000;
}
