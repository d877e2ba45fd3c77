import type { Envelope } from '../protocol/envelope.js';
import type { Level } from '../protocol/level.js';
import type { Outcome } from '../protocol/outcome.js';
import { after, cancel, now, type Timer, uptime } from './clock.js';
import type { Remainder } from './exit-drain.js';
import { handOver } from './hand-over.js';
import { waitMs } from './retry-schedule.js';
import type { Store, StoredRecord } from './store.js';
import { toRecord } from './stored-envelope.js';
import type { Settle, Transport } from './transport.js';

/** How many envelopes from the disk are in memory at once: enough to keep every connection busy. */
const WINDOW = 8;

/** Outcomes that are no server's verdict: the envelope may be tried again, by this process or another. */
const OPEN_OUTCOMES: readonly Outcome[] = ['network_error', 'queue_overflow', 'ratelimit_backoff'];

/** Who hears of what comes back from the disk. */
export interface RestoreListener {
  /** A record is in memory again; what its envelope is settled with counts from now on. Undefined: it cannot be sent. */
  restored(record: StoredRecord): { readonly envelope: Envelope; readonly settle: Settle } | undefined;
  /** An attempt of a transport of the user's. */
  readonly failed: (error: Error) => void;
}

/**
 * Another transport with a store beside it: what is handed over is on the disk within milliseconds, and leaves it when
 * the server has answered. What finds no room in memory, or no server, waits on the disk.
 *
 * The other transport knows nothing of it; it sees at most `WINDOW` envelopes from the disk at once, as backlog.
 */
export class SpooledTransport implements Transport {
  readonly #inner: Transport;
  readonly #store: Store;
  readonly #listener: RestoreListener;
  /** How many envelopes of the store the inner transport holds, and how many of them come from the disk. */
  #held = 0;
  #restored = 0;
  /** Outcomes in a row that were no verdict. */
  #failures = 0;
  #wake: Timer | undefined;
  #refilling: Promise<number> | undefined;
  #closing: Promise<boolean> | undefined;
  /** In ms of uptime: from then on nothing more comes from the disk. */
  #endsAt: number = Number.POSITIVE_INFINITY;

  /** `open` is given what the store calls when `next` may have something that it had not. */
  constructor(inner: Transport, open: (available: () => void) => Store, listener: RestoreListener) {
    this.#inner = inner;
    this.#store = open(() => this.#refillSoon());
    this.#listener = listener;
  }

  get isSynchronous(): boolean {
    return this.#inner.isSynchronous ?? false;
  }

  /** What has no room in memory has it on the disk. */
  admits(level: Level): boolean {
    if (this.#closing !== undefined) return false;
    return this.#store.admits || (this.#inner.admits?.(level) ?? true);
  }

  send(envelope: Envelope, settle: Settle): void {
    const id = this.#closing === undefined ? this.#append(envelope) : undefined;
    if (id === undefined) handOver(this.#inner, envelope, settle, this.#listener.failed);
    else if (this.#inner.admits?.(envelope.level) ?? true) this.#pass(id, envelope, settle);
    else {
      this.#inner.missed?.();
      this.#leave(id, settle);
    }
  }

  async flush(timeoutMs: number): Promise<boolean> {
    return this.#untilEmpty(timeoutMs, (ms) => this.#inner.flush(ms));
  }

  async finish(timeoutMs: number): Promise<boolean> {
    return this.#untilEmpty(timeoutMs, (ms) => this.#inner.finish?.(ms) ?? this.#inner.flush(ms));
  }

  /** Delivers while it goes well; the rest stays on the disk. True: there is none. */
  close(timeoutMs: number): Promise<boolean> {
    this.#closing ??= this.#close(uptime() + timeoutMs);
    return this.#closing;
  }

  handOver(): readonly Remainder[] {
    this.#store.flushSync();
    return this.#inner.handOver?.() ?? [];
  }

  keep(): void {
    this.#store.flushSync();
  }

  async #close(deadline: number): Promise<boolean> {
    this.#endsAt = deadline;
    const empty = await this.finish(deadline - uptime());
    this.#endsAt = 0;
    cancel(this.#wake);
    const settled = await this.#inner.close(deadline - uptime());
    await this.#store.close();
    return empty && settled;
  }

  get #isOver(): boolean {
    return uptime() >= this.#endsAt;
  }

  /** Client reports are not kept: their counts are. */
  #append(envelope: Envelope): number | undefined {
    if (envelope.category === 'internal') return undefined;
    return this.#store.append(toRecord(envelope, now()), envelope.level === 'fatal');
  }

  #pass(id: number, envelope: Envelope, settle: Settle): void {
    this.#held++;
    const settled: Settle = (outcome, countedByServer = false) => {
      this.#held--;
      const isOpen = OPEN_OUTCOMES.includes(outcome) && !countedByServer;
      this.#failures = outcome === 'delivered' ? 0 : this.#failures + (isOpen ? 1 : 0);
      if (isOpen) {
        this.#leave(id, settle);
      } else {
        this.#store.settle(id);
        settle(outcome, countedByServer);
      }
      this.#refillSoon();
    };
    handOver(this.#inner, envelope, settled, this.#listener.failed);
  }

  #leave(id: number, settle: Settle): void {
    this.#store.release(id);
    settle('spooled');
  }

  /** Waits as `settle` does for as long as there is something on the disk, and it goes well. */
  async #untilEmpty(timeoutMs: number, settle: (timeoutMs: number) => Promise<boolean>): Promise<boolean> {
    const deadline = uptime() + timeoutMs;
    for (;;) {
      const settled = await settle(Math.max(0, deadline - uptime()));
      if (!settled || this.#failures > 0) return false;
      if ((await this.#refill(WINDOW)) === 0 && this.#restored === 0) break;
      if (uptime() >= deadline) return false;
    }
    await this.#store.flush();
    return true;
  }

  /** After an answer as much as there is room for; with nothing in memory one, to find out; else nothing. */
  #refillSoon(): void {
    if (this.#isOver) return;
    if (this.#failures === 0) void this.#refill(WINDOW);
    else if (this.#held === 0) this.#wake ??= after(waitMs(this.#failures, Math.random), () => this.#probe());
  }

  #probe(): void {
    this.#wake = undefined;
    if (!this.#isOver && this.#held === 0) void this.#refill(1);
  }

  /** Resolves with how many came. */
  #refill(most: number): Promise<number> {
    this.#refilling ??= this.#restoreUpTo(most).finally(() => {
      this.#refilling = undefined;
    });
    return this.#refilling;
  }

  async #restoreUpTo(most: number): Promise<number> {
    let count = 0;
    const failures = this.#failures;
    // Room that even the lowest level has is room indeed. What fails may fail at once, and is then back already.
    while (this.#restored < most && this.#failures <= failures && (this.#inner.admits?.('trace') ?? true)) {
      const stored = await this.#store.next();
      if (stored === undefined) break;
      count++;
      if (this.#isOver) {
        this.#store.release(stored.id);
        break;
      }
      this.#restore(stored);
    }
    return count;
  }

  #restore(stored: StoredRecord): void {
    const back = this.#listener.restored(stored);
    if (back === undefined) {
      this.#store.settle(stored.id);
      return;
    }
    this.#restored++;
    this.#pass(stored.id, back.envelope, (outcome, countedByServer) => {
      this.#restored--;
      back.settle(outcome, countedByServer);
    });
  }
}
