import type { Transport, TransportFactory } from './transport.js';

/**
 * Sends nothing: with the spool, which this transport turns on, everything stays on the disk for another process to send,
 * such as `jackdaw spool flush`. The transport of the scheme `file`.
 */
export const fileTransport: TransportFactory = (): Transport => ({
  admits: () => false,
  // Only what the spool could not take comes here.
  send: (_envelope, settle) => settle('queue_overflow'),
  flush: () => Promise.resolve(true),
  close: () => Promise.resolve(true),
});
