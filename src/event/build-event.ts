import { eventLevel } from '../protocol/level.js';
import type { Trace } from '../protocol/trace.js';
import type { LogRecord } from '../record.js';
import { isList } from '../scrub/is-list.js';
import type { Scrubber } from '../scrub/walk.js';
import { encodeBreadcrumb, type KeptBreadcrumb } from './build-breadcrumb.js';
import { type EncodeExceptionsOptions, encodeExceptions, errorExtras, OWN, readErrors } from './exception.js';
import type { FrameRules } from './frame.js';
import { cleanMessage } from './message.js';
import { redactErrors } from './redact-errors.js';
import { cleanRequest, clientAddress } from './request.js';
import {
  type CleanContent,
  type CleanObject,
  cleanFields,
  cleanTags,
  cleanTexts,
  cleanUser,
  EXTRA,
  oneLine,
  type ScopeContent,
  SMALL,
} from './scope-content.js';
import type { SourceFiles } from './source-files.js';
import type { EncodedStack, EncodeStack } from './stack-encoder.js';
import { plausibleSeconds } from './timestamp.js';
import { traceContext, traceOf } from './trace.js';

/** An event as the JSON texts of its fields: what was serialized once is not serialized again. */
export type EventFields = Record<string, string>;

/** What does not change between two events of one client. */
export interface EventBase {
  readonly scrubber: Scrubber;
  readonly encodeStack: EncodeStack;
  /** Where source lines come from; undefined: they are not wanted. */
  readonly files: SourceFiles | undefined;
  readonly frameRules: FrameRules;
  /** Platform, sdk, release, environment, server name, modules: texts made once. */
  readonly fields: Readonly<EventFields>;
  /** os, runtime, device, app. */
  readonly contexts: CleanObject;
  readonly cleanContent: (content: ScopeContent) => CleanContent;
  /** Keys of a record's data that also become tags. */
  readonly contextTags: readonly string[];
  /** Whether events say who made a request. */
  readonly sendDefaultPii: boolean;
}

