import { isSpanId, isTraceId, type Trace } from '../protocol/trace.js';
import type { LogRecord } from '../record.js';
import type { CleanObject } from './scope-content.js';

/** The trace a record belongs to: OpenTelemetry's, which its log instrumentations write into the fields, else the scope's. */
export function traceOf({ data }: LogRecord, scope: Trace): Trace {
  const traceId = read(data, 'trace_id');
  if (!isTraceId(traceId)) return scope;
  const spanId = read(data, 'span_id');
  return { traceId, spanId: isSpanId(spanId) ? spanId : scope.spanId };
}

/** The context `trace` of an event. */
export function traceContext({ traceId, spanId, parentSpanId }: Trace): CleanObject {
  const ids = { trace_id: traceId, span_id: spanId };
  return parentSpanId === undefined ? ids : { ...ids, parent_span_id: parentSpanId };
}

function read(data: LogRecord['data'], key: string): unknown {
  try {
    return data?.[key];
  } catch {
    return undefined;
  }
}
