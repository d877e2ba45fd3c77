import { isSpanId, isTraceId, type Trace } from '../protocol/trace.js';
import type { CleanObject } from './scope-content.js';

/** The trace that a record's data belong to: OpenTelemetry's, if one of its log instrumentations left it there, else the scope's. */
export function traceOf({ trace_id: traceId, span_id: spanId }: CleanObject, scope: Trace): Trace {
  return isTraceId(traceId) ? { traceId, spanId: isSpanId(spanId) ? spanId : scope.spanId } : scope;
}

/** The context `trace` of an event. */
export function traceContext({ traceId, spanId, parentSpanId }: Trace): CleanObject {
  const ids = { trace_id: traceId, span_id: spanId };
  return parentSpanId === undefined ? ids : { ...ids, parent_span_id: parentSpanId };
}
