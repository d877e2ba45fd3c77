import type { InboxItem } from './item.js';

/** What all items together may take, in characters of their JSON; ours: an inbox must not eat its machine. */
const MAX_TOTAL_SIZE = 64 * 1024 * 1024;

/** The newest items, oldest first, bounded in number and in size. */
export class ItemStore {
  readonly #maxItems: number;
  readonly #maxSize: number;
  readonly #waiting = new Set<() => void>();
  #kept: { readonly item: InboxItem; readonly size: number }[] = [];
  #size = 0;
  #closed = false;

  constructor(maxItems: number, maxSize: number = MAX_TOTAL_SIZE) {
    this.#maxItems = maxItems;
    this.#maxSize = maxSize;
  }

  /** True: nothing more will arrive. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Keeps the items and lets go of the oldest that no longer fit. */
  add(items: readonly InboxItem[]): void {
    for (const item of items) {
      const size = JSON.stringify(item).length;
      this.#kept.push({ item, size });
      this.#size += size;
    }
    while (this.#kept.length > this.#maxItems || this.#size > this.#maxSize) {
      this.#size -= this.#kept.shift()?.size ?? 0;
    }
    this.#wake();
  }

  /** The items of one type, or all, newest last. */
  items(type?: string): InboxItem[] {
    const items = this.#kept.map(({ item }) => item);
    return type === undefined ? items : items.filter((item) => item.header.type === type);
  }

  /** Forgets all items. */
  clear(): void {
    this.#kept = [];
    this.#size = 0;
  }

  /** Ends every wait; the items stay readable. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Settles at the next arrival, when the store is closed, or after `timeoutMs`. */
  change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiting.add(wake);
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}
