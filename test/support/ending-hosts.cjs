// The hosts of ending.cjs, each with jackdaw or, without a DSN, without it: how it logs, and how it is shut down.
const { createClient, getClient } = require('../../dist/index.js');

const dsn = process.env.JACKDAW_DSN;
const given = { ...JSON.parse(process.env.JACKDAW_OPTIONS ?? '{}'), dsn };
const PINO = require.resolve('../../dist/adapters/pino.js');

/** No logger at all. */
function none() {
  const client = dsn && createClient(given);
  const second = process.env.JACKDAW_SECOND_DSN;
  const clients = second ? [createClient({ ...given, dsn: second }), client] : [client];
  const error = (value) => {
    for (const each of clients) each?.captureException(value);
  };
  return { client, error, info: () => {}, shutdown: (done) => (client?.close() ?? Promise.resolve()).then(done) };
}

function winston({ handleExceptions = false } = {}) {
  const winston = require('winston');
  const { JackdawTransport } = require('../../dist/adapters/winston.js');
  const transport = dsn && new JackdawTransport({ ...given, handleExceptions });
  const quiet = new winston.transports.Console({ silent: true, handleExceptions: handleExceptions && !transport });
  const logger = winston.createLogger({ transports: transport ? [quiet, transport] : [quiet] });
  return {
    client: transport?.client,
    error: (error) => logger.error('it failed', error),
    info: (text) => logger.info(text),
    shutdown: (done) => logger.on('finish', done).end(),
  };
}

function pino() {
  const pino = require('pino');
  const destination = dsn && require(PINO)(given);
  const streams = [{ stream: { write() {} } }, ...(destination ? [{ stream: destination }] : [])];
  const logger = pino({}, pino.multistream(streams));
  const shutdown = (done) => (destination ? destination.end(done) : done());
  return { client: destination?.client, ...pinoCalls(logger), shutdown };
}

/** Nothing of jackdaw's runs in the main thread. */
function pinoWorker() {
  const pino = require('pino');
  const nowhere = { target: 'pino/file', options: { destination: '/dev/null' } };
  const transport = pino.transport({ targets: [nowhere, ...(dsn ? [{ target: PINO, options: given }] : [])] });
  const logger = pino(transport);
  return { ...pinoCalls(logger), shutdown: (done) => logger.flush(done) };
}

function pinoCalls(logger) {
  return {
    error: (error) => logger.error(error, 'it failed'),
    fatal: (error) => logger.fatal(error, 'it failed'),
    info: (text) => logger.info(text),
  };
}

function log4js() {
  const log4js = require('log4js');
  const quiet = { type: { configure: () => () => {} } };
  const jackdaw = { type: require('../../dist/adapters/log4js.js'), ...given };
  log4js.configure({
    appenders: dsn ? { quiet, jackdaw } : { quiet },
    categories: { default: { appenders: dsn ? ['quiet', 'jackdaw'] : ['quiet'], level: 'info' } },
  });
  const logger = log4js.getLogger();
  return {
    client: getClient(),
    error: (error) => logger.error('it failed', error),
    fatal: (error) => logger.fatal('it failed', error),
    info: (text) => logger.info(text),
    shutdown: (done) => log4js.shutdown(done),
  };
}

/** By name. */
exports.HOSTS = {
  none,
  winston,
  'winston-exceptions': () => winston({ handleExceptions: true }),
  pino,
  'pino-worker': pinoWorker,
  log4js,
};
