import type { ChildProcess } from 'node:child_process';
import { type EventEmitter, errorMonitor } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { failureOf, known, listen, quietly, type Watch } from './watch.js';

/**
 * Sees child processes that end with an error, by a signal, or cannot even start. Those that are waited for
 * synchronously (`execSync`) nobody tells of.
 */
export const watchChildProcesses: Watch = (begin) =>
  listen({
    child_process: (message) => {
      const child = (message as { readonly process: ChildProcess }).process;
      const leave = begin();
      if (leave === undefined) return;
      child.once(
        'exit',
        quietly((code: number | null, signal: NodeJS.Signals | null) => {
          if (code === 0) return;
          const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
          const data = known({ pid: child.pid, code, signal });
          leave(() => ({ category: 'child_process', level: 'warning', message: `${child.spawnfile} ${how}`, data }));
        }),
      );
      // As a monitor: a listener would hide an error that nobody listens for.
      (child as EventEmitter).on(
        errorMonitor,
        quietly((error: unknown) => {
          const data = known({ pid: child.pid, reason: failureOf(error) });
          leave(() => ({ category: 'child_process', level: 'error', message: `${child.spawnfile} failed`, data }));
        }),
      );
    },
  });

/** Sees worker threads that end with an error or are terminated. */
export const watchWorkers: Watch = (begin) =>
  listen({
    worker_threads: (message) => {
      const { worker } = message as { readonly worker: Worker };
      const leave = begin();
      if (leave === undefined) return;
      const { threadId } = worker;
      let failed = false;
      worker.once(
        'exit',
        quietly((code: number) => {
          // After an error it is no news.
          if (code === 0 || failed) return;
          const text = `worker thread exited with code ${code}`;
          leave(() => ({ category: 'worker_threads', level: 'warning', message: text, data: { threadId, code } }));
        }),
      );
      (worker as EventEmitter).on(
        errorMonitor,
        quietly((error: unknown) => {
          failed = true;
          const data = { threadId, reason: failureOf(error) };
          leave(() => ({ category: 'worker_threads', level: 'error', message: 'worker thread failed', data }));
        }),
      );
    },
  });
