import { HTTP_LIBRARIES, HTTP_WATCHES } from '../hooks/http-breadcrumbs.js';
import { watchChildProcesses, watchWorkers } from '../hooks/lost-processes.js';
import { watchWarnings } from '../hooks/process-warnings.js';
import type { Leave, Watch } from '../hooks/watch.js';
import { envelopeUrl } from '../protocol/dsn.js';
import { uptime } from '../transport/clock.js';
import type { Client } from './client.js';
import { DEFAULTS } from './defaults.js';
import { currentScope, processState } from './process-state.js';

/** What `processHooks` asks for, besides the listener for uncaught errors. */
const PROCESS_WATCHES: Readonly<Record<string, Watch>> = {
  child_process: watchChildProcesses,
  worker_threads: watchWorkers,
  warning: watchWarnings,
};

/** What happens in the process by itself becomes breadcrumbs of the client from now on. One watch serves all clients. */
export function watchFor(client: Client): void {
  const { watches } = processState();
  for (const [name, watch] of watchesOf(client)) {
    let watching = watches.get(name);
    if (watching === undefined) {
      const clients = new Set<Client>();
      watching = { clients, stop: watch(() => begin(clients)) };
      watches.set(name, watching);
    }
    watching.clients.add(client);
  }
}

/** The last client that goes ends the watch. */
export function unwatchFor(client: Client): void {
  const { watches } = processState();
  for (const [name, { clients, stop }] of watches) {
    if (!clients.delete(client) || clients.size > 0) continue;
    watches.delete(name);
    stop();
  }
}

function watchesOf({ settings, reportsUncaught }: Client): readonly (readonly [string, Watch])[] {
  if (settings.maxBreadcrumbs === 0) return [];
  const wanted = settings.options.httpBreadcrumbs ?? DEFAULTS.httpBreadcrumbs;
  const libraries = typeof wanted === 'boolean' ? (wanted ? HTTP_LIBRARIES : []) : wanted;
  const http = libraries.map((name) => [name, HTTP_WATCHES[name]] as const);
  return reportsUncaught ? [...http, ...Object.entries(PROCESS_WATCHES)] : http;
}

/** Our own requests leave nothing, nor do those of a user's hook. */
function begin(clients: ReadonlySet<Client>): Leave | undefined {
  if (processState().ownWork.getStore() === true) return undefined;
  const scope = currentScope();
  const start = uptime();
  return function leaveBreadcrumb(describe, host) {
    if (host !== undefined && isIngestHost(host)) return;
    const durationMs = uptime() - start;
    const told = new Set<string>();
    for (const client of clients) {
      const dsn = client.publicDsn();
      if (dsn === undefined || told.has(dsn)) continue;
      told.add(dsn);
      client.leave((scrubber) => describe(scrubber, durationMs), scope);
    }
  };
}

/** Also of a client that wants no breadcrumbs: an SDK beside it may report there, or a script ask its inbox. */
function isIngestHost(host: string): boolean {
  return processState().clients.some(
    ({ settings: { dsn } }) =>
      dsn !== undefined && host.startsWith(dsn.host) && new URL(envelopeUrl(dsn)).host === host,
  );
}
