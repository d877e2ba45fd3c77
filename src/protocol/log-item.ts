import type { EnvelopeItem } from './envelope.js';
import type { logLevel } from './level.js';

/** How many logs one container may hold (Sentry SDK docs, "Logs": a MUST). */
export const MAX_LOGS_PER_ENVELOPE = 100;

/** How large one serialized log may be, in bytes (Sentry docs, "Size Limits"). */
export const MAX_LOG_BYTES = 1_048_576;

/** The only content type that servers take for a log container. */
export const LOG_CONTENT_TYPE = 'application/vnd.sentry.items.log+json';

/** A value with its type spelled out; servers refuse bare values and values of another type. */
export type Attribute =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'integer'; readonly value: number }
  | { readonly type: 'double'; readonly value: number };

/** One structured log as it stands in a container (Sentry SDK docs, "Logs"). */
export interface LogItem {
  /** In seconds since the epoch, with fractions. */
  readonly timestamp: number;
  /** 32 lower-case hex digits. */
  readonly trace_id: string;
  /** 16 lower-case hex digits; only while a span is active. */
  readonly span_id?: string | undefined;
  readonly level: ReturnType<typeof logLevel>;
  /** OpenTelemetry's number for the level, 1 to 24. */
  readonly severity_number: number;
  readonly body: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/**
 * The attribute that carries a value, which should be plain already; undefined for what has no counterpart: undefined,
 * null, NaN, the infinities, functions and symbols.
 *
 * Objects and arrays become their JSON text, since older servers refuse array types, and so do whole numbers beyond
 * 2^53, which JSON cannot carry exactly, become strings.
 */
export function attribute(value: unknown): Attribute | undefined {
  switch (typeof value) {
    case 'string':
      // One lone surrogate makes servers refuse the whole container.
      return { type: 'string', value: value.toWellFormed() };
    case 'boolean':
      return { type: 'boolean', value };
    case 'number':
      return numberAttribute(value);
    case 'bigint':
      return Number.isSafeInteger(Number(value))
        ? { type: 'integer', value: Number(value) }
        : { type: 'string', value: String(value) };
    case 'object':
      return value === null ? undefined : { type: 'string', value: jsonText(value) };
    default:
      return undefined;
  }
}

function numberAttribute(value: number): Attribute | undefined {
  if (!Number.isFinite(value)) return undefined;
  return { type: Number.isSafeInteger(value) ? 'integer' : 'double', value };
}

function jsonText(value: object): string {
  try {
    return JSON.stringify(value) ?? UNSERIALIZABLE;
  } catch {
    return UNSERIALIZABLE;
  }
}

/** Stands for an object that was not plain after all: circular, with a bigint, or with a `toJSON` that throws. */
const UNSERIALIZABLE = '[Unserializable]';

/**
 * One item for up to `MAX_LOGS_PER_ENVELOPE` logs, each given as JSON text, in their order.
 *
 * Version 2 keeps the server from taking this process's address and user agent for those of the logs.
 */
export function logContainer(logs: readonly string[]): EnvelopeItem {
  return {
    header: { type: 'log', item_count: logs.length, content_type: LOG_CONTENT_TYPE },
    payload: `{"version":2,"items":[${logs.join(',')}]}`,
  };
}
