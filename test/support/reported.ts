import type { ScriptedServer } from './scripted-server.js';

/** The requests that carry a client report. */
export function reportRequests({ requests }: ScriptedServer) {
  return requests.filter(({ envelope }) => envelope?.items.some(({ header }) => header['type'] === 'client_report'));
}

/** What client reports have told a server, `reason:category` and how many. */
export function reported(server: ScriptedServer): Record<string, number> {
  const total: Record<string, number> = {};
  for (const { envelope } of reportRequests(server)) {
    for (const { payload } of envelope?.items ?? []) {
      const { discarded_events: discarded } = JSON.parse(Buffer.from(payload).toString()) as {
        readonly discarded_events: readonly { reason: string; category: string; quantity: number }[];
      };
      for (const { reason, category, quantity } of discarded) {
        total[`${reason}:${category}`] = (total[`${reason}:${category}`] ?? 0) + quantity;
      }
    }
  }
  return total;
}
