import type { Client } from './client.js';
import { processState, type Reported } from './process-state.js';

/**
 * Reports what ends the process, without any say in how it ends: Node tells monitors first, and then does what it would
 * have done. One listener serves all clients, and of several with one DSN the first reports.
 */
export function reportUncaught(): void {
  const state = processState();
  if (state.uncaughtHooked) return;
  state.uncaughtHooked = true;
  process.on('uncaughtExceptionMonitor', (error: unknown, origin) => {
    const type = origin === 'unhandledRejection' ? 'onunhandledrejection' : 'onuncaughtexception';
    const told = new Set<string>();
    for (const client of state.clients) {
      const dsn = client.publicDsn();
      if (dsn === undefined || told.has(dsn) || !client.reportsUncaught) continue;
      told.add(dsn);
      report(client, dsn, error, type);
    }
  });
}

/** How long after its event the same Error, on its way up to the top, is still the same occurrence (api: `dedupe`). */
const SAME_OCCURRENCE_MS = 5_000;

function report(client: Client, dsn: string, error: unknown, type: string): void {
  const seen = seenAt(dsn);
  const before = isObject(error) ? seen.get(error) : undefined;
  const isNew = before === undefined || before.uncaught || Date.now() - before.time > SAME_OCCURRENCE_MS;
  // Thrown once more it is an event once more.
  if (isNew && isObject(error)) seen.delete(error);
  const hint = { level: 'fatal', mechanism: { type, handled: false } } as const;
  const isTold = !isNew || client.captureException(error, hint) !== undefined;
  if (isTold && isObject(error)) seen.set(error, { time: Date.now(), uncaught: true });
}

/** Remembers that an Error made an event: thrown up to the top right after it, it makes no second one. */
export function rememberReported(publicDsn: string, error: unknown): void {
  if (isObject(error)) seenAt(publicDsn).set(error, { time: Date.now(), uncaught: false });
}

/** Whether this very Error has been reported as uncaught: what a host logs about it then is no second event. */
export function isReported(publicDsn: string, error: unknown): boolean {
  return isObject(error) && seenAt(publicDsn).get(error)?.uncaught === true;
}

function seenAt(dsn: string): WeakMap<object, Reported> {
  const { reported } = processState();
  const seen = reported.get(dsn) ?? new WeakMap<object, Reported>();
  reported.set(dsn, seen);
  return seen;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
