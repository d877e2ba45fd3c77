import { Client } from './client.js';
import { DEFAULTS } from './defaults.js';
import { drainAtEnd } from './exit.js';
import type { ClientOptions } from './options.js';
import { processState } from './process-state.js';
import { takeTraceIds } from './scope.js';
import { resolveSettings } from './settings.js';
import { watchSignals } from './signals.js';
import { warnAtStart } from './start-warnings.js';
import { reportUncaught } from './uncaught.js';
import { watchFor } from './watching.js';

/**
 * A client for one destination.
 *
 * @param options see `ClientOptions`; without a DSN here or in `SENTRY_DSN` the client is disabled and costs nothing.
 * @throws ConfigError listing everything that is wrong with the options; DsnError where only the DSN is malformed.
 * @example
 * const client = createClient({ dsn: 'https://key@sentry.example.com/1' });
 * client.captureException(new Error('no stock'));
 * await client.close();
 */
export function createClient(options: ClientOptions = {}): Client {
  const client = new Client(resolveSettings(options, process.env));
  warnAtStart(client.settings, process.env);
  processState().clients.push(client);
  if (options.world !== undefined) processState().processScope.adoptTrace(takeTraceIds(options.world));
  if (client.publicDsn() !== undefined) hookIntoProcess(client);
  return client;
}

function hookIntoProcess(client: Client): void {
  drainAtEnd();
  if (client.reportsUncaught) reportUncaught();
  watchSignals(client, client.settings.options.drainOnSignals ?? DEFAULTS.drainOnSignals);
  watchFor(client);
}

/** The first client that is still open, or the one for that DSN (with or without its secret). */
export function getClient(dsn?: string): Client | undefined {
  const { clients } = processState();
  return clients.find((client) => client.isOpen && (dsn === undefined || client.sendsTo(dsn)));
}
