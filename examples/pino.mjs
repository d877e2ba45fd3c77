// pino, in the thread that logs. Run it against a local inbox: npx jackdaw inbox, then SENTRY_DSN=<its DSN> node examples/pino.mjs
import jackdaw from 'jackdaw/pino';
import pino from 'pino';

const destination = jackdaw();
const logger = pino(
  // The hook keeps templates, and the Error of `logger.error('text', error)`, which pino itself drops.
  { name: 'parcels', hooks: { logMethod: jackdaw.logHook } },
  pino.multistream([{ stream: process.stdout }, { stream: destination }]),
);

logger.info({ parcel: 'JD-17', accessToken: 'never leaves this process' }, 'parcel accepted');
try {
  new URL('/label', 'depot without a scheme');
} catch (error) {
  logger.error({ err: error, weight: 2.4 }, 'no label for parcel %s', 'JD-17');
}

// The natural end of the process delivers by itself; this is how to wait before.
await destination.client.flush();
