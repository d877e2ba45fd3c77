import { resolve } from 'node:path';
import type { Transform } from 'node:stream';
import { pathToFileURL } from 'node:url';
import build from 'pino-abstract-transport';
import { ConfigError } from '../client/config-error.js';
import type { ClientOptions } from '../client/options.js';
import { adapterClient, type ClientSource } from './own-client.js';
import { PinoLevels } from './pino-levels.js';
import { LineReader } from './pino-line-reader.js';
import { DEFAULT_KEYS, isLevelMapping } from './pino-logger.js';
import { Brake } from './pino-worker-brake.js';

/** What `pino.transport` takes for `jackdaw/pino`: client options that can be cloned into the worker. */
export type WorkerOptions = ClientOptions & {
  /**
   * A module whose export is merged with these options, which win: for hooks and whatever else cannot be cloned.
   * A path (relative to the working directory) or a `file:` URL; CommonJS or ESM, its default export if there is one.
   */
  readonly configFile?: string | undefined;
  /** The logger's own `nestedKey`, if it has one: pino does not tell it to a worker. */
  readonly nestedKey?: string | undefined;
};

/** A stream of lines, and what pino tells its reader of the logger. */
type LineStream = Transform & { readonly levels?: unknown; readonly messageKey?: string; readonly errorKey?: string };

/** What pino adds to the options of a single target. */
const ADDED_BY_PINO = ['pinoWillSendConfig', 'levels', 'dedupe', '$context'];

/**
 * The worker's end of `pino.transport`: a stream that takes the lines and, when it closes, has delivered them.
 *
 * Nothing of ours runs in the logger's thread. So nobody there reports uncaught errors or drains on signals, and pino's
 * listener for the exit comes after the application's: a `process.exit()` in one of those leaves it no time. A worker that
 * dies is reported by `error` of the transport (out of memory: of `transport.worker`), which ends a process that does not
 * listen; one that a hook blocks for ever holds up the end for the 10 s that pino waits.
 *
 * @throws ConfigError, DsnError for wrong options; pino emits them as `error` of the transport.
 */
export async function openWorker(options: WorkerOptions): Promise<Transform> {
  const { nestedKey, ...source } = await mergedOptions(options);
  const { client, owned } = adapterClient(source as ClientSource);
  const read = (stream: LineStream): void => {
    const { levels, messageKey = DEFAULT_KEYS.messageKey, errorKey = DEFAULT_KEYS.errorKey } = stream;
    const mapping = isLevelMapping(levels) ? levels : undefined;
    const reader = new LineReader(
      client,
      { messageKey, errorKey, nestedKey },
      new PinoLevels(mapping, client.settings.options.levelMap),
    );
    const brake = new Brake(stream, client);
    stream.on('data', ({ line }: { line: string }) => {
      reader.take(line);
      brake.check();
    });
  };
  const close = async (error: Error | null): Promise<void> => {
    await (owned ? client.close() : client.flush()).catch(() => {});
    if (error) throw error;
  };
  // The reader parses: a line that is no JSON has to be counted.
  const parseLine = (line: string): unknown => ({ line });
  const stream = await build(read, { expectPinoConfig: true, metadata: false, parseLine, close });
  const flush = (done: () => void): void => {
    // Without arguments: one would be an error, for which pino destroys the stream.
    const end = (): void => done();
    client.flush().then(end, end);
  };
  return Object.assign(stream, { flush });
}

async function mergedOptions(options: WorkerOptions): Promise<WorkerOptions> {
  const { configFile, ...given } = options;
  const own = Object.fromEntries(Object.entries(given).filter(([name]) => !ADDED_BY_PINO.includes(name)));
  return configFile === undefined ? own : { ...(await loadConfig(configFile)), ...own };
}

/** @throws ConfigError where there is no module, or it exports no object. */
async function loadConfig(configFile: unknown): Promise<object> {
  const wrong = (problem: string): ConfigError => new ConfigError([{ option: 'configFile', problem }]);
  if (typeof configFile !== 'string') throw wrong('must be a path or a file: URL');
  const url = configFile.startsWith('file:') ? configFile : pathToFileURL(resolve(configFile)).href;
  let exported: unknown;
  try {
    exported = await import(url);
  } catch (error) {
    throw wrong(`cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
  }
  // The module itself, its default, or the default of a CommonJS module that was compiled from ESM.
  for (let depth = 0; depth < 2; depth++) exported = (exported as { default?: unknown }).default ?? exported;
  if (exported === null || typeof exported !== 'object') throw wrong('must export an object of options');
  return Object.fromEntries(Object.entries(exported).filter(([name]) => name !== 'module.exports'));
}
