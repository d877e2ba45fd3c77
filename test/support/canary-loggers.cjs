// The loggers behind one face: `info(text, fields)`, `error(text, fields, error)`, `format(level, template, argument)`, `end()`.
const { once } = require('node:events');
const { inspect } = require('node:util');

/** All that jackdaw says about itself goes to stderr. */
const HOOKS = {
  onError: (error) => console.error(inspect(error, { depth: 10 })),
  onScrub: () => {},
  onDrop: (reason, category, quantity) => console.error(reason, category, quantity),
};

function winstonLogger(options) {
  const winston = require('winston');
  const { JackdawTransport, keepOriginals } = require('../../dist/adapters/winston.js');
  const transport = new JackdawTransport({ ...options, ...HOOKS });
  const { combine, splat, json } = winston.format;
  const logger = winston.createLogger({ format: combine(keepOriginals(), splat(), json()), transports: [transport] });
  return {
    info: (text, fields) => logger.info(text, fields),
    error: (text, fields, error) => logger.error(text, { ...fields, error }),
    format: (level, template, argument) => logger.log(level, template, argument),
    async end() {
      const finished = once(logger, 'finish');
      logger.end();
      await finished;
    },
  };
}

function pinoLogger(stream, jackdaw, end) {
  const logger = require('pino')({ hooks: { logMethod: jackdaw.logHook } }, stream);
  return {
    info: (text, fields) => logger.info(fields, text),
    error: (text, fields, error) => logger.error({ ...fields, err: error }, text),
    format: (level, template, argument) => logger[level](template, argument),
    end,
  };
}

function pinoInProcess(options) {
  const jackdaw = require('../../dist/adapters/pino.js');
  const stream = jackdaw({ ...options, ...HOOKS });
  return pinoLogger(stream, jackdaw, async () => {
    const finished = once(stream, 'finish');
    stream.end();
    await finished;
  });
}

function pinoWorker(options) {
  const jackdaw = require('../../dist/adapters/pino.js');
  const transport = require('pino').transport({ target: require.resolve('../../dist/adapters/pino.js'), options });
  // pino holds up the end of the process until its worker is done.
  return pinoLogger(transport, jackdaw, () => {});
}

function log4jsLogger(options) {
  const log4js = require('log4js');
  log4js.configure({
    appenders: { jackdaw: { type: require('../../dist/adapters/log4js.js'), ...options, ...HOOKS } },
    categories: { default: { appenders: ['jackdaw'], level: 'all' } },
  });
  const logger = log4js.getLogger('orders');
  return {
    info: (text, fields) => logger.info(text, fields),
    error: (text, fields, error) => logger.error(text, fields, error),
    format: (level, template, argument) => logger[level](template, argument),
    end: () => new Promise((resolve) => log4js.shutdown(() => resolve())),
  };
}

/** A worker of a cluster hands its records to the primary. */
function log4jsCluster(options) {
  const logger = log4jsLogger(options);
  return require('node:cluster').isPrimary
    ? logger
    : { ...logger, end: () => process.send('end', () => process.disconnect()) };
}

const LOGGERS = {
  winston: winstonLogger,
  pino: pinoInProcess,
  'pino worker': pinoWorker,
  log4js: log4jsLogger,
  'log4js cluster': log4jsCluster,
};

module.exports = { openLogger: (name, options) => LOGGERS[name](options) };
