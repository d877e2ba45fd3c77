import type { Client } from './client.js';
import { processState } from './process-state.js';

/** How an error that nobody caught comes to us, as Sentry's SDKs say it. */
const MECHANISMS = { uncaughtException: 'onuncaughtexception', unhandledRejection: 'onunhandledrejection' } as const;

/**
 * Reports what ends the process, without any say in how it ends: Node tells monitors first, and then does what it would
 * have done. One listener serves all clients, and of several with one DSN the first reports.
 */
export function reportUncaught(): void {
  const state = processState();
  if (state.uncaughtHooked) return;
  state.uncaughtHooked = true;
  process.on('uncaughtExceptionMonitor', (error: unknown, origin) => {
    const told = new Set<string>();
    for (const client of state.clients) {
      const dsn = client.publicDsn();
      if (dsn === undefined || told.has(dsn) || !client.reportsUncaught) continue;
      told.add(dsn);
      report(client, error, MECHANISMS[origin]);
    }
  });
}

function report(client: Client, error: unknown, type: string): void {
  client.captureException(error, { level: 'fatal', mechanism: { type, handled: false } });
}

/** Whether a mechanism is one of these. */
export function isUncaught({ type }: { readonly type: string }): boolean {
  return type === MECHANISMS.uncaughtException || type === MECHANISMS.unhandledRejection;
}
