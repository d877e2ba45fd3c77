import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InboxItem } from '../../src/inbox/item.js';
import { ItemStore } from '../../src/inbox/store.js';

function itemOf(text: string): InboxItem {
  return { receivedAt: '', project: '1', envelope: {}, header: { type: 'event' }, payload: { text } };
}

function sizeOf(items: readonly InboxItem[]): number {
  return items.reduce((total, item) => total + JSON.stringify(item).length, 0);
}

describe('ItemStore', () => {
  it('always holds the newest items that fit both bounds', () => {
    const texts = fc.array(fc.array(fc.string({ maxLength: 80 }), { maxLength: 4 }), { maxLength: 12 });
    fc.assert(
      fc.property(
        texts,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 900 }),
        (batches, maxItems, maxSize) => {
          const store = new ItemStore(maxItems, maxSize);
          const added: InboxItem[] = [];
          for (const batch of batches) {
            const items = batch.map(itemOf);
            added.push(...items);
            store.add(items);
            const kept = store.items();
            expect(kept).toEqual(added.slice(added.length - kept.length));
            expect(kept.length).toBeLessThanOrEqual(maxItems);
            expect(sizeOf(kept)).toBeLessThanOrEqual(maxSize);
            const oneMore = added.slice(-kept.length - 1);
            const couldKeepMore =
              oneMore.length > kept.length && oneMore.length <= maxItems && sizeOf(oneMore) <= maxSize;
            expect(couldKeepMore).toBe(false);
          }
        },
      ),
    );
  });

  it('has room again after clear', () => {
    const store = new ItemStore(10, 400);
    for (const _ of [1, 2, 3]) {
      store.add([itemOf('x'.repeat(250))]);
      expect(store.items()).toHaveLength(1);
      store.clear();
      expect(store.items()).toEqual([]);
    }
  });

  it('gives out lists that nobody shares', () => {
    const store = new ItemStore(10);
    store.add([itemOf('a')]);
    store.items().pop();
    expect(store.items()).toHaveLength(1);
  });
});
