import { types } from 'node:util';
import { LEVELS, levelFromName } from '../protocol/level.js';
import { type Check, expected, hook, isRecord, listOf, number, objectProblem, record, text } from './checks.js';
import { MAX_TIMER_MS } from './defaults.js';

export const threshold: Check = (value) =>
  value === false || (typeof value === 'string' && levelFromName(value) !== undefined)
    ? undefined
    : expected(`false or one of ${LEVELS.join(', ')}`, value);

function isPattern(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || types.isRegExp(value);
}

const pattern: Check = (value) => (isPattern(value) ? undefined : expected('a name or a RegExp', value));

const allowLevel: Check = (value) =>
  typeof value === 'string' && levelFromName(value) !== undefined
    ? undefined
    : expected(`one of ${LEVELS.join(', ')}`, value);

/** An object with `required`, and beside it whatever else `checks` knows. */
function entry(checks: Readonly<Record<string, Check>>, required: readonly string[], what: string): Check {
  return (value) => {
    if (!isRecord(value)) return expected(what, value);
    const missing = required.find((key) => value[key] === undefined);
    return missing === undefined ? objectProblem(value, checks) : `must have ${missing}`;
  };
}

export const ignoreErrors: Check = listOf((value) => {
  if (typeof value === 'function') return hook(value);
  return isPattern(value) ? undefined : expected('a name, a RegExp, a class or a function', value);
}, 'names, RegExps, classes and functions');

const ignoredLogger = entry({ name: pattern, allowLevel }, ['name'], 'a name, a RegExp or an object with a name');

export const ignoreLoggers: Check = listOf(
  (value) => (isPattern(value) ? undefined : ignoredLogger(value)),
  'names, RegExps and objects',
);

const RULE: Readonly<Record<string, Check>> = {
  logger: pattern,
  eventLevel: threshold,
  breadcrumbLevel: threshold,
  logLevel: threshold,
  tags: record,
  fingerprint: listOf(text, 'strings'),
  sampleRate: number(0, 1, 'a number'),
};

export const rules: Check = listOf(entry(RULE, ['logger'], 'an object'), 'rules');

const FLOOD: Readonly<Record<string, Check>> = { limit: number(1, 1_000_000), windowMs: number(1, MAX_TIMER_MS) };

const floodLimits = entry(FLOOD, ['limit', 'windowMs'], 'false or an object');

export const flood: Check = (value) => (value === false ? undefined : floodLimits(value));
