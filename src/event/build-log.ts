import { logLevel, SEVERITY } from '../protocol/level.js';
import { type Attribute, attribute, type LogItem } from '../protocol/log-item.js';
import type { Trace } from '../protocol/trace.js';
import type { LogRecord } from '../record.js';
import type { Bounds, Scrubber } from '../scrub/walk.js';
import { readErrors } from './exception.js';
import { type CleanMessage, cleanMessage } from './message.js';
import { redactErrors } from './redact-errors.js';
import { type CleanContent, type CleanObject, cleanFields } from './scope-content.js';
import { plausibleSeconds } from './timestamp.js';
import { traceOf } from './trace.js';

/** A log item may have 1 MiB; logs are billed by the byte, so their texts are held as short as an event's. */
const BODY_LENGTH = 8_192;
const ORIGIN_LENGTH = 128;
const ATTRIBUTES: Bounds = { depth: 4, breadth: 100, nodes: 500, stringLength: 2_048, bytes: 32 * 1_024 };

/** One record to become a log item. */
export interface LogInput {
  readonly record: LogRecord;
  readonly trace: Trace;
  readonly scope: CleanContent;
  /** Counts the logs of one millisecond, so that a server can keep their order. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What does not change between two logs of one client. */
export interface LogBase {
  readonly scrubber: Scrubber;
  /** `sentry.release`, `sentry.environment`, `sentry.sdk.*`, `server.address`. */
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A record as a structured log (Sentry SDK docs, "Logs"). Everything in the result is clean. */
export function buildLog(input: LogInput, base: LogBase): LogItem {
  const { record, trace } = input;
  const data = cleanFields(record.data, ATTRIBUTES, base.scrubber);
  const message = cleanMessage(record, BODY_LENGTH, ATTRIBUTES, base.scrubber);
  return {
    timestamp: plausibleSeconds(record.time, input.now),
    trace_id: traceOf(data, trace).traceId,
    level: logLevel(record.level),
    severity_number: SEVERITY[record.level],
    body: message.formatted,
    attributes: attributes(input, data, message, base),
  };
}

function attributes(
  { record, scope, sequence }: LogInput,
  data: CleanObject,
  message: CleanMessage,
  base: LogBase,
): Record<string, Attribute> {
  const { scrubber } = base;
  const result: Record<string, Attribute> = {};
  const put = (name: string, value: unknown): void => {
    const made = attribute(value);
    if (made !== undefined && name !== '__proto__') result[name] = made;
  };
  // First, so that no field of the host's takes the name of one of ours.
  for (const key of Object.keys(data)) put(key, data[key]);
  Object.assign(result, base.attributes);
  put('sentry.origin', scrubber.text(`auto.log.${record.origin}`, ORIGIN_LENGTH));
  put('sentry.timestamp.sequence', sequence);
  if (record.logger !== undefined) put('logger.name', scrubber.text(record.logger, BODY_LENGTH));
  for (const field of ['id', 'username', 'email'] as const) {
    if (scope.user?.[field] !== undefined) put(`user.${field === 'username' ? 'name' : field}`, scope.user[field]);
  }
  if (message.template !== undefined && message.params.length > 0) {
    put('sentry.message.template', message.template);
    for (const [index, param] of message.params.entries()) put(`sentry.message.parameter.${index}`, param);
  }
  if (record.error !== undefined) {
    const error = redactErrors(readErrors(record.error), ATTRIBUTES, scrubber).at(-1);
    put('exception.type', scrubber.text(error?.type ?? '', BODY_LENGTH));
    put('exception.message', scrubber.text(error?.value ?? '', BODY_LENGTH));
  }
  return result;
}
