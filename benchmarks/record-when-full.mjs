import { startReceiver } from './support/receiver.mjs';
import { median } from './support/statistics.mjs';
import { failure, requests } from './support/workload.mjs';

export const question =
  'A synchronous burst of 20,000 errors: what does a call cost once the queue is full, and what arrives?';
export const names = ['bare-winston', 'idle-winston', 'jackdaw-winston'];
export const rounds = 7;

const BURST = 20_000;
/** More than any queue takes. */
const FULL = 2_000;

export function claims(_ratio, difference) {
  const value = difference('call ns', 'jackdaw-winston', 'idle-winston') / 1_000;
  return [
    { promise: 'P28', text: 'µs for an event that is shed, beyond a transport that does nothing', value, limit: 5 },
  ];
}

export async function measure(subject) {
  const receiver = await startReceiver();
  const { logger, flush, close, stats } = subject.open({ dsn: receiver.dsn });
  for (const { message, data } of requests) logger.info(message, data);
  // undici loads a second after the start; a burst before that is another question.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const errors = Array.from({ length: 50 }, (_, n) => failure(n));
  const batches = [];
  for (let n = 0; n < BURST; n += errors.length) {
    const start = performance.now();
    for (const error of errors) logger.error('checkout failed', { error, orderId: n, items: 3, currency: 'EUR' });
    if (n >= FULL) batches.push(((performance.now() - start) * 1e6) / errors.length);
  }
  await flush();
  const { events } = await receiver.received();
  const balance = stats?.();
  if (balance !== undefined && balance.delivered.error !== events) throw new Error('the ledger is wrong');
  await close();
  receiver.stop();
  return { 'call ns': median(batches), delivered: events };
}
