import type { LoggingEvent } from 'log4js';
import type { LogRecord } from '../record.js';
import { type ArgumentFields, readArgumentFields } from './argument-fields.js';
import type { PrintfArguments } from './printf-arguments.js';

/** The fields of the logger's context and of the call's objects; of two with one name the later wins. */
export function readFields(event: LoggingEvent, args: PrintfArguments): ArgumentFields {
  const sources = hasFields(event.context) ? [event.context as object, ...args.fields] : args.fields;
  if (event.fileName === undefined && !isForeign(event)) return readArgumentFields(args, 'log4js', sources);
  const fields = readArgumentFields(args, 'log4js', sources, (error) => factsOf(event, error));
  return { ...fields, context: withWorker(fields.context, event) };
}

/** Whether log4js brought the event here from another process: a worker of a cluster, a client of its TCP server. */
export function isForeign({ pid }: LoggingEvent): boolean {
  return pid !== process.pid && typeof pid === 'number';
}

function hasFields(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  for (const _key in value) return true;
  return false;
}

/** What the event knows that no field says. */
function factsOf(event: LoggingEvent, error: unknown): Record<string, unknown> {
  return {
    ...(isForeign(event) ? { pid: event.pid } : {}),
    // With an Error the place is that of its first frame, which the event shows anyway.
    ...(event.fileName !== undefined && error === undefined ? { callSite: callSite(event) } : {}),
  };
}

/** Where the call stands, as a stack's line says it. log4js knows under `enableCallStack`. */
function callSite({ functionName, fileName, lineNumber, columnNumber }: LoggingEvent): string {
  const place = `${fileName}:${lineNumber}:${columnNumber}`;
  return functionName ? `${functionName} (${place})` : place;
}

function withWorker(context: LogRecord['context'], { cluster }: LoggingEvent): LogRecord['context'] {
  if (cluster === undefined) return context;
  return { ...context, tags: { 'cluster.worker': cluster.workerId, ...(context?.tags as object | undefined) } };
}
