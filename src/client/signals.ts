import { isMainThread } from 'node:worker_threads';
import type { Client } from './client.js';
import { createDrain, keep } from './exit.js';
import { processState } from './process-state.js';

/** What signal-exit leaves in the process: version 3 on `process`, version 4 on `globalThis`. */
const EMITTER_3 = '__signal_exit_emitter__';
const EMITTER_4: unique symbol = Symbol.for('signal-exit emitter');

/** From now on a signal lets the client deliver what it holds before the process dies of it. Threads get no signals. */
export function watchSignals(client: Client, signals: readonly NodeJS.Signals[]): void {
  if (!isMainThread) return;
  const { signals: watched } = processState();
  for (const signal of signals) {
    const watch = watched.get(signal) ?? { listener: onSignal, clients: new Set() };
    watch.clients.add(client);
    if (watched.has(signal)) continue;
    watched.set(signal, watch);
    process.on(signal, watch.listener);
  }
}

/** A signal that no client waits for any more does again what it did before. */
export function unwatchSignals(client: Client): void {
  const { signals } = processState();
  for (const [signal, { listener, clients }] of signals) {
    if (!clients.delete(client) || clients.size > 0) continue;
    signals.delete(signal);
    process.off(signal, listener);
  }
}

/**
 * Where the application listens too, what becomes of the process is its decision, so delivery goes on in the
 * background. Otherwise the process would have died at once: it delivers, then dies of that signal.
 */
function onSignal(signal: NodeJS.Signals): void {
  const { signals } = processState();
  const watch = signals.get(signal);
  if (watch === undefined) return;
  const endings = [...watch.clients].flatMap(({ ending }) => (ending?.holds === true ? [ending] : []));
  if (process.listenerCount(signal) - 1 > signalExitListeners()) {
    for (const ending of endings) void ending.flush();
    return;
  }
  createDrain(() => endings)();
  keep(watch.clients);
  signals.delete(signal);
  process.off(signal, watch.listener);
  process.kill(process.pid, signal);
}

/** signal-exit listens to every signal only to be told of the end; it leaves the dying to others while others listen. */
function signalExitListeners(): number {
  const ofVersion3: unknown = Reflect.get(process, EMITTER_3);
  const ofVersion4: unknown = Reflect.get(globalThis, EMITTER_4);
  return countOf(ofVersion3) + countOf(ofVersion4);
}

function countOf(emitter: unknown): number {
  const count = (emitter as { count?: unknown } | null | undefined)?.count;
  return typeof count === 'number' ? count : 0;
}
