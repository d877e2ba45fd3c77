import { types } from 'node:util';
import type { ScopeContent } from '../event/scope-content.js';
import { type TextPattern, textMatcher } from '../processors/text-pattern.js';
import type { LogRecord } from '../record.js';
import { detach } from '../scrub/detach.js';
import { DEFAULTS } from './defaults.js';
import type { ClientOptions, LoggerRule } from './options.js';
import { type Settings, severityOf, type Thresholds } from './settings.js';

/** What holds for the records of one logger. */
export interface LoggerPolicy extends Thresholds {
  /** The severity number below which records are ignored; 0: none is. */
  readonly ignoredBelow: number;
  readonly sampleRate: number;
  /** What the options say of every event, and the rules of this logger's. */
  readonly content: ScopeContent;
}

/** Finds the policy for a record. */
export type FindPolicy = (record: Pick<LogRecord, 'logger'>) => LoggerPolicy;

/** Loggers whose policy is remembered. Names come from log calls: a host that makes them up must not fill the memory. */
const MAX_LOGGERS = 1_000;

/** Where no option distinguishes loggers, the logger of a record is not even asked for. */
export function createPolicies(settings: Settings): FindPolicy {
  const { options, eventSeverity, breadcrumbSeverity, logSeverity, sampleRate } = settings;
  const content = contentOf(options);
  const base = { eventSeverity, breadcrumbSeverity, logSeverity, sampleRate, content, ignoredBelow: 0 };
  const steps = [...rulesOf(options).map(applyRule), ...ignoredOf(options)];
  if (steps.length === 0) return () => base;
  const known = new Map<string, LoggerPolicy>();
  return function policyOf({ logger = '' }) {
    let policy = known.get(logger);
    if (policy === undefined) {
      policy = steps.reduce((before, { fits, apply }) => (fits(logger) ? apply(before) : before), base);
      if (known.size >= MAX_LOGGERS) known.clear();
      // A slice would keep a whole line alive.
      known.set(detach(logger), policy);
    }
    return policy;
  };
}

/** The severity number below which a record of any logger is of no interest. */
export function lowestSeverity(settings: Settings): number {
  const asked = [settings, ...rulesOf(settings.options).map(thresholdsOf)];
  const all = asked.flatMap(({ eventSeverity, breadcrumbSeverity, logSeverity }) => [
    eventSeverity,
    logSeverity,
    settings.maxBreadcrumbs === 0 ? undefined : breadcrumbSeverity,
  ]);
  return Math.min(...all.map((severity) => severity ?? Number.POSITIVE_INFINITY));
}

/** What an option makes of the policy for the loggers that it names. */
interface Step {
  fits(logger: string): boolean;
  apply(policy: LoggerPolicy): LoggerPolicy;
}

function applyRule(rule: LoggerRule): Step {
  const { logger, tags, fingerprint, sampleRate } = rule;
  const own = { ...thresholdsOf(rule), ...(sampleRate === undefined ? {} : { sampleRate }) };
  return {
    fits: textMatcher(logger),
    apply(policy) {
      const { content } = policy;
      const more = { tags: { ...content.tags, ...tags }, fingerprint: fingerprint ?? content.fingerprint };
      return { ...policy, ...own, content: { ...content, ...more } };
    },
  };
}

function ignoredOf(options: ClientOptions): readonly Step[] {
  return (options.ignoreLoggers ?? DEFAULTS.ignoreLoggers).map((ignored) => {
    const { name, allowLevel = false } = isPattern(ignored) ? { name: ignored } : ignored;
    const ignoredBelow = severityOf(allowLevel);
    return {
      fits: textMatcher(name),
      apply: (policy) => ({ ...policy, ignoredBelow: Math.max(policy.ignoredBelow, ignoredBelow) }),
    };
  });
}

/** The thresholds that a rule moves. */
function thresholdsOf({ eventLevel, breadcrumbLevel, logLevel }: LoggerRule): Partial<Thresholds> {
  return {
    ...(eventLevel === undefined ? {} : { eventSeverity: severityOf(eventLevel) }),
    ...(breadcrumbLevel === undefined ? {} : { breadcrumbSeverity: severityOf(breadcrumbLevel) }),
    ...(logLevel === undefined ? {} : { logSeverity: severityOf(logLevel) }),
  };
}

function rulesOf({ rules }: ClientOptions): readonly LoggerRule[] {
  return rules ?? DEFAULTS.rules;
}

function contentOf({ tags, extra, contexts, user }: ClientOptions): ScopeContent {
  return { tags: tags ?? {}, extra: extra ?? {}, contexts: contexts ?? {}, user };
}

function isPattern(value: TextPattern | object): value is TextPattern {
  return typeof value === 'string' || types.isRegExp(value);
}
