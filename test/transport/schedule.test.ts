import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEVELS } from '../../src/protocol/level.js';
import type { Category, Outcome } from '../../src/protocol/outcome.js';
import type { Reply } from '../../src/protocol/rate-limits.js';
import { type Entry, newEntry } from '../../src/transport/entry.js';
import { CATEGORIES } from '../../src/transport/queue.js';
import { Schedule, type Settlement } from '../../src/transport/schedule.js';
import { eventEnvelope, logEnvelope, RETRY } from '../support/bench.js';
import { FakeClock } from '../support/fake-clock.js';

const MINUTE = 60_000;
const BROKEN = new Error('connect ECONNREFUSED');

function reply(status: number, headers: Reply['headers'] = {}): Reply {
  return { status, headers };
}

/** A schedule, the time, and what became of everything. */
class Stage {
  readonly clock: FakeClock;
  readonly schedule: Schedule;
  readonly settled: Settlement[] = [];

  constructor({ maxQueueItems = 1_000, retry = RETRY as typeof RETRY | false, chances = [0.5] } = {}) {
    this.clock = new FakeClock(chances);
    this.schedule = new Schedule({ maxQueueItems, maxQueueBytes: 2 ** 24, retry }, this.clock);
  }

  push(envelope = eventEnvelope()): Entry {
    const entry = newEntry(envelope, () => {}, this.clock.time);
    this.settled.push(...this.schedule.push(entry));
    return entry;
  }

  answer(entry: Entry, answer: Reply | Error, stale = false): void {
    this.settled.push(...(this.schedule.answered(entry, answer, stale) ?? []));
  }

  /** One attempt, which must be due now. */
  attempt(answer: Reply | Error): Entry {
    const entry = this.schedule.next();
    if (entry === undefined) throw new Error('nothing is due');
    this.answer(entry, answer);
    return entry;
  }

  /** The next attempt, as soon as it is due; returns how long that took. */
  attemptSoon(answer: Reply | Error): number {
    let ms = 0;
    for (;;) {
      const entry = this.schedule.next();
      if (entry !== undefined) {
        this.answer(entry, answer);
        return ms;
      }
      const wait = this.wait();
      if (wait === 0) throw new Error('nothing will ever be due');
      ms += wait;
    }
  }

  /** Lets the time pass until something may be due; returns how long that took. */
  wait(): number {
    const ms = this.schedule.wakeIn() ?? 0;
    this.clock.time += ms;
    return ms;
  }

  get outcomes(): Outcome[] {
    return this.settled.map(({ outcome }) => outcome);
  }
}

describe('P15: a destination that is down', () => {
  it('gets one probe at a time, after growing waits, and no envelope pays for it', () => {
    const stage = new Stage({ chances: [1] });
    for (let count = 0; count < 10; count++) stage.push();
    const waits: number[] = [];
    for (let round = 0; round < 9; round++) {
      const probe = stage.schedule.next() as Entry;
      if (round > 0) expect(stage.schedule.next()).toBeUndefined();
      stage.answer(probe, BROKEN);
      expect(stage.schedule.next()).toBeUndefined();
      waits.push(stage.wait());
    }
    expect(stage.settled).toEqual([]);
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, MINUTE, MINUTE, MINUTE]);
  });

  it('F10: requests that fail together after a pause of the process are one failure', () => {
    const stage = new Stage({ chances: [1] });
    for (let count = 0; count < 4; count++) stage.push();
    const together = Array.from({ length: 4 }, () => stage.schedule.next() as Entry);
    stage.clock.time += 30_000;
    for (const entry of together) stage.answer(entry, BROKEN);
    expect(stage.wait()).toBe(1_000);
  });

  it('is given up for an envelope after 15 minutes, by what happened last', () => {
    const stage = new Stage({ chances: [1] });
    const first = stage.push();
    stage.attempt(BROKEN);
    while (stage.clock.time < 1_000_000 + 14 * MINUTE) {
      stage.wait();
      stage.attempt(BROKEN);
    }
    const late = stage.push();
    expect(stage.settled).toEqual([]);
    for (let round = 0; round < 3; round++) {
      stage.wait();
      stage.attempt(BROKEN);
    }
    expect(stage.settled.map(({ entry, outcome }) => [entry, outcome])).toEqual([[first, 'network_error']]);
    expect(late.attempts).toBeGreaterThan(0);
  });

  it('is tried at once, and once only, where an idle connection turns out to be closed', () => {
    const stage = new Stage();
    const entry = stage.push();
    stage.answer(stage.schedule.next() as Entry, BROKEN, true);
    expect(stage.schedule.isDown).toBe(false);
    expect(stage.schedule.next()).toBe(entry);
    stage.answer(entry, BROKEN, true);
    expect(stage.schedule.isDown).toBe(true);
  });
});

