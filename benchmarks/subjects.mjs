import { createRequire } from 'node:module';
import { Writable } from 'node:stream';
import { createLeastPossible } from './support/least-possible.mjs';

const require = createRequire(import.meta.url);

/** Takes everything at once and keeps nothing, so that only the loggers are measured. */
class NullStream extends Writable {
  _write(_chunk, _encoding, done) {
    done();
  }
}

function createWinston(...transports) {
  const { createLogger, format, transports: own } = require('winston');
  const stream = new own.Stream({ stream: new NullStream() });
  return createLogger({ level: 'debug', format: format.json(), transports: [stream, ...transports] });
}

function withJackdaw(options) {
  const { JackdawTransport } = require('jackdaw/winston');
  const transport = new JackdawTransport(options);
  return {
    logger: createWinston(transport),
    stats: () => transport.client.stats(),
    flush: () => transport.client.flush(10_000),
    close: () => transport.client.close(),
  };
}

/** pino's and log4js's loggers with winston's order of arguments; the detour is the same for all subjects of a host. */
function inOrder(call) {
  const method = (level) => (message, data) => call(level, message, data);
  return { debug: method('debug'), info: method('info'), error: method('error') };
}

function pinoWith(...streams) {
  const pino = require('pino');
  const all = [new NullStream(), ...streams].map((stream) => ({ stream, level: 'debug' }));
  const logger = pino({ level: 'debug' }, pino.multistream(all));
  return inOrder((level, message, data) => logger[level](data, message));
}

function log4jsWith(appenders) {
  const log4js = require('log4js');
  const bare = { type: { configure: (_config, layouts) => rendersTo(layouts.basicLayout, new NullStream()) } };
  log4js.configure({
    appenders: { bare, ...appenders },
    categories: { default: { appenders: ['bare', ...Object.keys(appenders)], level: 'debug' } },
  });
  const logger = log4js.getLogger();
  return inOrder((level, message, data) => logger[level](message, data));
}

/** What log4js's own stdout appender does, without the terminal. */
function rendersTo(layout, stream) {
  return (event) => stream.write(`${layout(event)}\n`);
}

/** Settles every envelope at once: what is left is the work before delivery. */
const discard = {
  send: (_envelope, settle) => settle('delivered'),
  flush: async () => true,
  close: async () => true,
};

const nothing = async () => {};

/**
 * Everything that can be measured, by one interface: `modules` are what an application requires for it; `open` gives a
 * logger with winston's methods, and `flush`, which waits until everything logged is delivered.
 */
export const subjects = {
  'bare winston': {
    modules: ['winston'],
    open: () => ({ logger: createWinston(), flush: nothing, close: nothing }),
  },
  'second transport that does nothing': {
    modules: ['winston'],
    open() {
      const { Transport } = require('winston');
      class Idle extends Transport {
        log(_info, next) {
          next();
        }
      }
      return { logger: createWinston(new Idle()), flush: nothing, close: nothing };
    },
  },
  jackdaw: {
    modules: ['winston', 'jackdaw/winston'],
    open: ({ dsn }) => withJackdaw({ dsn }),
  },
  'jackdaw without delivery': {
    modules: ['winston', 'jackdaw/winston'],
    open: ({ dsn }) => withJackdaw({ dsn, transport: discard }),
  },
  'bare pino': { open: () => ({ logger: pinoWith(), flush: nothing, close: nothing }) },
  'pino, second stream that does nothing': {
    open: () => ({ logger: pinoWith(new NullStream()), flush: nothing, close: nothing }),
  },
  'jackdaw in pino': {
    open({ dsn }) {
      const stream = require('jackdaw/pino')({ dsn });
      const { client } = stream;
      return { logger: pinoWith(stream), flush: () => client.flush(10_000), close: () => client.close() };
    },
  },
  'bare log4js': { open: () => ({ logger: log4jsWith({}), flush: nothing, close: nothing }) },
  'log4js, second appender that does nothing': {
    open: () => ({
      logger: log4jsWith({ idle: { type: { configure: () => () => {} } } }),
      flush: nothing,
      close: nothing,
    }),
  },
  'jackdaw in log4js': {
    open({ dsn }) {
      const client = require('jackdaw').createClient({ dsn });
      const jackdaw = { type: require('jackdaw/log4js'), client: () => client };
      return { logger: log4jsWith({ jackdaw }), flush: () => client.flush(10_000), close: () => client.close() };
    },
  },
  'least possible': {
    modules: ['undici'],
    open: ({ dsn }) => createLeastPossible(dsn, require('undici')),
  },
};
