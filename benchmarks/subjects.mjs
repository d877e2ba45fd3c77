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
  'least possible': {
    modules: ['undici'],
    open: ({ dsn }) => createLeastPossible(dsn, require('undici')),
  },
};