describe('answers that are worth a retry', () => {
  it('B16: an envelope gets five of them, with growing waits, then it is dropped', () => {
    const stage = new Stage({ chances: [1] });
    stage.push();
    const waits = Array.from({ length: 5 }, () => stage.attemptSoon(reply(503)));
    expect(waits).toEqual([0, 1_000, 2_000, 4_000, 8_000]);
    expect(stage.outcomes).toEqual(['send_error']);
  });

  it('B16: with retry: false it is dropped at once, and the next goes at once', () => {
    const stage = new Stage({ retry: false });
    stage.push();
    stage.push();
    stage.attempt(reply(503));
    stage.attempt(reply(200));
    expect(stage.outcomes).toEqual(['send_error', 'delivered']);
  });

  it('B17: an envelope that is never taken delays the others by no more than one attempt', () => {
    const stage = new Stage({ chances: [1] });
    const poison = stage.push();
    let good = 0;
    while (stage.settled.every(({ entry }) => entry !== poison)) {
      const entry = stage.schedule.next();
      if (entry === undefined) {
        stage.clock.time += 100;
        stage.push();
        continue;
      }
      stage.answer(entry, reply(entry === poison ? 500 : 200));
      if (entry !== poison) good++;
      else {
        stage.push();
        expect(stage.attempt(reply(200))).not.toBe(poison);
      }
    }
    expect(poison.refusals).toBe(5);
    expect(good).toBeGreaterThan(100);
    expect(stage.outcomes.filter((outcome) => outcome !== 'delivered')).toEqual(['send_error']);
  });

  it('are spread over those that wait while the server refuses everything', () => {
    const stage = new Stage({ chances: [1] });
    const entries = Array.from({ length: 50 }, () => stage.push());
    for (let round = 0; round < 12; round++) {
      stage.attempt(reply(503));
      stage.wait();
    }
    expect(Math.max(...entries.map(({ refusals }) => refusals))).toBe(1);
    expect(stage.settled).toEqual([]);
  });
});

describe('429', () => {
  it('B04: the envelope is tried again after the pause, three times, then dropped as counted by the server', () => {
    const stage = new Stage();
    const entry = stage.push();
    const waits: number[] = [];
    for (let round = 0; round < 4; round++) {
      stage.attempt(reply(429, { 'retry-after': '5' }));
      waits.push(stage.wait());
    }
    expect(waits).toEqual([5_000, 5_000, 5_000, 0]);
    expect(stage.settled).toEqual([{ entry, outcome: 'ratelimit_backoff', countedByServer: true }]);
    expect(stage.schedule.isDown).toBe(false);
  });

  it('B04: with retry: false it is dropped at once', () => {
    const stage = new Stage({ retry: false });
    stage.push();
    stage.attempt(reply(429, { 'retry-after': '5' }));
    expect(stage.settled).toMatchObject([{ outcome: 'ratelimit_backoff', countedByServer: true }]);
  });

  it.each([
    ['asks for nothing', { 'retry-after': '0' }],
    ['asks for less than nothing', { 'x-sentry-rate-limits': '-5:error' }],
    ['names a category that nobody knows', { 'x-sentry-rate-limits': '60:dinosaur' }],
    ['names another category', { 'x-sentry-rate-limits': '60:log_item' }],
  ])('pauses the category for a second at least, even where the server %s', (_name, headers) => {
    const stage = new Stage();
    stage.push();
    stage.attempt(reply(429, headers));
    stage.push();
    expect(stage.schedule.next()).toBeUndefined();
    expect(stage.wait()).toBe(1_000);
    expect(stage.schedule.next()).toBeDefined();
  });

  it('evicts what waits for the end of the pause as ratelimit_backoff, which the server has not counted', () => {
    const stage = new Stage({ maxQueueItems: 1 });
    const first = stage.push(eventEnvelope('info'));
    stage.attempt(reply(429));
    stage.push(eventEnvelope('error'));
    expect(stage.settled).toEqual([{ entry: first, outcome: 'ratelimit_backoff', countedByServer: false }]);
  });
});

