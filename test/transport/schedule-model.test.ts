import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LEVELS, type Level } from '../../src/protocol/level.js';
import type { Category, Outcome } from '../../src/protocol/outcome.js';
import type { Reply } from '../../src/protocol/rate-limits.js';
import { type Entry, newEntry } from '../../src/transport/entry.js';
import { CATEGORIES } from '../../src/transport/queue.js';
import { Schedule, type Settlement } from '../../src/transport/schedule.js';
import { RETRY } from '../support/bench.js';
import { FakeClock } from '../support/fake-clock.js';

const MINUTE = 60_000;
const MAX_ITEMS = 10;
const MAX_BYTES = 1_000;
const CONCURRENCY = 4;

/** What a server may do about a request, and what that asks for by the book. */
interface Answer {
  readonly name: string;
  readonly reply: Reply | Error;
  readonly verdict: 'delivered' | 'refused' | 'failed' | 'paused' | 'unreachable';
  /** For how long it stops a category, in ms of wall-clock time. */
  readonly limits?: { readonly [category in Category]?: number };
}

const ALL = (ms: number): NonNullable<Answer['limits']> => ({ error: ms, log_item: ms, internal: ms });

function answer(status: number, header?: string, limits: Answer['limits'] = {}): Answer {
  const headers = header === undefined ? {} : { 'x-sentry-rate-limits': header };
  const verdict =
    status === 200 ? 'delivered' : status === 429 ? 'paused' : RETRY.statuses.includes(status) ? 'failed' : 'refused';
  return { name: `${status} ${header ?? ''}`, reply: { status, headers }, verdict, limits };
}

function failure(code: string): Answer {
  return { name: code, reply: Object.assign(new Error(code), { code }), verdict: 'unreachable' };
}

const TAKEN: Answer = answer(200);

const ANSWERS: readonly Answer[] = [
  TAKEN,
  TAKEN,
  answer(200, '30:error', { error: 30_000 }),
  answer(200, '5:log_item', { log_item: 5_000 }),
  answer(200, '7:log_byte:org', { log_item: 7_000 }),
  answer(200, '2::org', ALL(2_000)),
  answer(200, '-5:error, nonsense'),
  answer(200, '86400:internal', { internal: 86_400_000 }),
  answer(400),
  answer(413, '3:error', { error: 3_000 }),
  answer(429, undefined, ALL(60_000)),
  answer(429, '0:error'),
  answer(429, '60:dinosaur'),
  answer(429, '1e999:log_item', { log_item: 86_400_000 }),
  answer(500),
  answer(503),
  answer(503, '4:error', { error: 4_000 }),
  failure('ECONNREFUSED'),
  failure('ECONNRESET'),
  failure('EMFILE'),
];

/** What has happened to one envelope. */
interface Story {
  attempts: number;
  refusals: number;
  pauses: number;
  /** Since `close` was called last. */
  lastAttempts: number;
  readonly outcomes: Outcome[];
}

