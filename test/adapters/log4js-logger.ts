import log4js from 'log4js';
import * as appender from '../../src/adapters/log4js.js';

/** A logger of log4js, named `orders`, at its most verbose level, with nothing but one appender behind it. */
export function loggerWith(jackdaw: log4js.Appender, configuration: Partial<log4js.Configuration> = {}): log4js.Logger {
  log4js.configure({
    appenders: { jackdaw },
    categories: { default: { appenders: ['jackdaw'], level: 'all' } },
    ...configuration,
  });
  return log4js.getLogger('orders');
}

/** The same with our appender. log4js copies `options`, as it does its whole configuration. */
export function jackdawLogger(
  options: Readonly<Record<string, unknown>>,
  configuration: Partial<log4js.Configuration> = {},
): log4js.Logger {
  return loggerWith({ type: appender, ...options }, configuration);
}

/** Resolves when log4js says that it is done. */
export function shutdown(): Promise<void> {
  return new Promise((resolve, reject) => log4js.shutdown((error) => (error ? reject(error) : resolve())));
}
