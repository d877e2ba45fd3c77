import type { Client } from '../../src/client/client.js';
import { createClient } from '../../src/client/create-client.js';
import type { ClientOptions } from '../../src/client/options.js';
import type { Breadcrumb, ErrorEvent } from '../../src/protocol/event.js';
import type { LogItem } from '../../src/protocol/log-item.js';
import { type MemoryTransport, memoryTransport } from '../../src/transport/memory.js';

let projects = 0;

/** A DSN that no other test of this file has: breadcrumbs are kept per scope and DSN. */
export function freshDsn(): string {
  projects += 1;
  return `http://public@127.0.0.1:9/${projects}`;
}

/** A client that delivers into memory; without source lines, for the secrets of a test stand in its own source. */
export interface MemoryClient {
  readonly client: Client;
  readonly transport: MemoryTransport;
  readonly events: () => ErrorEvent[];
  readonly logs: () => Promise<LogItem[]>;
  /** The one event there is. */
  readonly event: () => ErrorEvent;
  /** The breadcrumbs of an event that is captured now. */
  readonly trail: () => Breadcrumb[];
}

export function memoryClient(options: ClientOptions = {}): MemoryClient {
  const transport = memoryTransport();
  const own: ClientOptions = { dsn: freshDsn(), transport, modules: false, release: 'test@1', contextLines: 0 };
  const client = createClient({ ...own, ...options });
  const events = (): ErrorEvent[] => transport.events as unknown as ErrorEvent[];
  return {
    client,
    transport,
    events,
    async logs() {
      await client.flush();
      return transport.logs as unknown as LogItem[];
    },
    event() {
      const [event, ...others] = events();
      if (event === undefined || others.length > 0) throw new Error(`${events().length} events in place of one`);
      return event;
    },
    trail() {
      client.captureMessage('probe');
      return events().at(-1)?.breadcrumbs?.values ?? [];
    },
  };
}

export { logRecord } from '../../src/testing/records.js';
