import { type Channel, channel } from 'node:diagnostics_channel';
import { isThenable } from '../processors/processor.js';
import type { Category, DropReason } from '../protocol/outcome.js';
import type { ClientOptions } from './options.js';
import { asOwnWork, processState } from './process-state.js';

/** Longest text of a remote answer or an error that is printed. */
const TEXT_LENGTH = 500;

/** So many items, and for a drop why. */
interface Counts {
  readonly reason?: DropReason;
  readonly category: Category;
  readonly quantity: number;
}

/** What happens to items, for who subscribes; each message is a `Counts`. */
const CHANNELS: { readonly [what in 'delivered' | 'dropped' | 'retry']: Channel } = {
  delivered: channel('jackdaw:delivered'),
  dropped: channel('jackdaw:dropped'),
  retry: channel('jackdaw:retry'),
};

/**
 * Where jackdaw speaks about itself: never through the instrumented loggers.
 *
 * User hooks run as our own work, so that what they log, now or later, is not recorded and cannot feed itself.
 */
export class Diagnostics {
  readonly #options: ClientOptions;
  readonly #debug: boolean;
  readonly #onFailure: (error: Error) => void;

  /** `onFailure` hears of every error before the user's `onError` does. */
  constructor(options: ClientOptions, debug: boolean, onFailure: (error: Error) => void) {
    this.#options = options;
    this.#debug = debug;
    this.#onFailure = onFailure;
  }

  /** Once per code and process, for what the user must act on. */
  warn(code: `JACKDAW_${string}`, message: string): void {
    const { warned } = processState();
    if (warned.has(code)) return;
    warned.add(code);
    process.emitWarning(printable(message), { type: 'JackdawWarning', code });
  }

  debug(message: string): void {
    if (this.#debug) process.stderr.write(`jackdaw: ${printable(message)}\n`);
  }

  error(error: Error): void {
    this.#onFailure(error);
    this.debug(messageOf(error));
    this.#call('onError', () => this.#options.onError?.(error));
  }

  /** A user's hook made a mistake. By default what it should have judged is dropped, for it may have been the one that redacts. */
  hookFailed(
    name: string,
    { failed, cause }: { readonly failed: string; readonly cause?: unknown },
    consequence = 'what it should have judged is dropped, not sent as it was',
  ): void {
    this.warn('JACKDAW_HOOK_FAILED', `${name} ${failed}: ${consequence}`);
    this.error(new Error(`${name} ${failed}`, { cause }));
  }

  drop(reason: DropReason, category: Category, quantity: number, item: unknown): void {
    this.debug(`dropped ${quantity} ${category}: ${reason}`);
    this.publish('dropped', { reason, category, quantity });
    this.#call('onDrop', () => this.#options.onDrop?.(reason, category, quantity, item));
  }

  /** To the channel `jackdaw:<what>` of node:diagnostics_channel, if anyone listens. */
  publish(what: keyof typeof CHANNELS, message: Counts): void {
    if (CHANNELS[what].hasSubscribers) processState().ownWork.run(true, () => CHANNELS[what].publish(message));
  }

  scrub(rule: string, count: number): void {
    this.#call('onScrub', () => this.#options.onScrub?.(rule, count));
  }

  /** A hook that throws is the user's mistake to hear of, not the host's to die of. */
  #call(name: 'onError' | 'onDrop' | 'onScrub', hook: () => unknown): void {
    if (this.#options[name] === undefined) return;
    // What it threw may quote what it was told, unscrubbed: it is not shown.
    const failed = (): void => this.warn('JACKDAW_HOOK_FAILED', `${name} threw; what it was told is counted anyway`);
    try {
      const result = asOwnWork(hook);
      if (isThenable(result)) result.then(undefined, failed);
    } catch {
      failed();
    }
  }
}

function messageOf(error: Error): string {
  try {
    if (typeof error.message === 'string') return error.message;
  } catch {
    // A getter that throws.
  }
  return 'an error without a message';
}

/** One line without control characters: remote answers must not steer a terminal. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  return text.slice(0, TEXT_LENGTH).replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
