// A small order service that logs the way services do. Started by start.mjs with the inbox's DSN in SENTRY_DSN;
// the only lines about jackdaw are the import and the transport.
import { JackdawTransport } from 'jackdaw/winston';
import winston from 'winston';

const logger = winston.createLogger({
  format: winston.format.json(),
  defaultMeta: { label: 'orders' },
  transports: [new winston.transports.Console(), new JackdawTransport({ release: 'orders@1.4.2' })],
});

class PaymentError extends Error {
  name = 'PaymentError';
  code = 'CARD_DECLINED';
}

function chargeCard(order) {
  try {
    throw new TypeError(`no gateway for currency ${order.currency}`);
  } catch (cause) {
    throw new PaymentError(`cannot charge order ${order.id}`, { cause });
  }
}

logger.info('service started', { port: 8080 });
logger.info('customer signed in', { customer: 'ada', password: 'correct horse battery staple' });
logger.info('order received', { orderId: 4711, items: 3 });
logger.warn('stock is low', { sku: 'JD-42', left: 2 });
try {
  chargeCard({ id: 4711, currency: 'XAU' });
} catch (error) {
  logger.error('payment failed', { error, orderId: 4711, card: '4111 1111 1111 1111', tags: { shop: 'berlin' } });
}
logger.info('retrying with another gateway', { attempt: 2 });
logger.error('order given up', { orderId: 4711, apiKey: 'sk_live_0123456789', customer: { email: 'ada@example.com' } });

// winston's own way to end: with jackdaw, `finish` means delivered.
logger.end();
