// winston, ES modules. Run it against a local inbox: npx jackdaw inbox, then SENTRY_DSN=<its DSN> node examples/winston.mjs
import { JackdawTransport } from 'jackdaw/winston';
import winston from 'winston';

const logger = winston.createLogger({
  format: winston.format.json(),
  transports: [new winston.transports.Console(), new JackdawTransport()],
});

logger.info('import started', { file: 'customers.csv', password: 'never leaves this process' });
try {
  JSON.parse('{"name":');
} catch (error) {
  logger.error('row 17 is not JSON', { error, row: 17 });
}

// winston's own way to end: with jackdaw, `finish` means delivered.
logger.end();
