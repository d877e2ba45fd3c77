import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ring } from '../../src/client/breadcrumbs.js';
import { runInScope } from '../../src/client/run-in-scope.js';
import { Scope } from '../../src/client/scope.js';
import type { KeptBreadcrumb } from '../../src/event/build-breadcrumb.js';
import { freshDsn, memoryClient } from '../support/memory-client.js';

describe('a ring', () => {
  it('holds the newest entries in order, as a list that is cut does', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.integer(), { maxLength: 40 }), (capacity, entries) => {
        const ring = new Ring<number>(capacity);
        for (const entry of entries) ring.add(entry);
        expect(ring.toArray()).toEqual(entries.slice(-capacity));
        const copy = ring.clone();
        copy.add(-1);
        expect(ring.toArray()).toEqual(entries.slice(-capacity));
        expect(copy.toArray()).toEqual([...entries, -1].slice(-capacity));
        expect(ring.newest).toBe(entries.at(-1));
        copy.replaceNewest(-2);
        expect(copy.toArray()).toEqual([...entries, -2].slice(-capacity));
      }),
    );
  });
});

const CAPACITY = 3;
const kept = (message: string): KeptBreadcrumb => ({
  time: 0,
  level: 'info',
  category: undefined,
  message,
  type: undefined,
  data: undefined,
  readLater: undefined,
  count: 1,
});

/** The same as plain lists, copied at each fork. */
class Model {
  lists: Record<string, string[]>;
  constructor(lists: Record<string, string[]> = {}) {
    this.lists = structuredClone(lists);
  }
}

type Pair = { readonly scope: Scope; model: Model };
type Step = { readonly kind: 'add' | 'fork' | 'clear'; readonly scope: number; readonly dsn: 'a' | 'b' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('add', 'add', 'add', 'fork', 'clear' as const),
    scope: fc.nat(7),
    dsn: fc.constantFrom('a', 'b'),
  }),
  { maxLength: 60 },
) as fc.Arbitrary<Step[]>;

function apply(pairs: Pair[], { kind, scope: index, dsn }: Step, text: string): void {
  const pair = pairs[index % pairs.length] as Pair;
  if (kind === 'fork') pairs.push({ scope: pair.scope.fork(), model: new Model(pair.model.lists) });
  if (kind === 'clear') {
    pair.scope.clear();
    pair.model = new Model();
  }
  if (kind === 'add') {
    pair.scope.addBreadcrumb(dsn, kept(text), CAPACITY);
    pair.model.lists[dsn] = [...(pair.model.lists[dsn] ?? []), text].slice(-CAPACITY);
  }
}

it('forked scopes share rings until one side writes, and nobody can tell', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const pairs: Pair[] = [{ scope: new Scope(), model: new Model() }];
      for (const [index, step] of all.entries()) apply(pairs, step, String(index));
      for (const { scope, model } of pairs) {
        for (const dsn of ['a', 'b']) {
          expect(scope.breadcrumbs(dsn).map(({ message }) => message)).toEqual(model.lists[dsn] ?? []);
        }
      }
    }),
  );
});

describe('the breadcrumbs of an event', () => {
  const fill = (client: { addBreadcrumb(breadcrumb: object): void }, count: number): void => {
    for (let index = 0; index < count; index += 1) client.addBreadcrumb({ message: String(index) });
  };

  it.each([
    [undefined, 100],
    [5, 5],
    [0, 0],
  ])('with maxBreadcrumbs %o are the newest %d', (maxBreadcrumbs, count) =>
    runInScope(async () => {
      const { client, trail } = memoryClient({ maxBreadcrumbs });
      fill(client, 120);
      expect(trail().map(({ message }) => message)).toEqual(
        Array.from({ length: count }, (_, index) => String(120 - count + index)),
      );
      await client.close();
    }),
  );

  it('are shared by the clients of one DSN, secret or not, and by no others', () =>
    runInScope(async () => {
      const dsn = freshDsn();
      const [first, second, other] = [{ dsn }, { dsn: dsn.replace('public@', 'public:secret@') }, {}].map(memoryClient);
      first?.client.addBreadcrumb({ message: 'shared' });
      expect(second?.trail()).toMatchObject([{ message: 'shared' }]);
      expect(other?.trail()).toEqual([]);
      for (const one of [first, second, other]) await one?.client.close();
    }));

  it('that repeat are one with a count and the newest time, and push no other out', () =>
    runInScope(async () => {
      const { client, trail } = memoryClient({ maxBreadcrumbs: 3 });
      fill(client, 2);
      for (const timestamp of [1_700_000_000, 1_700_000_001, 1_700_000_002]) {
        client.addBreadcrumb({ message: 'again', timestamp });
      }
      const repeated = { message: 'again', timestamp: 1_700_000_002, data: { count: 3 } };
      expect(trail()).toMatchObject([{ message: '0' }, { message: '1' }, repeated]);
      await client.close();
    }));

  it('that repeat in a scope within another count there alone', () =>
    runInScope(async () => {
      const { client, trail } = memoryClient();
      client.addBreadcrumb({ message: 'again' });
      runInScope(() => {
        client.addBreadcrumb({ message: 'again' });
        expect(trail()).toMatchObject([{ message: 'again', data: { count: 2 } }]);
      });
      expect(trail()).toMatchObject([{ message: 'again' }]);
      expect(trail()[0]).not.toHaveProperty('data');
      await client.close();
    }));

  it('take what is given, by its rules', () =>
    runInScope(async () => {
      const { client, trail } = memoryClient();
      const data = { password: 'hunter2', order: { id: 17 } };
      client.addBreadcrumb({
        timestamp: 1_700_000_000.5,
        type: 'http',
        category: 'api',
        message: 'GET',
        level: 'warning',
        data,
      });
      data.order.id = 18;
      expect(trail()).toEqual([
        {
          timestamp: 1_700_000_000.5,
          type: 'http',
          category: 'api',
          message: 'GET',
          level: 'warning',
          data: { password: '[Filtered]', order: { id: 17 } },
        },
      ]);
      await client.close();
    }));
});
