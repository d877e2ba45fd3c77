import { checkBreadcrumbs } from './check-breadcrumbs.js';
import { checkData } from './check-data.js';
import { checkExceptions, checkThreads } from './check-stack.js';
import { checkTags } from './check-tags.js';
import { checkLevel, checkText, checkTime, jsonBytes } from './check-value.js';
import { MAX_ITEM_BYTES } from './envelope.js';
import type { Effect, Finding, Report } from './finding.js';
import { asObject, type JsonObject } from './json-object.js';
import { unreadable } from './unreadable.js';

const EVENT_ID = /^[0-9a-f]{32}$/;
/** Longest texts, in characters, and what servers do not take in them. */
const NAMES: readonly (readonly [field: string, max: number, bad?: RegExp, reason?: string])[] = [
  ['logger', 64, /[\r\n]/, 'has a line end'],
  ['transaction', 200],
  ['server_name', 256],
  ['release', 200, /[\r\n\t/\\]|^\.{1,2}$/, 'has a slash, a tab or a line end, or is nothing but dots'],
  ['dist', 64, /[^\w.-]/, 'has characters other than letters, digits, dot, dash and underscore'],
  ['environment', 64, /[\s/]/, 'has a space, a slash or a line end'],
];

/** Fields of other kinds of items, or of a time when the protocol was another. */
const FOREIGN: readonly (readonly [field: string, effect: Effect, reason: string])[] = [
  ['message', 'refuse', 'is logentry.formatted nowadays'],
  ['culprit', 'drop', 'is transaction nowadays'],
  ['stacktrace', 'drop', 'belongs to an exception or a thread'],
  ['type', 'drop', 'belongs to transactions'],
];

/** Servers cut the texts of the log entry here, in characters. */
const MAX_TEXT = 8_192;

/**
 * What servers would object to in an event: nothing it holds is lost where there is no finding.
 *
 * Servers differ. Each finding says what the strictest of them do, by Sentry's event schema and the sources of Relay,
 * GlitchTip and Bugsink; Sentry's own forgive much of it.
 *
 * @example
 * checkEvent({ event_id: '…', timestamp: 1, platform: 'node', tags: { 'a b': 'c' } });
 * // [{ path: 'tags["a b"]', effect: 'drop', reason: 'has a key with …' }]
 */
export function checkEvent(event: JsonObject): readonly Finding[] {
  const findings: Finding[] = [];
  const report: Report = (effect, path, reason) => findings.push({ path, effect, reason });
  const flaw = unreadable(event);
  if (flaw !== undefined) {
    report('refuse', '', `cannot be read: ${flaw}`);
    return findings;
  }
  if (jsonBytes(event) > MAX_ITEM_BYTES) report('refuse', '', 'is larger than 1 MiB');
  checkRequired(event, report);
  checkNames(event, report);
  checkLogEntry(event['logentry'], report);
  checkExceptions(event['exception'], report);
  checkThreads(event['threads'], report);
  checkBreadcrumbs(event['breadcrumbs'], report);
  checkTags(event['tags'], report);
  checkData(event, report);
  return findings;
}

function checkRequired({ event_id: id, timestamp, platform, level }: JsonObject, report: Report): void {
  if (id === undefined) report('fill in', 'event_id', 'is missing');
  else if (typeof id !== 'string' || !EVENT_ID.test(id.replaceAll('-', '').toLowerCase()))
    report('refuse', 'event_id', 'is no UUID');
  if (timestamp === undefined) report('fill in', 'timestamp', 'is missing');
  checkTime(timestamp, 'timestamp', report);
  if (platform === undefined) report('fill in', 'platform', 'is missing');
  else checkText(platform, 'platform', MAX_TEXT, report);
  checkLevel(level, 'level', report);
}

function checkNames(event: JsonObject, report: Report): void {
  for (const [field, max, bad, reason = ''] of NAMES) {
    const value = event[field];
    if (checkText(value, field, max, report) && bad?.test(value) === true) report('drop', field, reason);
  }
  for (const [field, effect, reason] of FOREIGN) if (event[field] !== undefined) report(effect, field, reason);
}

function checkLogEntry(value: unknown, report: Report): void {
  if (value === undefined || value === null) return;
  const entry = asObject(value);
  if (entry === undefined) {
    report('drop', 'logentry', 'is no object');
    return;
  }
  const { formatted, message, params } = entry;
  if (formatted === undefined && message === undefined) report('drop', 'logentry', 'has neither formatted nor message');
  checkText(formatted, 'logentry.formatted', MAX_TEXT, report);
  checkText(message, 'logentry.message', MAX_TEXT, report);
  if (params !== undefined && (typeof params !== 'object' || params === null))
    report('drop', 'logentry.params', 'is neither a list nor an object');
}
