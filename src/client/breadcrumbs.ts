/**
 * The newest `capacity` entries in the order of their arrival.
 *
 * A forked scope shares its parent's ring until one of the two writes (see Scope).
 */
export class Ring<T> {
  readonly #capacity: number;
  #entries: T[] = [];
  /** Where the oldest entry is, once the ring is full. */
  #oldest = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(entry: T): void {
    if (this.#entries.length < this.#capacity) {
      this.#entries.push(entry);
    } else {
      this.#entries[this.#oldest] = entry;
      this.#oldest = (this.#oldest + 1) % this.#capacity;
    }
  }

  /** Undefined: it is empty. */
  get newest(): T | undefined {
    return this.#entries[this.#newestIndex];
  }

  replaceNewest(entry: T): void {
    if (this.#entries.length > 0) this.#entries[this.#newestIndex] = entry;
  }

  /** Oldest first. */
  toArray(): T[] {
    return [...this.#entries.slice(this.#oldest), ...this.#entries.slice(0, this.#oldest)];
  }

  get #newestIndex(): number {
    return (this.#oldest === 0 ? this.#entries.length : this.#oldest) - 1;
  }

  clone(): Ring<T> {
    const copy = new Ring<T>(this.#capacity);
    copy.#entries = this.#entries.slice();
    copy.#oldest = this.#oldest;
    return copy;
  }
}
