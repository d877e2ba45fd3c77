import type { Envelope, EnvelopeHeader } from '../protocol/envelope.js';
import { type Level, SEVERITY } from '../protocol/level.js';
import { logContainer, MAX_LOGS_PER_ENVELOPE } from '../protocol/log-item.js';
import { after, cancel, type Timer } from './clock.js';

/** The longest a log waits for others, in milliseconds (Sentry SDK docs, "Logs"). */
const MAX_WAIT_MS = 5_000;

/** What the logs of one envelope measure together, in bytes; servers take 12 MiB, but one lost request should cost little. */
const MAX_BYTES = 1_000_000;

/** Collects serialized logs and hands them over as one envelope: 100 of them, 1 MB, or what came within 5 s. */
export class LogBatcher {
  readonly #header: EnvelopeHeader;
  readonly #handOver: (envelope: Envelope) => void;
  #logs: string[] = [];
  #bytes = 0;
  #level: Level = 'trace';
  #deadline: Timer | undefined;

  constructor(header: EnvelopeHeader, handOver: (envelope: Envelope) => void) {
    this.#header = header;
    this.#handOver = handOver;
  }

  /** How many logs wait here. */
  get held(): number {
    return this.#logs.length;
  }

  /** Takes one log as JSON text. One that would make the batch too large begins the next. */
  add(log: string, level: Level): void {
    const bytes = Buffer.byteLength(log);
    if (this.#bytes + bytes > MAX_BYTES) this.flush();
    this.#logs.push(log);
    this.#bytes += bytes;
    if (SEVERITY[level] > SEVERITY[this.#level]) this.#level = level;
    if (this.#logs.length === MAX_LOGS_PER_ENVELOPE || this.#bytes >= MAX_BYTES) this.flush();
    else this.#deadline ??= after(MAX_WAIT_MS, () => this.flush());
  }

  /** Hands over what is here, if anything. */
  flush(): void {
    cancel(this.#deadline);
    this.#deadline = undefined;
    if (this.#logs.length === 0) return;
    const envelope: Envelope = {
      header: this.#header,
      items: [logContainer(this.#logs)],
      category: 'log_item',
      quantity: this.#logs.length,
      level: this.#level,
    };
    this.#logs = [];
    this.#bytes = 0;
    this.#level = 'trace';
    this.#handOver(envelope);
  }
}
