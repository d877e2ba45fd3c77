import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterAnswer,
  afterFailure,
  type Destination,
  isTooOld,
  paceAfter,
  UNTRIED,
  verdictOn,
  waitMs,
} from '../../src/transport/retry-schedule.js';

const RETRY = { attempts: 5, statuses: [500, 502, 503, 504] };
const MINUTE = 60_000;

/** Chance at its worst: every wait takes as long as it can. */
const LONGEST = (): number => 1;

function answer(status: number) {
  return { status, headers: {} };
}

describe('verdictOn', () => {
  it.each([200, 201, 202, 204, 299])('takes %i as delivered', (status) => {
    expect(verdictOn(answer(status), RETRY)).toBe('delivered');
  });

  it.each([500, 502, 503, 504])('takes %i as worth a retry, unless nothing is sent twice', (status) => {
    expect(verdictOn(answer(status), RETRY)).toBe('failed');
    expect(verdictOn(answer(status), false)).toBe('refused');
  });

  it.each([300, 301, 304, 308, 400, 401, 403, 404, 408, 413, 428, 430, 499, 501, 505, 599])(
    'takes %i as refused for good',
    (status) => {
      expect(verdictOn(answer(status), RETRY)).toBe('refused');
    },
  );

  it('takes 429 as a pause, and an error as a server out of reach', () => {
    expect(verdictOn(answer(429), RETRY)).toBe('paused');
    expect(verdictOn(new Error('reset'), RETRY)).toBe('unreachable');
    expect(verdictOn(answer(418), { attempts: 2, statuses: [418] })).toBe('failed');
  });
});

/** The destination after so many rounds that failed, one millisecond apart. */
function failed(rounds: number, verdict: 'failed' | 'unreachable', local = false): Destination {
  let destination = UNTRIED;
  for (let round = 0; round < rounds; round++) {
    destination = afterFailure(destination, { verdict, round, local }, 1_000 + round, LONGEST);
  }
  return destination;
}

describe('the destination', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [6, 32_000],
    [7, 60_000],
    [2_000, 60_000],
  ])('after %i failed connections waits up to %i ms', (rounds, ms) => {
    const { failures, probeAt, downSince } = failed(rounds, 'unreachable');
    expect({ failures, wait: probeAt - (1_000 + rounds - 1), downSince }).toEqual({
      failures: rounds,
      wait: ms,
      downSince: 1_000,
    });
  });

  it.each([
    [1, 0],
    [2, 1_000],
    [3, 2_000],
  ])('after %i answers in a row that failed waits up to %i ms: one may be due to its envelope', (rounds, ms) => {
    expect(failed(rounds, 'failed').probeAt - (1_000 + rounds - 1)).toBe(ms);
  });

  it('counts requests that were under way together once', () => {
    const down = failed(1, 'unreachable');
    expect(afterFailure(down, { verdict: 'unreachable', round: 0, local: false }, 5_000, LONGEST)).toBe(down);
  });

  it('begins anew after an answer', () => {
    const up = afterAnswer(failed(9, 'unreachable'));
    expect(up.failures).toBe(0);
    const { probeAt } = afterFailure(up, { verdict: 'unreachable', round: up.round, local: false }, 50_000, LONGEST);
    expect(probeAt).toBe(51_000);
    expect(afterAnswer(up)).toBe(up);
  });

  it('A27: waits at least a second where this process itself lacks something', () => {
    const { probeAt } = afterFailure(UNTRIED, { verdict: 'unreachable', round: 0, local: true }, 7, () => 0);
    expect(probeAt).toBe(1_007);
  });
});

it('waits for a random part of the time, never longer than a minute', () => {
  fc.assert(
    fc.property(fc.nat(5_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (failures, chance) => {
      const wait = waitMs(failures, () => chance);
      const longest = failures === 0 ? 0 : Math.min(1_000 * 2 ** (failures - 1), MINUTE);
      expect(wait).toBe(chance * longest);
      expect(Number.isFinite(wait)).toBe(true);
    }),
  );
});

describe('isTooOld', () => {
  it('ends the wait after 15 minutes', () => {
    expect(isTooOld(0, UNTRIED, 15 * MINUTE)).toBe(false);
    expect(isTooOld(0, UNTRIED, 15 * MINUTE + 1)).toBe(true);
  });

  it('counts from the beginning of the outage for what was held by something else before', () => {
    const down = failed(1, 'unreachable');
    expect(isTooOld(-60 * MINUTE, down, 15 * MINUTE)).toBe(false);
    expect(isTooOld(-60 * MINUTE, down, 15 * MINUTE + 1_001)).toBe(true);
  });
});

describe('paceAfter', () => {
  const down = { ...failed(1, 'unreachable'), downSince: 0 };

  it('lets a backlog go out at once after less than a minute', () => {
    expect(paceAfter(down, 10, MINUTE - 1, LONGEST)).toBeUndefined();
    expect(paceAfter(UNTRIED, 10, 10 * MINUTE, LONGEST)).toBeUndefined();
  });

  it.each([
    ['never faster than 100 ms apart', 300_000, 100],
    ['a quarter slower than it came', 600, 1_250],
    ['never slower than 10 s apart', 0, 10_000],
  ])('is %s', (_name, arrivals, gapMs) => {
    const pace = paceAfter(down, arrivals, 10 * MINUTE, LONGEST);
    expect(pace).toEqual({ startAt: 10 * MINUTE + 10_000, gapMs });
  });

  it('begins after a random time, so that processes do not begin together', () => {
    expect(paceAfter(down, 10, MINUTE, () => 0)?.startAt).toBe(MINUTE);
    expect(paceAfter(down, 10, MINUTE, () => 0.5)?.startAt).toBe(MINUTE + 5_000);
  });
});