/** One event to be built. */
export interface EventInput {
  readonly eventId: string;
  readonly record: LogRecord;
  /** How the error came to us: `auto.log.winston`, `generic`; and whether the host survived it. */
  readonly mechanism: { readonly type: string; readonly handled: boolean };
  readonly scope: ScopeContent;
  /** What the client's options say of every event, and of those of the record's logger. */
  readonly defaults: ScopeContent;
  readonly trace: Trace;
  readonly breadcrumbs: readonly KeptBreadcrumb[];
  /** Where the call came from that made an event without an error. */
  readonly callStack?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** An event's fields, and the stacks in them. */
export interface BuiltEvent {
  readonly fields: EventFields;
  readonly stacks: readonly EncodedStack[];
}

type EncodeText = EncodeExceptionsOptions['encodeStack'];

/** Relay's limits in characters: logger 64, mechanism 128, transaction 200, log text 8,192. */
const LOGGER_LENGTH = 64;
const MECHANISM_LENGTH = 128;
const TRANSACTION_LENGTH = 200;
const TEXT_LENGTH = 8_192;

/** Joins record, scope, cached frames and static parts. Everything in the result is clean. */
export function buildEvent(input: EventInput, base: EventBase): BuiltEvent {
  const { record } = input;
  const stacks: EncodedStack[] = [];
  const fields: EventFields = {
    event_id: JSON.stringify(input.eventId),
    timestamp: JSON.stringify(plausibleSeconds(record.time, input.now)),
    ...base.fields,
    level: JSON.stringify(eventLevel(record.level)),
  };
  addNames(fields, input, base);
  const logEntry = encodeLogEntry(record, base.scrubber);
  if (logEntry !== undefined) fields['logentry'] = logEntry;
  const encodeStack: EncodeText = (text, head) => {
    const stack = base.encodeStack(text, head);
    if (stack !== undefined) stacks.push(stack);
    return stack?.json;
  };
  const errorContexts = addException(fields, input, base, encodeStack);
  addCallStack(fields, input, encodeStack);
  addDebugMeta(fields, stacks);
  addContent(fields, input, base, errorContexts);
  if (input.breadcrumbs.length > 0) {
    const texts = input.breadcrumbs.map((breadcrumb) => encodeBreadcrumb(breadcrumb, base.scrubber, input.now));
    fields['breadcrumbs'] = `{"values":[${texts.join(',')}]}`;
  }
  return { fields, stacks };
}

/**
 * The text of an event made of the texts of its fields. Joined in one go: V8 keeps a text made by `+` or a template in
 * pieces, and then measures and encodes it several times slower.
 */
export function joinFields(fields: Readonly<EventFields>): string {
  const parts = ['{'];
  for (const [name, text] of Object.entries(fields)) {
    if (parts.length > 1) parts.push(',');
    parts.push(JSON.stringify(name), ':', text);
  }
  parts.push('}');
  return parts.join('');
}

function addNames(fields: EventFields, { record, scope, defaults }: EventInput, { scrubber }: EventBase): void {
  const line = (text: string, length: number): string => JSON.stringify(scrubber.text(oneLine(text), length));
  if (record.logger !== undefined) fields['logger'] = line(record.logger, LOGGER_LENGTH);
  const transaction = record.context?.transaction ?? scope.transaction ?? defaults.transaction;
  if (typeof transaction === 'string') fields['transaction'] = line(transaction, TRANSACTION_LENGTH);
  const fingerprint = record.context?.fingerprint ?? scope.fingerprint ?? defaults.fingerprint;
  const parts = typeof fingerprint === 'string' ? [fingerprint] : fingerprint;
  if (isList(parts)) fields['fingerprint'] = JSON.stringify(cleanTexts(parts, SMALL, scrubber));
}

function encodeLogEntry(record: LogRecord, scrubber: Scrubber): string | undefined {
  if (record.message === '' && record.template === undefined) return undefined;
  const { formatted, template, params } = cleanMessage(record, TEXT_LENGTH, SMALL, scrubber);
  return JSON.stringify({ formatted, message: template, params: params.length > 0 ? params : undefined });
}

/** Returns what the errors' own properties add to the contexts. */
function addException(
  fields: EventFields,
  { record, mechanism }: EventInput,
  { scrubber }: EventBase,
  encodeStack: EncodeText,
): CleanObject {
  if (record.error === undefined) return {};
  const facts = redactErrors(readErrors(record.error), OWN, scrubber);
  const mechanismType = scrubber.text(mechanism.type, MECHANISM_LENGTH);
  const { handled } = mechanism;
  fields['exception'] = encodeExceptions(facts, { mechanismType, handled, scrubber, encodeStack });
  return errorExtras(facts, scrubber) ?? {};
}

/** A stack without an error is a thread's (Sentry SDK docs, "Threads Interface"): the title stays the log's text. */
function addCallStack(fields: EventFields, { callStack }: EventInput, encodeStack: EncodeText): void {
  const stack = callStack === undefined ? undefined : encodeStack(callStack);
  if (stack === undefined) return;
  fields['threads'] = `{"values":[{"current":true,"crashed":false,"stacktrace":${stack}}]}`;
}

function addDebugMeta(fields: EventFields, stacks: readonly EncodedStack[]): void {
  const images = new Map(stacks.flatMap((stack) => [...stack.images]));
  if (images.size > 0) fields['debug_meta'] = `{"images":[${[...images.values()].join(',')}]}`;
}

function addContent(fields: EventFields, input: EventInput, base: EventBase, errorContexts: CleanObject): void {
  const { record } = input;
  const { scrubber } = base;
  const own = base.cleanContent(input.defaults);
  const scope = base.cleanContent(input.scope);
  const data = cleanFields(record.data, EXTRA, scrubber);
  const lifted = Object.fromEntries(base.contextTags.flatMap((key) => (key in data ? [[key, data[key]]] : [])));
  const tags = {
    ...own.tags,
    ...scope.tags,
    ...cleanTags(lifted, scrubber),
    ...cleanTags(record.context?.tags, scrubber),
  };
  addObject(fields, 'tags', tags);
  addObject(fields, 'extra', { ...own.extra, ...scope.extra, ...data });
  const request = record.context?.request;
  const user = cleanUser(record.context?.user, scrubber) ?? scope.user ?? own.user;
  addObject(fields, 'user', base.sendDefaultPii ? { ...clientAddress(request, scrubber), ...user } : user);
  addObject(
    fields,
    'request',
    cleanRequest(request, scrubber, base.sendDefaultPii) ??
      cleanRequest(input.scope.request, scrubber, base.sendDefaultPii),
  );
  addObject(fields, 'contexts', {
    ...errorContexts,
    ...base.contexts,
    ...own.contexts,
    ...scope.contexts,
    trace: traceContext(traceOf(data, input.trace)),
  });
}

/** Empty objects are left out. */
function addObject(fields: EventFields, name: string, value: CleanObject | undefined): void {
  const text = JSON.stringify(value);
  if (text !== undefined && text !== '{}') fields[name] = text;
}
