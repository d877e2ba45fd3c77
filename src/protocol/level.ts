/** Sentry's levels, most severe first. Events and breadcrumbs know no `trace`; it becomes `debug` there. */
export type Level = 'fatal' | 'error' | 'warning' | 'info' | 'debug' | 'trace';

/** Most severe first. */
export const LEVELS: readonly Level[] = ['fatal', 'error', 'warning', 'info', 'debug', 'trace'];

/**
 * A number per level that grows with severity, for comparisons.
 * They are the severity numbers of OpenTelemetry's log data model, which log items carry.
 */
export const SEVERITY: Readonly<Record<Level, number>> = {
  trace: 1,
  debug: 5,
  info: 9,
  warning: 13,
  error: 17,
  fatal: 21,
};

const ALIASES: ReadonlyMap<string, Level> = new Map<string, Level>([
  ...LEVELS.map((level): [string, Level] => [level, level]),
  ['warn', 'warning'],
  ['log', 'info'],
  ['notice', 'info'],
  ['mark', 'info'],
  ['http', 'debug'],
  ['verbose', 'debug'],
  ['silly', 'trace'],
  ['all', 'trace'],
  ['critical', 'fatal'],
  ['crit', 'fatal'],
  ['alert', 'fatal'],
  ['emerg', 'fatal'],
  ['emergency', 'fatal'],
  ['panic', 'fatal'],
]);

/** The level a host's word stands for, in any case; undefined for an unknown word. */
export function levelFromName(name: string): Level | undefined {
  return ALIASES.get(name.toLowerCase());
}

/** The level as events and breadcrumbs spell it. */
export function eventLevel(level: Level): Exclude<Level, 'trace'> {
  return level === 'trace' ? 'debug' : level;
}

/** The level as log items spell it: `warn`, not `warning`. */
export function logLevel(level: Level): 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' {
  return level === 'warning' ? 'warn' : level;
}
