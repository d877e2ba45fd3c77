import type { Client } from './client.js';
import { processState } from './process-state.js';

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

function report(client: Client, dsn: string, error: unknown, type: string): void {
  const { reported } = processState();
  const errors = reported.get(dsn) ?? new WeakSet();
  reported.set(dsn, errors);
  // Thrown once more it is an event once more.
  if (isObject(error)) errors.delete(error);
  const eventId = client.captureException(error, { level: 'fatal', mechanism: { type, handled: false } });
  if (eventId !== undefined && isObject(error)) errors.add(error);
}

/** Whether this very Error has been reported as uncaught: what a host logs about it then is no second event. */
export function isReported(publicDsn: string, error: unknown): boolean {
  return isObject(error) && (processState().reported.get(publicDsn)?.has(error) ?? false);
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
