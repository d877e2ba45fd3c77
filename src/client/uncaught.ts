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
    const told = new Set<string | undefined>();
    for (const client of state.clients.filter(({ reportsUncaught }) => reportsUncaught)) {
      if (told.has(client.publicDsn())) continue;
      told.add(client.publicDsn());
      const type = origin === 'unhandledRejection' ? 'onunhandledrejection' : 'onuncaughtexception';
      const eventId = client.captureException(error, { level: 'fatal', mechanism: { type, handled: false } });
      if (eventId !== undefined) remember(client.publicDsn() ?? '', error);
    }
  });
}

/** Whether this very Error has been reported as uncaught: what a host logs about it then is no second event. */
export function isReported(publicDsn: string, error: unknown): boolean {
  return isObject(error) && (processState().reported.get(publicDsn)?.has(error) ?? false);
}

function remember(publicDsn: string, error: unknown): void {
  if (!isObject(error)) return;
  const { reported } = processState();
  const errors = reported.get(publicDsn) ?? new WeakSet();
  reported.set(publicDsn, errors.add(error));
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
