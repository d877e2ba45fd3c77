import fc from 'fast-check';
import { expect, it } from 'vitest';
import { machineProcesses } from '../../src/spool/owner.js';
import { FailingDisk } from '../support/failing-disk.js';
import { filesBelow, OpenSpool, record, TemporaryDirectory, textsOf } from '../support/spool.js';

type Sync = 'interval' | 'always' | 'process';

/** What must be true of one record. */
interface Expected {
  state: 'held' | 'free' | 'settled';
  id: number;
  /** Flushed since it was appended: it must survive a crash. */
  isSafe: boolean;
  /** Flushed since it was settled: it must never come again. */
  isAcked: boolean;
}

/** A spool and what must be true of it, through any number of crashes. */
class Model {
  readonly #directory = new TemporaryDirectory();
  readonly #sync: Sync;
  readonly #expected = new Map<string, Expected>();
  #disk = new FailingDisk();
  #open: OpenSpool;
  #count = 0;

  constructor(sync: Sync) {
    this.#sync = sync;
    this.#open = this.#start();
  }

  /** As another process would: the one before is gone. */
  #start(): OpenSpool {
    const processes = { ...machineProcesses(), look: () => 'gone' as const };
    return new OpenSpool(this.#directory.path, { sync: this.#sync }, { disk: this.#disk.disk, processes });
  }

  append(bytes: number, urgent: boolean): void {
    const text = `${this.#count++}-`.padEnd(bytes, '.');
    const id = this.#open.spool.append(record(text), urgent);
    expect(id).toBeDefined();
    this.#expected.set(text, { state: 'held', id: id as number, isSafe: false, isAcked: false });
  }

  settle(pick: number): void {
    const one = this.#pick(pick);
    if (one === undefined) return;
    this.#open.spool.settle(one.id);
    one.state = 'settled';
  }

  release(pick: number): void {
    const one = this.#pick(pick);
    if (one === undefined) return;
    this.#open.spool.release(one.id);
    one.state = 'free';
  }

  async next(): Promise<void> {
    // What is released while it is on its way to the disk comes a moment later.
    await this.#open.spool.flush();
    this.#flushed();
    const given = await this.#open.spool.next();
    const free = [...this.#expected.values()].filter(({ state }) => state === 'free');
    if (given === undefined) {
      expect(free).toEqual([]);
      return;
    }
    const one = this.#expected.get(Buffer.from(given.record.payload).toString());
    expect(one?.state).toBe('free');
    Object.assign(one as Expected, { state: 'held', id: given.id });
  }

  async flush(): Promise<void> {
    await this.#open.spool.flush();
    this.#flushed();
  }

  /** The process is no more: nothing that it began is heard of again. */
  async crash(): Promise<void> {
    this.#disk.fault =
      ({ name }) =>
      () => {
        if (name.startsWith('sync.')) throw new Error('there is no such process');
        return new Promise(() => {});
      };
    await this.#reopen();
  }

  async exit(): Promise<void> {
    this.#open.spool.flushSync();
    this.#flushed();
    await this.crash();
  }

  async close(): Promise<void> {
    await this.#open.spool.close();
    this.#flushed();
    await this.#reopen();
  }

  async #reopen(): Promise<void> {
    const before = this.#open;
    expect([...before.lost, ...before.problems]).toEqual([]);
    this.#disk = new FailingDisk();
    this.#open = this.#start();
    await this.#open.spool.adopt();
    const given = await this.#open.drain();
    const texts = textsOf(given);
    expect(new Set(texts).size).toBe(texts.length);
    const owed = [...this.#expected].filter(([, { state, isSafe }]) => isSafe && state !== 'settled');
    expect(texts).toEqual(expect.arrayContaining(owed.map(([text]) => text)));
    for (const text of texts) expect(this.#expected.get(text)).toMatchObject({ isAcked: false });
    expect(this.#open.recovered['error'] ?? 0).toBe(texts.length);
    this.#expected.clear();
    given.forEach(({ id }, index) => {
      this.#expected.set(texts[index] as string, { state: 'held', id, isSafe: true, isAcked: false });
    });
  }

  #flushed(): void {
    for (const one of this.#expected.values()) {
      one.isSafe = true;
      one.isAcked = one.state === 'settled';
    }
  }

  #pick(pick: number): Expected | undefined {
    const held = [...this.#expected.values()].filter(({ state }) => state === 'held');
    return held[pick % Math.max(held.length, 1)];
  }

  /** In the end everything is settled, and nothing is left. */
  async end(): Promise<void> {
    await this.close();
    for (const one of this.#expected.values()) this.#open.spool.settle(one.id);
    await this.#open.spool.close();
    expect([...this.#open.lost, ...this.#open.problems]).toEqual([]);
    expect(filesBelow(this.#directory.path)).toEqual([]);
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

const step: fc.Arbitrary<(model: Model) => void | Promise<void>> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.nat({ max: 60_000 }), fc.boolean()).map(
      ([bytes, urgent]) =>
        (model: Model) =>
          model.append(bytes, urgent),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 60 }).map((count) => async (model: Model) => {
      for (let n = 0; n < count; n++) model.append(100_000, false);
    }),
  },
  { weight: 4, arbitrary: fc.nat().map((pick) => (model: Model) => model.settle(pick)) },
  { weight: 4, arbitrary: fc.nat().map((pick) => (model: Model) => model.release(pick)) },
  { weight: 3, arbitrary: fc.constant((model: Model) => model.next()) },
  { weight: 2, arbitrary: fc.constant((model: Model) => model.flush()) },
  { weight: 1, arbitrary: fc.constant((model: Model) => model.crash()) },
  { weight: 1, arbitrary: fc.constant((model: Model) => model.exit()) },
  { weight: 1, arbitrary: fc.constant((model: Model) => model.close()) },
  {
    weight: 2,
    arbitrary: fc.nat({ max: 30 }).map((ms) => async () => new Promise<void>((resolve) => setTimeout(resolve, ms))),
  },
);

it.each<Sync>(['interval', 'always', 'process'])(
  '%s: append, read, settle, release, crash and reopen in any order',
  async (sync) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        using model = new Model(sync);
        for (const one of steps) await one(model);
        await model.end();
      }),
      { numRuns: 40 },
    );
  },
  60_000,
);
