export type { CaptureHint } from './client/capture-hint.js';
export type { Client } from './client/client.js';
export { ConfigError, type ConfigProblem } from './client/config-error.js';
export { createClient, getClient } from './client/create-client.js';
export type { Quantities, Stats } from './client/ledger.js';
export type {
  ClientOptions,
  FloodOptions,
  IgnoredLogger,
  LoggerRule,
  ScrubSettings,
  Threshold,
} from './client/options.js';
export { runInScope, type ScopeSetters, scope, withScope } from './client/run-in-scope.js';
export type { World } from './client/world.js';
export type { WrapOptions } from './client/wrap.js';
export { dedupe } from './processors/dedupe.js';
export { dropLocalVariables } from './processors/drop-local-variables.js';
export { dropRequestBody } from './processors/drop-request-body.js';
export type { ErrorPattern } from './processors/error-pattern.js';
export { ignore } from './processors/ignore.js';
export type { Hint, Processor } from './processors/processor.js';
export { sample } from './processors/sample.js';
export { sanitizeKeys } from './processors/sanitize-keys.js';
export { sanitizeValues } from './processors/sanitize-values.js';
export type { TextPattern } from './processors/text-pattern.js';
export { DsnError } from './protocol/dsn.js';
export type { Envelope, EnvelopeHeader, EnvelopeItem } from './protocol/envelope.js';
export type {
  Breadcrumb,
  ErrorEvent,
  EventLevel,
  ExceptionValue,
  RequestFields,
  StackFrame,
  User,
} from './protocol/event.js';
export type { Level } from './protocol/level.js';
export type { Attribute, LogItem } from './protocol/log-item.js';
export type { Category, DropReason, Outcome } from './protocol/outcome.js';
export type { Trace } from './protocol/trace.js';
export type { LogRecord, RecordContext } from './record.js';
export type { Detector, OptionalDetector, RedactOptions } from './scrub/walk.js';
export { DeliveryError, type DeliveryErrorCode } from './transport/delivery-error.js';
export type { Dispatcher } from './transport/dispatcher.js';
export { memoryTransport } from './transport/memory.js';
export { type MultiplexerRoute, multiplexer, type Routed } from './transport/multiplexer.js';
export type { ProxyServer } from './transport/proxy.js';
export type { RetryPolicy } from './transport/retry-schedule.js';
export { registerTransport, SchemeError } from './transport/scheme.js';
export { stdoutTransport } from './transport/stdout.js';
export type { Settle, Transport, TransportContext, TransportFactory, TransportOptions } from './transport/transport.js';
