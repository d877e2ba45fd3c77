// Processors of your own: named synchronous functions. Null drops the event; what throws drops it too, never half-filtered.
import { sanitizeValues } from 'jackdaw';
import { JackdawTransport } from 'jackdaw/winston';
import winston from 'winston';

/** A caller that hangs up is no error of ours. */
function dropHangUps(event, { originalException }) {
  return originalException?.code === 'ECONNRESET' ? null : event;
}

/** One group per partner, whatever its text says today. */
function groupByPartner(event) {
  const partner = event.extra?.partner;
  if (partner !== undefined) event.fingerprint = ['partner', partner];
  return event;
}

const processors = [dropHangUps, groupByPartner, sanitizeValues([/\bDE\d{20}\b/])];
const logger = winston.createLogger({
  transports: [new winston.transports.Console(), new JackdawTransport({ processors })],
});

logger.error('reading failed', { error: Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }) });
logger.error('transfer to DE89370400440532013000 refused', { partner: 'bank' });

logger.end();
