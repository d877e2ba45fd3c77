import { monitorEventLoopDelay } from 'node:perf_hooks';
import { mainCpu, processCpu } from './support/cpu.mjs';
import { startReceiver } from './support/receiver.mjs';
import { failure, pace, requests } from './support/workload.mjs';

export const question =
  'What does an event cost, at 500 a second, with 20 frames and 100 breadcrumbs that were sent before?';
export const names = ['bare-winston', 'jackdaw-winston-discarding', 'jackdaw-winston', 'least-possible'];
export const rounds = 7;

export function claims(ratio) {
  const value = ratio('main µs', 'jackdaw-winston', 'least-possible');
  return [{ promise: 'P26', text: 'main thread, against the least possible (without a logger)', value, limit: 1.3 }];
}

export function measure(subject, { quick }) {
  return measureEvents(subject, { perSecond: 500, quick, fresh: false });
}

/** `fresh`: 100 new breadcrumbs for each event, their own log calls included. */
export async function measureEvents(subject, { perSecond, quick, fresh }) {
  const receiver = await startReceiver();
  const { logger, flush, close } = subject.open({ dsn: receiver.dsn });
  const leaveBreadcrumbs = () => {
    for (const { message, data } of requests) logger.info(message, data);
  };
  const report = (n) => {
    if (fresh) leaveBreadcrumbs();
    logger.error('checkout failed', { error: failure(n), orderId: n, cart: { items: 3, currency: 'EUR' } });
  };
  leaveBreadcrumbs();
  // The compiler needs some thousand events, which a service has behind it after seconds; undici loads in the first.
  await pace(2 * perSecond, quick ? 2 : 6, report);
  await flush();
  await receiver.behave('healthy');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const [main, all] = [mainCpu(), processCpu()];
  const sent = await pace(perSecond, quick ? 2 : 6, report);
  await flush();
  const used = { 'main µs': (mainCpu() - main) / sent, 'process µs': (processCpu() - all) / sent };
  delay.disable();
  const { events, bytes } = await receiver.received();
  await close();
  receiver.stop();
  if (events > 0 && events !== sent) throw new Error(`${events} of ${sent} events were delivered`);
  return { ...used, 'loop delay p99 ms': delay.percentile(99) / 1e6, 'KB per event': events && bytes / events / 1_000 };
}
