import type { Client } from '../client/client.js';
import { createClient } from '../client/create-client.js';
import type { ClientOptions } from '../client/options.js';
import { type MemoryTransport, memoryTransport } from '../transport/memory.js';
import { deterministic } from './deterministic.js';

/** A logger that reports into memory. */
export interface LoggerFixture<Logger> {
  /** At its most verbose level, with nothing behind it but jackdaw. */
  readonly logger: Logger;
  readonly client: Client;
  /** Has what was sent: events when they are logged, logs after `client.flush()`. */
  readonly transport: MemoryTransport;
  /** Ends the client. */
  close(): Promise<void>;
}

/** winston, as far as a fixture uses it. */
export interface WinstonModule<Logger> {
  createLogger(options?: { readonly level?: string; readonly format?: unknown; readonly transports?: unknown }): Logger;
}

/** pino, as far as a fixture uses it. */
export interface PinoModule<Logger> {
  pino(options: { readonly level?: string; readonly hooks?: unknown }, stream: unknown): Logger;
}

/** log4js, as far as a fixture uses it. */
export interface Log4jsModule<Logger> {
  configure(configuration: { readonly appenders: unknown; readonly categories: unknown }): unknown;
  getLogger(category?: string): Logger;
}

let projects = 0;

/** A deterministic client; breadcrumbs are kept by DSN, so each has one of its own. */
function memoryClient(options: ClientOptions): Pick<LoggerFixture<unknown>, 'client' | 'transport' | 'close'> {
  projects += 1;
  const transport = memoryTransport();
  const dsn = `http://public@localhost/${projects}`;
  const client = createClient({ dsn, ...deterministic(), processHooks: false, ...options, transport });
  return { client, transport, close: async () => void (await client.close()) };
}

/**
 * A winston logger that reports into memory, with `keepOriginals()` and `splat()`.
 *
 * @param winston the module: the logger is the one that the application's are
 * @example const { logger, transport } = await winstonFixture(winston)
 */
export async function winstonFixture<Logger>(
  winston: WinstonModule<Logger>,
  options: ClientOptions = {},
): Promise<LoggerFixture<Logger>> {
  const { JackdawTransport, keepOriginals } = await import('../adapters/winston.js');
  const fixture = memoryClient(options);
  const { format } = winston as unknown as { format: typeof import('winston').format };
  const logger = winston.createLogger({
    level: 'silly',
    format: format.combine(keepOriginals(), format.splat()),
    transports: [new JackdawTransport({ client: fixture.client })],
  });
  return { logger, ...fixture };
}

/**
 * A pino logger that reports into memory, with `logHook`.
 *
 * @example const { logger, transport } = await pinoFixture({ pino })
 */
export async function pinoFixture<Logger>(
  pino: PinoModule<Logger>,
  options: ClientOptions = {},
): Promise<LoggerFixture<Logger>> {
  const [{ JackdawDestination }, { logHook }] = await Promise.all([
    import('../adapters/pino-destination.js'),
    import('../adapters/pino-log-hook.js'),
  ]);
  const fixture = memoryClient(options);
  const stream = new JackdawDestination({ client: fixture.client });
  return { logger: pino.pino({ level: 'trace', hooks: { logMethod: logHook } }, stream), ...fixture };
}

/**
 * A logger of log4js that reports into memory. log4js has one configuration for all: this replaces it.
 *
 * @example const { logger, transport } = await log4jsFixture(log4js)
 */
export async function log4jsFixture<Logger>(
  log4js: Log4jsModule<Logger>,
  options: ClientOptions = {},
): Promise<LoggerFixture<Logger>> {
  const appender = await import('../adapters/log4js.js');
  const fixture = memoryClient(options);
  log4js.configure({
    appenders: { jackdaw: { type: appender, client: () => fixture.client } },
    categories: { default: { appenders: ['jackdaw'], level: 'all' } },
  });
  return { logger: log4js.getLogger(), ...fixture };
}