/** What must be true, written down from outside: it knows what went in, what was answered, and what came out. */
class Book {
  readonly clock: FakeClock;
  readonly stories = new Map<Entry, Story>();
  readonly underWay: Entry[] = [];
  readonly limitedUntil = { error: 0, log_item: 0, internal: 0 };
  closing = false;
  #downSince: number | undefined;
  readonly #backlog = new Set<Entry>();
  #backlogAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly retrying: boolean,
    chances: readonly number[],
  ) {
    this.clock = new FakeClock(chances);
  }

  storyOf(entry: Entry): Story {
    return this.stories.get(entry) as Story;
  }

  isLimited(category: Category): boolean {
    return this.limitedUntil[category] > this.clock.now();
  }

  /** Neither settled nor under way. */
  get waiting(): Entry[] {
    return [...this.stories.keys()].filter(
      (entry) => this.storyOf(entry).outcomes.length === 0 && !this.underWay.includes(entry),
    );
  }

  settled(settlements: readonly Settlement[]): void {
    for (const { entry, outcome } of settlements) this.storyOf(entry).outcomes.push(outcome);
  }

  began(entry: Entry, schedule: Schedule): void {
    const story = this.storyOf(entry);
    expect(story.outcomes).toEqual([]);
    expect(this.underWay).not.toContain(entry);
    expect(this.isLimited(entry.envelope.category), 'a limited category goes out').toBe(false);
    if (!this.closing && schedule.isDown)
      expect(this.underWay.filter(({ round }) => round === entry.round)).toEqual([]);
    this.underWay.push(entry);
    story.attempts++;
    story.lastAttempts++;
    if (!this.closing) this.#paced(entry);
    if (!this.retrying || entry.envelope.category === 'internal') expect(story.attempts).toBe(1);
    // One each, one more for what was under way, and one more for a connection that breaks.
    if (this.closing) expect(story.lastAttempts).toBeLessThanOrEqual(3);
  }

  #paced(entry: Entry): void {
    if (!this.#backlog.has(entry)) return;
    expect(this.clock.time - this.#backlogAt, 'ms between two of the backlog').toBeGreaterThanOrEqual(99.9);
    this.#backlogAt = this.clock.time;
  }

  answered(entry: Entry, { verdict, limits = {} }: Answer, settlements: readonly Settlement[]): void {
    const story = this.storyOf(entry);
    const { category } = entry.envelope;
    if (verdict === 'failed') story.refusals++;
    if (verdict === 'paused') story.pauses++;
    const now = this.clock.now();
    const own = verdict === 'paused' && this.retrying ? { [category]: 1_000 } : {};
    for (const each of CATEGORIES) {
      const ms = Math.max(limits[each] ?? 0, own[each] ?? 0);
      this.limitedUntil[each] = Math.max(this.limitedUntil[each], now + ms);
    }
    this.settled(settlements);
    expect(story.refusals).toBeLessThanOrEqual(RETRY.attempts);
    expect(story.pauses).toBeLessThanOrEqual(4);
    expect(story.outcomes, `after ${verdict}`).toSatisfy((outcomes: Outcome[]) => this.#isRight(outcomes, verdict));
    // Others go only because they have waited for too long.
    for (const { entry: other } of settlements) {
      if (other !== entry) expect(this.clock.time - other.arrivedAt).toBeGreaterThan(15 * MINUTE);
    }
  }

  #isRight([outcome]: readonly Outcome[], verdict: Answer['verdict']): boolean {
    if (verdict === 'delivered') return outcome === 'delivered';
    if (verdict === 'refused') return outcome === 'send_error';
    const final = { failed: 'send_error', paused: 'ratelimit_backoff', unreachable: 'network_error' }[verdict];
    return outcome === final || (outcome === undefined && this.retrying);
  }

  /** Follows the destination: after a minute of outage, what waits becomes the backlog. */
  observe({ isDown }: Schedule): void {
    if (isDown) this.#downSince ??= this.clock.time;
    else if (this.#downSince !== undefined) {
      if (this.clock.time - this.#downSince >= MINUTE) this.#shelve();
      this.#downSince = undefined;
    }
  }

  /** The pace begins anew, too. */
  #shelve(): void {
    for (const entry of this.waiting) this.#backlog.add(entry);
    this.#backlogAt = Number.NEGATIVE_INFINITY;
  }

  /** The laws that hold at every moment. */
  check(schedule: Schedule): void {
    this.observe(schedule);
    const inside = [...this.waiting, ...this.underWay];
    const bytes = inside.reduce((sum, entry) => sum + entry.bytes, 0);
    expect(inside.length).toBeLessThanOrEqual(MAX_ITEMS);
    expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
    expect(schedule.fullness()).toBe(Math.max(inside.length / MAX_ITEMS, bytes / MAX_BYTES));
    const fates = [...this.stories.values()].map(({ outcomes }) => outcomes.length);
    expect(Math.max(0, ...fates)).toBeLessThanOrEqual(1);
    expect(CATEGORIES.map(schedule.isLimited, schedule)).toEqual(CATEGORIES.map(this.isLimited, this));
  }
}

/** One step: what is done, and what must be true of it. */
class Step implements fc.Command<Book, Schedule> {
  constructor(
    readonly name: string,
    readonly act: (book: Book, schedule: Schedule) => void,
    readonly isPossible: (book: Book) => boolean = () => true,
  ) {}

  check(book: Readonly<Book>): boolean {
    return this.isPossible(book as Book);
  }

  run(book: Book, schedule: Schedule): void {
    this.act(book, schedule);
    book.check(schedule);
  }

  toString(): string {
    return this.name;
  }
}

function push(category: Category, level: Level, bytes: number): Step {
  return new Step(`push(${category}, ${level}, ${bytes})`, (book, schedule) => {
    const envelope = { header: {}, items: [], category, quantity: 1, level };
    const entry: Entry = { ...newEntry(envelope, () => {}, book.clock.time), bytes };
    book.stories.set(entry, { attempts: 0, refusals: 0, pauses: 0, lastAttempts: 0, outcomes: [] });
    const settlements = schedule.push(entry);
    book.settled(settlements);
    for (const { entry: victim, outcome, countedByServer } of settlements) {
      const isLimited = book.isLimited(victim.envelope.category);
      expect([outcome, countedByServer]).toEqual([isLimited ? 'ratelimit_backoff' : 'queue_overflow', false]);
      expect(LEVELS.indexOf(victim.envelope.level)).toBeGreaterThanOrEqual(LEVELS.indexOf(level));
    }
  });
}

/** True: an attempt has begun. */
function begin(book: Book, schedule: Schedule): boolean {
  const { waiting } = book;
  const entry = schedule.next();
  if (entry !== undefined) {
    expect(waiting).toContain(entry);
    book.began(entry, schedule);
    return true;
  }
  const held = waiting.filter(({ envelope }) => !book.isLimited(envelope.category));
  if (book.closing) expect(held, 'waits while closing').toEqual([]);
  else if (waiting.length > 0 && book.underWay.length === 0) {
    const wait = schedule.wakeIn();
    expect(wait, 'somebody must ask again').toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(24 * 60 * MINUTE);
  }
  return false;
}

const beginning = new Step('begin', begin, ({ underWay }) => underWay.length < CONCURRENCY);

