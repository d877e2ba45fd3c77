import { buildLog, type LogBase } from '../event/build-log.js';
import { type CleanContent, cleanFields } from '../event/scope-content.js';
import { runHook } from '../processors/processor.js';
import { type Attribute, attribute, type LogItem } from '../protocol/log-item.js';
import type { Trace } from '../protocol/trace.js';
import type { LogRecord } from '../record.js';
import type { Bounds, Scrubber } from '../scrub/walk.js';
import type { Diagnostics } from './diagnostics.js';
import type { ClientOptions } from './options.js';
import { asOwnWork } from './process-state.js';

/** A log's attributes are one level of values: this holds every log that we built. */
const LOG_BOUNDS: Bounds = { depth: 6, breadth: 200, nodes: 2_000, stringLength: 8_192, bytes: 256 * 1_024 };

const LEVELS: readonly LogItem['level'][] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];

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
    const original = { ...log };
    const result = runHook(() => asOwnWork(() => hook(log)), isLog);
    if ('failed' in result) this.#diagnostics.hookFailed('beforeSendLog', result);
    return 'value' in result ? JSON.stringify(rebuild(result.value, original, this.#hookScrubber)) : undefined;
  }

  #nextSequence(time: number): number {
    this.#sequence = time === this.#sequenceMs ? this.#sequence + 1 : 0;
    this.#sequenceMs = time;
    return this.#sequence;
  }
}

/** What a hook may have made of a log: its body is a text, all else is to be looked at. */
type HookedLog = { readonly [field in keyof LogItem]?: unknown } & { readonly body: string };

function isLog(value: unknown): value is HookedLog {
  return typeof value === 'object' && value !== null && typeof (value as { body?: unknown }).body === 'string';
}

/**
 * A log that an earlier run made, by the rules of this one.
 *
 * @throws TypeError where it is none
 */
export function cleanLog(log: unknown, scrubber: Scrubber): LogItem {
  if (!isLog(log)) throw new TypeError('this is no log');
  return rebuild(log, log as LogItem, scrubber);
}

/** The item anew, of its known fields: servers refuse a container for one item that is not well-formed. */
function rebuild(hooked: HookedLog, original: LogItem, scrubber: Scrubber): LogItem {
  const { timestamp, trace_id, span_id, level, severity_number: severity } = hooked;
  return {
    timestamp: Number.isFinite(timestamp) ? Number(timestamp) : original.timestamp,
    trace_id: isHex(trace_id, 32) ? trace_id : original.trace_id,
    ...(isHex(span_id, 16) ? { span_id } : {}),
    level: isLogLevel(level) ? level : original.level,
    severity_number: isSeverity(severity) ? severity : original.severity_number,
    body: scrubber.text(hooked.body, LOG_BOUNDS.stringLength),
    attributes: rebuildAttributes(hooked.attributes, scrubber),
  };
}

/** By key and bare value, as the walk knows secrets; the types are spelled out again behind it. */
function rebuildAttributes(attributes: unknown, scrubber: Scrubber): LogItem['attributes'] {
  const bare = Object.entries(attributes ?? {}).map(([key, given]) => [key, bareValue(given)]);
  const clean = cleanFields(Object.fromEntries(bare), LOG_BOUNDS, scrubber);
  const made = Object.entries(clean).map(([key, value]) => [key, attribute(value)] as const);
  return Object.fromEntries(made.filter((entry): entry is readonly [string, Attribute] => entry[1] !== undefined));
}

function bareValue(given: unknown): unknown {
  return typeof given === 'object' && given !== null && 'value' in given ? given.value : given;
}

function isHex(value: unknown, length: number): value is string {
  return typeof value === 'string' && value.length === length && /^[0-9a-f]+$/.test(value);
}

function isLogLevel(value: unknown): value is LogItem['level'] {
  return LEVELS.some((level) => level === value);
}

function isSeverity(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 24;
}
