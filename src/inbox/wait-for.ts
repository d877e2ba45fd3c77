import type { InboxItem } from './item.js';
import type { ItemStore } from './store.js';

/** How many items to wait for, or what the one to wait for looks like. */
export type Wanted = number | ((item: InboxItem) => boolean);

/**
 * All kept items once there are as many as wanted, or those that match once there is one.
 *
 * @throws Error after `timeoutMs` or when the store is closed; whatever the predicate throws
 */
export async function waitFor(store: ItemStore, wanted: Wanted, timeoutMs: number): Promise<InboxItem[]> {
  const deadline = performance.now() + timeoutMs;
  const needed = typeof wanted === 'number' ? wanted : 1;
  for (;;) {
    const kept = store.items();
    const found = typeof wanted === 'number' ? kept : kept.filter(wanted);
    if (found.length >= needed) return found;
    const left = deadline - performance.now();
    if (store.closed || left <= 0) {
      const end = store.closed ? 'the inbox was closed' : `${timeoutMs} ms passed`;
      const missing = typeof wanted === 'number' ? `only ${kept.length} of ${needed} items` : 'no matching item';
      throw new Error(`${end}: ${missing} arrived`);
    }
    await store.change(left);
  }
}
