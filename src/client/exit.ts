import { ExitDrain, type ExitShare } from '../transport/exit-drain.js';
import type { Client } from './client.js';
import { processState } from './process-state.js';

/**
 * At the end of the process every client delivers what it still holds, however it ends: at the natural end in the
 * background, at `process.exit()` and a crash from within the `exit` event. One pair of listeners serves all clients.
 */
export function drainAtEnd(): void {
  const state = processState();
  if (state.exitHooked) return;
  state.exitHooked = true;
  process.on('beforeExit', createFinish(state.clients));
  // First of all: a listener of the application's may call process.exit(), and then no other is called any more.
  process.prependListener('exit', () => {
    const drain = createDrain(() => state.clients.filter((client) => client.drainsAtExit));
    state.drainNow = drain;
    drain();
  });
}

/**
 * `beforeExit` fires again after each round that did anything, so a round is made only while there is news; the timers
 * of the clients' wait keep the process alive, and no longer than their `shutdownTimeoutMs`.
 */
function createFinish(clients: readonly Client[]): () => void {
  let tried = '';
  return function finishAtNaturalEnd() {
    const holding = clients.filter((client) => client.drainsAtExit);
    const news = holding.map((client) => Object.values(client.stats().accepted).join('+')).join();
    if (news === tried) return;
    tried = news;
    for (const client of holding) void client.finish();
  };
}

/**
 * A function that blocks until what these clients hold is settled, or the time is over: `shutdownTimeoutMs` of each
 * client, for all calls together.
 */
export function createDrain(holding: () => readonly Client[]): () => void {
  const drain = new ExitDrain();
  let spentMs = 0;
  let draining = false;
  return function drainClients() {
    const clients = draining ? [] : holding();
    if (clients.length === 0) return;
    const start = performance.now();
    draining = true;
    try {
      drain.run(clients.flatMap((client) => handOver(client, spentMs)));
    } catch (error) {
      for (const client of clients) client.exitFailed(error);
    }
    draining = false;
    spentMs += performance.now() - start;
  };
}

/** What one client cannot hand over, such as for a transport of the user's that throws, must not cost the others. */
function handOver(client: Client, spentMs: number): readonly ExitShare[] {
  try {
    return client.handOver(spentMs);
  } catch (error) {
    client.exitFailed(error);
    return [];
  }
}
