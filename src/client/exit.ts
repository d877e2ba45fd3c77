import { uptime } from '../transport/clock.js';
import { ExitDrain, type ExitShare } from '../transport/exit-drain.js';
import type { Client } from './client.js';
import type { Ending } from './ending.js';
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
    const drain = createDrain(() => pending(state.clients));
    state.drainNow = () => {
      drain();
      keep(state.clients);
    };
    state.drainNow();
  });
}

/** After what was delivered: what was not, and that the rest was, is written down, where there is a spool. */
export function keep(clients: Iterable<Client>): void {
  for (const { ending } of clients) ending?.keep();
}

/**
 * `beforeExit` fires again after each round that did anything, so a round is made only while there is news; the timers
 * of the clients' wait keep the process alive, and no longer than their `shutdownTimeoutMs`.
 */
function createFinish(clients: readonly Client[]): () => void {
  let tried = '';
  return function finishAtNaturalEnd() {
    const endings = pending(clients);
    const news = endings.map((ending) => ending.news).join();
    if (news === tried) return;
    tried = news;
    for (const ending of endings) void ending.finish();
  };
}

function pending(clients: readonly Client[]): readonly Ending[] {
  return clients.flatMap(({ ending }) => (ending?.isPending === true ? [ending] : []));
}

/**
 * A function that blocks until what these clients hold is settled, or the time is over: `shutdownTimeoutMs` of each
 * client, for all calls together.
 */
export function createDrain(holding: () => readonly Ending[]): () => void {
  const drain = new ExitDrain();
  let spentMs = 0;
  let draining = false;
  return function drainClients() {
    const endings = draining ? [] : holding();
    if (endings.length === 0) return;
    const start = uptime();
    draining = true;
    try {
      drain.run(endings.flatMap((ending) => handOver(ending, spentMs)));
    } catch (error) {
      for (const ending of endings) ending.failed(error);
    }
    draining = false;
    spentMs += uptime() - start;
  };
}

/** What one client cannot hand over, such as for a transport of the user's that throws, must not cost the others. */
function handOver(ending: Ending, spentMs: number): readonly ExitShare[] {
  try {
    return ending.handOver(spentMs);
  } catch (error) {
    ending.failed(error);
    return [];
  }
}