function settleOne(book: Book, schedule: Schedule, pick: number, given: Answer, stale: boolean): void {
  const [entry] = book.underWay.splice(pick % book.underWay.length, 1) as [Entry];
  const settlements = schedule.answered(entry, given.reply, stale) ?? [];
  book.answered(entry, given, settlements);
  // As its owner does.
  if (book.closing) book.settled(schedule.dropLimited());
}

function answering(pick: number, given: Answer, stale: boolean): Step {
  return new Step(
    `answer(${pick}, ${given.name}, ${stale})`,
    (book, schedule) => settleOne(book, schedule, pick, given, stale),
    ({ underWay }) => underWay.length > 0,
  );
}

function passing(ms: number): Step {
  return new Step(`pass(${ms})`, ({ clock }) => {
    clock.time += ms;
  });
}

const sleeping = new Step('sleep', (book, schedule) => {
  book.clock.time += schedule.wakeIn() ?? 0;
});

const closing = new Step('close', (book, schedule) => {
  book.closing = true;
  for (const story of book.stories.values()) story.lastAttempts = 0;
  const limited = book.waiting.filter(({ envelope }) => book.isLimited(envelope.category));
  const settlements = schedule.close(0);
  expect(new Set(settlements.map(({ entry }) => entry))).toEqual(new Set(limited));
  expect(settlements.every(({ outcome }) => outcome === 'ratelimit_backoff')).toBe(true);
  book.settled(settlements);
});

const reopening = new Step(
  'reopen',
  (book, schedule) => {
    book.closing = false;
    schedule.reopen();
  },
  ({ closing }) => closing,
);

/** What the drain at the exit does: everything leaves, and each has an answer or is given up. */
function taking(answers: readonly (Answer | undefined)[]): Step {
  return new Step(`take all(${answers.map((one) => one?.name)})`, (book, schedule) => {
    const open = [...book.waiting, ...book.underWay];
    const taken = schedule.takeAll();
    expect(new Set(taken)).toEqual(new Set(open));
    expect(taken).toHaveLength(open.length);
    book.underWay.splice(0);
    for (const [index, entry] of taken.entries()) {
      const given = answers[index % answers.length];
      if (given === undefined) book.settled([schedule.discard(entry, 'network_error')]);
      else book.answered(entry, given, schedule.answered(entry, given.reply, false) ?? []);
    }
    expect([book.waiting, schedule.wakeIn()]).toEqual([[], undefined]);
  });
}

const someAnswer = fc.constantFrom(...ANSWERS);

const pushing = fc
  .tuple(fc.constantFrom(...CATEGORIES), fc.constantFrom(...LEVELS), fc.integer({ min: 1, max: 300 }))
  .map((given) => push(...given));
const trying = fc.constant(beginning);
const replying = fc.tuple(fc.nat(CONCURRENCY), someAnswer, fc.boolean()).map((given) => answering(...given));
const waiting = fc.oneof(
  fc.integer({ min: 0, max: 2_000 }).map(passing),
  fc.integer({ min: 0, max: 5 * MINUTE }).map(passing),
  { weight: 3, arbitrary: fc.constant(sleeping) },
);
const drain = fc.array(fc.option(someAnswer, { nil: undefined }), { minLength: 1, maxLength: 5 });
const ending = fc.oneof(
  { weight: 3, arbitrary: fc.constant(closing) },
  { weight: 1, arbitrary: drain.map(taking) },
  { weight: 30, arbitrary: fc.constant(reopening) },
);

/** Each kind as often as it stands there: what fills, empties and fails the queue more often than its end. */
const KINDS = [
  pushing,
  pushing,
  pushing,
  trying,
  trying,
  trying,
  replying,
  replying,
  replying,
  waiting,
  waiting,
  ending,
];

const steps = fc.commands(KINDS, { maxCommands: 150, size: 'max' });

/** With a server that is well from now on: all that is open goes out, and only time is needed. */
function recover(book: Book, schedule: Schedule): void {
  reopening.run(book, schedule);
  const open = [...book.waiting, ...book.underWay];
  for (let turn = 0; turn < 500 && book.waiting.length + book.underWay.length > 0; turn++) {
    if (book.underWay.length > 0) settleOne(book, schedule, 0, TAKEN, false);
    else if (!begin(book, schedule)) sleeping.act(book, schedule);
    book.check(schedule);
  }
  expect(open.map((entry) => book.storyOf(entry).outcomes)).toEqual(open.map(() => ['delivered']));
  expect(schedule.wakeIn()).toBeUndefined();
}

it('P5, P9, P15, P16, P17: whatever happens, every envelope has one fate, by the policy, within the bounds and in time', () => {
  const chances = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(steps, fc.boolean(), chances, (commands, retrying, random) => {
      const book = new Book(retrying, random);
      const options = { maxQueueItems: MAX_ITEMS, maxQueueBytes: MAX_BYTES, retry: retrying && RETRY };
      const schedule = new Schedule(options, book.clock);
      fc.modelRun(() => ({ model: book, real: schedule }), commands);
      recover(book, schedule);
    }),
    { numRuns: 300 },
  );
}, 60_000);