it('names what comes due while it is asked, or nobody would ask again', () => {
  const stage = new Stage({ chances: [1] });
  stage.push();
  stage.attempt(BROKEN);
  stage.clock.time += 999;
  expect(stage.schedule.next()).toBeUndefined();
  stage.clock.time += 1;
  expect(stage.schedule.wakeIn()).toBe(0);
});

describe('P17: the backlog of a long outage', () => {
  it('begins after up to 10 s and is paced, while what is new goes at once', () => {
    const stage = new Stage({ chances: [0.5] });
    // One envelope a second.
    while (stage.clock.time < 1_000_000 + 2 * MINUTE) {
      stage.push();
      const probe = stage.schedule.next();
      if (probe !== undefined) stage.answer(probe, BROKEN);
      stage.clock.time += 1_000;
    }
    stage.clock.time += MINUTE;
    stage.attempt(reply(200));
    const before = stage.clock.time;
    const sent: number[] = [];
    for (let second = 0; second < 60; second++) {
      const fresh = stage.push();
      expect(stage.schedule.next()).toBe(fresh);
      stage.answer(fresh, reply(200));
      const old = stage.schedule.next();
      if (old !== undefined) {
        sent.push(stage.clock.time - before);
        stage.answer(old, reply(200));
        expect(stage.schedule.next()).toBeUndefined();
      }
      stage.clock.time += 1_000;
    }
    expect(sent[0]).toBe(5_000);
    // Fewer than one a second, which is what it came in.
    expect(sent.length).toBeLessThan(55);
    expect(sent.length).toBeGreaterThan(20);
    stage.schedule.close(0);
    for (let next = stage.schedule.next(); next !== undefined; next = stage.schedule.next()) {
      stage.answer(next, reply(200));
    }
    expect(new Set(stage.outcomes)).toEqual(new Set(['delivered']));
    expect(stage.schedule.wakeIn()).toBeUndefined();
  });

  it('A28: after 10 minutes at 500 a second the backlog is bounded and paced, and new envelopes go at once', () => {
    const stage = new Stage({ chances: [0.5] });
    const start = stage.clock.time;
    const back = start + 10 * MINUTE;
    const backlogAt: number[] = [];
    const perSecond = new Map<number, number>();
    let recovered = false;
    let most = 0;
    let late = 0;
    for (let pushed = 1; stage.clock.time < back + 3 * MINUTE; pushed++) {
      stage.clock.time = start + pushed * 2;
      const fresh = stage.push();
      const wasBack = recovered;
      most = Math.max(most, pushed - stage.settled.length);
      for (let next = stage.schedule.next(); next !== undefined; next = stage.schedule.next()) {
        const isBack = stage.clock.time >= back;
        stage.answer(next, isBack ? reply(200) : BROKEN);
        if (!isBack) continue;
        const second = Math.floor(stage.clock.time / 1_000);
        perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
        if (wasBack && next.arrivedAt < back) backlogAt.push(stage.clock.time);
        recovered = true;
      }
      if (wasBack && fresh.attempts === 0) late++;
    }
    const gaps = backlogAt.slice(1).map((time, index) => time - (backlogAt[index] ?? 0));
    expect([most, late]).toEqual([1_000, 0]);
    expect(backlogAt.length).toBeGreaterThan(900);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(2 * 500);
    expect(new Set(stage.outcomes)).toEqual(new Set(['queue_overflow', 'delivered']));
  });

  it('A29: 50 processes never send more than twice their usual rate in any second', () => {
    const perSecond = new Map<number, number>();
    const starts: number[] = [];
    const count = (time: number): void => {
      const second = Math.floor(time / 1_000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    };
    const end = 1_000_000 + 10 * MINUTE;
    for (let process = 0; process < 50; process++) {
      const chance = (process * 0.618) % 1;
      const stage = new Stage({ chances: [chance] });
      let first = true;
      // Two envelopes a second.
      for (let time = 1_000_000; time < end + 2 * MINUTE; time += 500) {
        stage.clock.time = time;
        stage.push();
        for (let next = stage.schedule.next(); next !== undefined; next = stage.schedule.next()) {
          stage.answer(next, time < end ? BROKEN : reply(200));
          if (time < end) break;
          count(time);
          if (next.arrivedAt < end && !first) starts[process] ??= time - end;
          first = false;
        }
      }
    }
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(2 * 50 * 2);
    expect(Math.max(...starts) - Math.min(...starts)).toBeGreaterThan(5_000);
  });
});

describe('close', () => {
  it('gives everything that waits one attempt at once, whatever it waits for', () => {
    const stage = new Stage({ chances: [1] });
    const [refused, broken, waiting] = [stage.push(), stage.push(), stage.push()];
    expect([stage.attempt(reply(503)), stage.attempt(BROKEN)]).toEqual([refused, broken]);
    expect(stage.schedule.next()).toBeUndefined();
    stage.schedule.close(0);
    const last = [stage.schedule.next(), stage.schedule.next(), stage.schedule.next()] as Entry[];
    expect(new Set(last)).toEqual(new Set([refused, broken, waiting]));
    expect(stage.schedule.next()).toBeUndefined();
    for (const entry of last) stage.answer(entry, reply(503));
    expect(stage.outcomes).toEqual(['send_error', 'send_error', 'send_error']);
  });

  it('gives what was under way one more attempt', () => {
    const stage = new Stage();
    const entry = stage.push();
    stage.schedule.next();
    stage.schedule.close(0);
    stage.answer(entry, reply(503));
    stage.attempt(reply(503));
    expect(stage.outcomes).toEqual(['send_error']);
  });

  it('A12: gives one more for a connection that breaks, once only', () => {
    const stage = new Stage();
    stage.push();
    stage.schedule.close(0);
    stage.attempt(BROKEN);
    expect(stage.settled).toEqual([]);
    stage.attempt(BROKEN);
    expect(stage.outcomes).toEqual(['network_error']);
  });

  it('A12: gives none where nobody would ask for it: in the drain at the exit', () => {
    const stage = new Stage();
    stage.push();
    for (const entry of stage.schedule.takeAll()) stage.answer(entry, BROKEN);
    expect(stage.outcomes).toEqual(['network_error']);
  });

  it('is over for what comes after everything was handed to the exit: a process that lives on retries as ever', () => {
    const stage = new Stage();
    const handedOver = stage.push();
    stage.schedule.takeAll();
    stage.answer(handedOver, BROKEN);
    expect(stage.outcomes).toEqual(['network_error']);
    stage.push();
    stage.attemptSoon(BROKEN);
    stage.attemptSoon(reply(200));
    expect(stage.outcomes).toEqual(['network_error', 'delivered']);
  });

  it('drops what is under a rate limit, and what is limited from then on', () => {
    const stage = new Stage();
    stage.push();
    stage.attempt(reply(429, { 'x-sentry-rate-limits': '60:error' }));
    stage.push(logEnvelope());
    expect(stage.schedule.close(0).map(({ outcome }) => outcome)).toEqual(['ratelimit_backoff']);
    stage.attempt(reply(429, { 'x-sentry-rate-limits': '60:log_item' }));
    expect(stage.outcomes).toEqual(['ratelimit_backoff']);
  });

  it('waits for the end of a rate limit that comes in time, and of one that begins then', () => {
    const stage = new Stage();
    const entries = [stage.push(), stage.push()];
    stage.attempt(reply(429, { 'retry-after': '1' }));
    expect(stage.schedule.close(10_000)).toEqual([]);
    expect(stage.schedule.next()).toBeUndefined();
    expect(stage.schedule.wakeIn()).toBe(1_000);
    stage.clock.time += 1_000;
    stage.attempt(reply(429, { 'retry-after': '2' }));
    expect(stage.schedule.next()).toBeUndefined();
    stage.clock.time += 2_000;
    expect([stage.attempt(reply(200)), stage.attempt(reply(200))].sort()).toEqual(entries.sort());
    expect(stage.outcomes).toEqual(['delivered', 'delivered']);
  });

  it('does not wait for what ends with the deadline', () => {
    const stage = new Stage();
    stage.push();
    stage.attempt(reply(429, { 'retry-after': '10' }));
    expect(stage.schedule.close(10_000).map(({ outcome }) => outcome)).toEqual(['ratelimit_backoff']);
  });

  it('at the last chance of all, nothing is waited for any more', () => {
    const stage = new Stage();
    const entry = stage.push();
    stage.schedule.close(10_000);
    stage.schedule.takeAll();
    stage.answer(entry, reply(429, { 'retry-after': '1' }));
    expect(stage.outcomes).toEqual(['ratelimit_backoff']);
  });
});

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      category: fc.constantFrom(...CATEGORIES),
      level: fc.constantFrom(...LEVELS),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('begin' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      pick: fc.nat(8),
      answer: fc.constantFrom<Reply | Error>(
        reply(200),
        reply(200, { 'x-sentry-rate-limits': '30:error' }),
        reply(200, { 'x-sentry-rate-limits': '5:log_item' }),
        reply(400),
        reply(429),
        reply(429, { 'retry-after': '2' }),
        reply(500),
        reply(503),
        BROKEN,
        BROKEN,
        Object.assign(new Error('too many files'), { code: 'EMFILE' }),
      ),
      stale: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 90_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sleep' as const) }) },
);

function envelopeOf(category: Category, level: (typeof LEVELS)[number]) {
  return { ...eventEnvelope(level), category };
}

it('P9: loses nothing: everything that came in comes out once, within the bounds, whatever happens', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 150 }),
      fc.boolean(),
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 20 }),
      (steps, retrying, chances) => {
        const stage = new Stage({ maxQueueItems: 12, retry: retrying && RETRY, chances });
        const pushed = new Set<Entry>();
        const underWay: Entry[] = [];
        const begin = (): boolean => {
          const entry = stage.schedule.next();
          if (entry === undefined) return false;
          expect(underWay).not.toContain(entry);
          if (underWay.length > 0)
            expect(stage.schedule.isDown && underWay.some(({ round }) => round === entry.round)).toBe(false);
          underWay.push(entry);
          return true;
        };
        for (const each of steps) {
          if (each.kind === 'push') pushed.add(stage.push(envelopeOf(each.category, each.level)));
          else if (each.kind === 'wait') stage.clock.time += each.ms;
          else if (each.kind === 'sleep') stage.wait();
          else if (each.kind === 'begin') {
            if (underWay.length < 4) begin();
          } else {
            const [entry] = underWay.splice(each.pick % Math.max(underWay.length, 1), 1);
            if (entry !== undefined) stage.answer(entry, each.answer, each.stale);
          }
          expect(pushed.size - stage.settled.length).toBeLessThanOrEqual(12);
        }
        // Nothing gets stuck: with a server that is well again all that waits goes out, sooner or later.
        const halfway = pushed.size - stage.settled.length;
        for (const entry of underWay.splice(0)) stage.answer(entry, reply(200));
        for (let turn = 0; stage.settled.length < pushed.size && turn < 200; turn++) {
          if (begin()) stage.answer(underWay.pop() as Entry, reply(200));
          else expect(stage.wait()).toBeGreaterThan(0);
        }
        expect(
          stage.settled.slice(-halfway || stage.settled.length).every(({ outcome }) => outcome === 'delivered'),
        ).toBe(true);
        const settled = stage.settled.map(({ entry }) => entry);
        expect(settled).toHaveLength(pushed.size);
        expect(new Set(settled)).toEqual(pushed);
        for (const { refusals, pauses } of pushed) {
          expect(refusals).toBeLessThanOrEqual(5);
          expect(pauses).toBeLessThanOrEqual(4);
        }
      },
    ),
    { numRuns: 400 },
  );
});
