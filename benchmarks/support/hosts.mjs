import { createRequire } from 'node:module';
import { Writable } from 'node:stream';

const require = createRequire(import.meta.url);

/** Takes everything at once and keeps nothing, so that only the loggers are measured. */
export class NullStream extends Writable {
  _write(_chunk, _encoding, done) {
    done();
  }
}

export function winstonWith(...transports) {
  const { createLogger, format, transports: own } = require('winston');
  const stream = new own.Stream({ stream: new NullStream() });
  return createLogger({ level: 'debug', format: format.json(), transports: [stream, ...transports] });
}

/** A logger of pino with winston's order of arguments; an error goes under pino's own key. */
export function pinoWith(...streams) {
  const pino = require('pino');
  const all = [new NullStream(), ...streams].map((stream) => ({ stream, level: 'debug' }));
  const logger = pino({ level: 'debug' }, pino.multistream(all));
  return inOrder((level, message, data) => logger[level](inPinosWords(data), message));
}

export function log4jsWith(appenders) {
  const log4js = require('log4js');
  const bare = { type: { configure: (_config, layouts) => rendersTo(layouts.basicLayout, new NullStream()) } };
  log4js.configure({
    appenders: { bare, ...appenders },
    categories: { default: { appenders: ['bare', ...Object.keys(appenders)], level: 'debug' } },
  });
  const logger = log4js.getLogger();
  return inOrder((level, message, data) => logger[level](message, data));
}

/** The detour is the same for all subjects of a host. */
function inOrder(call) {
  const method = (level) => (message, data) => call(level, message, data);
  return { debug: method('debug'), info: method('info'), error: method('error') };
}

function inPinosWords(data) {
  if (data?.error === undefined) return data;
  const { error, ...rest } = data;
  return { err: error, ...rest };
}

/** What log4js's own stdout appender does, without the terminal. */
function rendersTo(layout, stream) {
  return (event) => stream.write(`${layout(event)}\n`);
}
