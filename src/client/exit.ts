import { processState } from './process-state.js';

/**
 * At the natural end of the process every open client delivers what it still holds.
 *
 * `beforeExit` fires again after each round that did anything, so a round is made only while there is news; the timers
 * of the clients' own flush keep the process alive, and no longer than their `shutdownTimeoutMs`.
 */
export function drainAtNaturalEnd(): void {
  const state = processState();
  if (state.exitHooked) return;
  state.exitHooked = true;
  let tried = '';
  process.on('beforeExit', () => {
    const holding = state.clients.filter((client) => client.drainsAtExit);
    const news = holding.map((client) => Object.values(client.stats().accepted).join('+')).join();
    if (news === tried) return;
    tried = news;
    for (const client of holding) void client.flush();
  });
}
