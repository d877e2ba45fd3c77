import { type Bounds, LEAST_TEXT, MORE_READ } from './bounds.js';
import { SLACK } from './text.js';

/** What is left of the bounds of one walk. */
export class Budget {
  /** Items of an array, or keys of an object, at least 1. */
  readonly breadth: number;
  readonly #stringLength: number;
  #nodes: number;
  #bytes: number;
  #unread: number;

  constructor({ breadth, stringLength, nodes, bytes }: Bounds) {
    this.breadth = Math.max(1, breadth);
    this.#stringLength = stringLength;
    this.#nodes = nodes;
    this.#bytes = bytes;
    this.#unread = bytes + MORE_READ;
  }

  get isSpent(): boolean {
    return this.#nodes <= 0 || this.#bytes <= 0 || this.#unread <= 0;
  }

  /** UTF-16 units that the next text may have. */
  get textLength(): number {
    return Math.max(1, Math.min(this.#stringLength, Math.max(this.#bytes, LEAST_TEXT)));
  }

  chargeNode(): void {
    this.#nodes -= 1;
  }

  /** @param limit how much may be kept of the text that was read */
  chargeText(read: string, limit: number, kept: string): void {
    this.#bytes -= kept.length;
    this.#unread -= Math.max(kept.length, Math.min(read.length, limit + SLACK));
  }

  /** How many children of so many are kept: all, or as many as leave room for the marker. */
  fit(total: number): number {
    return total > this.breadth ? this.breadth - 1 : total;
  }
}
