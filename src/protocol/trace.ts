/** The ids that link what happens together (Sentry SDK docs, "Trace Context"; W3C Trace Context). */
export interface Trace {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** The span of the caller, where there is one. */
  readonly parentSpanId?: string | undefined;
}

/** W3C's `traceparent` has a version in front, `sentry-trace` only a flag behind. */
const HEADER = /^(?:[0-9a-f]{2}-)?([0-9a-f]{32})-([0-9a-f]{16})(?:-[0-9a-f]{1,2})?$/;
const ZEROS = /^0+$/;

/** Trace and span of a `traceparent` or `sentry-trace` header; undefined for anything else. */
export function readTraceHeader(header: unknown): Trace | undefined {
  const [, traceId, spanId] = (typeof header === 'string' ? HEADER.exec(header.trim()) : null) ?? [];
  return isTraceId(traceId) && isSpanId(spanId) ? { traceId, spanId } : undefined;
}

/** By both standards an id of zeros is none. */
export function isTraceId(value: unknown): value is string {
  return isHex(value, 32) && !ZEROS.test(value);
}

export function isSpanId(value: unknown): value is string {
  return isHex(value, 16) && !ZEROS.test(value);
}

function isHex(value: unknown, length: number): value is string {
  return typeof value === 'string' && value.length === length && /^[0-9a-f]+$/.test(value);
}
