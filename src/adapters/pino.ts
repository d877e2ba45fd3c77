import { workerData } from 'node:worker_threads';
import { ConfigError } from '../client/config-error.js';
import type { ClientSource } from './own-client.js';
import { JackdawDestination } from './pino-destination.js';
import { logHook } from './pino-log-hook.js';
import { scopeMixin } from './pino-scope.js';
import type { WorkerOptions as WorkerClientOptions } from './pino-worker.js';

/**
 * Reports what a pino logger writes: errors as events, what led to them as breadcrumbs.
 *
 * In the logger's own thread it is called for a destination; in a worker pino calls it, as the target of
 * `pino.transport`.
 *
 * @throws ConfigError, DsnError for wrong client options; TypeError where both `client` and client options are given.
 * @example pino({ level: 'info' }, pino.multistream([{ stream: process.stdout }, { stream: jackdaw({ dsn }) }]))
 * @example pino({ transport: { targets: [{ target: 'pino/file' }, { target: 'jackdaw/pino', options: { dsn } }] } })
 */
interface JackdawPino {
  (options?: ClientSource): JackdawDestination;
  readonly default: JackdawPino;
  readonly logHook: typeof logHook;
  readonly scopeMixin: typeof scopeMixin;
}

function open(options: ClientSource = {}): JackdawDestination {
  if (isPinoWorker()) return openWorker(options as WorkerClientOptions) as never;
  if ('configFile' in options) {
    const problem = 'is for pino.transport: in the thread of the logger, give the options themselves';
    throw new ConfigError([{ option: 'configFile', problem }]);
  }
  return new JackdawDestination(options);
}

/** Only a worker loads what reads the lines of another thread. */
async function openWorker(options: WorkerClientOptions): Promise<unknown> {
  const worker = await import('./pino-worker.js');
  return worker.openWorker(options);
}

/** Whether pino made this thread, for its targets. */
function isPinoWorker(): boolean {
  const { workerData: given } = (workerData ?? {}) as { workerData?: { pinoWillSendConfig?: unknown } };
  return given?.pinoWillSendConfig === true;
}

const jackdaw: JackdawPino = Object.assign(open, { logHook, scopeMixin }) as JackdawPino;
Object.defineProperty(jackdaw, 'default', { value: jackdaw });

// `import { scopeMixin }` in ESM: Node reads the names of a CommonJS module from its text.
module.exports.logHook = logHook;
module.exports.scopeMixin = scopeMixin;

declare namespace jackdaw {
  /** In the logger's thread: a client, or the options of one. */
  export type Options = ClientSource;
  /** In `pino.transport`. */
  export type WorkerOptions = WorkerClientOptions;
  export type Destination = JackdawDestination;
}

export = jackdaw;
