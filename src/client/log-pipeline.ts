import { buildLog, type LogBase } from '../event/build-log.js';
import type { CleanContent, Trace } from '../event/scope-content.js';
import { runHook } from '../processors/processor.js';
import type { LogItem } from '../protocol/log-item.js';
import type { LogRecord } from '../record.js';
import type { Bounds, Scrubber } from '../scrub/walk.js';
import type { Diagnostics } from './diagnostics.js';
import type { ClientOptions } from './options.js';
import { asOwnWork } from './process-state.js';

/** A log's attributes are one level of `{ value, type }`: this holds every log that we built. */
const LOG_BOUNDS: Bounds = { depth: 6, breadth: 200, nodes: 2_000, stringLength: 8_192, bytes: 256 * 1_024 };

/** From a record to the text of its log item, through `beforeSendLog`. */
export class LogPipeline {
  readonly #base: LogBase;
  readonly #hookScrubber: Scrubber;
  readonly #beforeSendLog: ClientOptions['beforeSendLog'];
  readonly #diagnostics: Diagnostics;
  #sequenceMs = 0;
  #sequence = 0;

  /** `hookScrubber`: walks what the hook returns. */
  constructor(base: LogBase, hookScrubber: Scrubber, { beforeSendLog }: ClientOptions, diagnostics: Diagnostics) {
    this.#base = base;
    this.#hookScrubber = hookScrubber;
    this.#beforeSendLog = beforeSendLog;
    this.#diagnostics = diagnostics;
  }

  /** Undefined: `beforeSendLog` dropped it, on purpose or by mistake. */
  run(record: LogRecord, trace: Trace, scope: CleanContent, now: number): string | undefined {
    const log = buildLog({ record, trace, scope, sequence: this.#nextSequence(record.time), now }, this.#base);
    if (this.#beforeSendLog === undefined) return JSON.stringify(log);
    const hook = this.#beforeSendLog;
    const result = runHook(() => asOwnWork(() => hook(log)), isLog);
    if ('failed' in result) this.#diagnostics.hookFailed('beforeSendLog', result);
    return 'value' in result ? JSON.stringify(this.#hookScrubber.clean(result.value, LOG_BOUNDS)) : undefined;
  }

  #nextSequence(time: number): number {
    this.#sequence = time === this.#sequenceMs ? this.#sequence + 1 : 0;
    this.#sequenceMs = time;
    return this.#sequence;
  }
}

function isLog(value: unknown): value is LogItem {
  const log = value as { body?: unknown; attributes?: unknown } | null;
  return typeof log === 'object' && log !== null && typeof log.body === 'string' && typeof log.attributes === 'object';
}
