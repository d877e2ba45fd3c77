// winston, CommonJS, with a client of your own: shared by several loggers, closed by you.
const { createClient, runInScope, scope } = require('jackdaw');
const { JackdawTransport, keepOriginals } = require('jackdaw/winston');
const winston = require('winston');

const client = createClient({ environment: 'staging', contextTags: ['tenant'] });
const logger = winston.createLogger({
  // keepOriginals() first: events keep the template, so that the server groups by it.
  format: winston.format.combine(keepOriginals(), winston.format.splat(), winston.format.json()),
  transports: [new winston.transports.Console(), new JackdawTransport({ client })],
});

runInScope(() => {
  scope.setTag('job', 'nightly');
  logger.info('%d invoices to send', 3);
  logger.error('invoice %s failed after %d attempts', 'R-2026-0042', 3, { tenant: 'acme' });
});

client.close().then((delivered) => console.log(delivered ? 'all delivered' : 'not all delivered'));
