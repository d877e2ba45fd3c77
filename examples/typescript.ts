// TypeScript: module nodenext, or bundler; strict. winston, a processor of your own, and what the ledger says at the end.
import { type ClientOptions, createClient, type Processor, type Stats } from 'jackdaw';
import { JackdawTransport } from 'jackdaw/winston';
import winston from 'winston';

class QuotaError extends Error {
  override readonly name = 'QuotaError';
  readonly limit: number;

  constructor(limit: number) {
    super(`more than ${limit} uploads a day`);
    this.limit = limit;
  }
}

/** Customers at their limit are no emergency. */
const lowerQuotaErrors: Processor = function lowerQuotaErrors(event, { originalException }) {
  if (originalException instanceof QuotaError) event.level = 'warning';
  return event;
};

const options: ClientOptions = { environment: 'staging', processors: [lowerQuotaErrors] };
const client = createClient(options);
const logger = winston.createLogger({ transports: [new JackdawTransport({ client, level: 'info' })] });

logger.error('upload refused', { error: new QuotaError(50), user: { id: 'ada' } });

client.close().then(() => {
  const { accepted, delivered }: Stats = client.stats();
  console.log(`${delivered.error} of ${accepted.error} delivered`);
});
