import { mainCpu } from './support/cpu.mjs';
import { startReceiver } from './support/receiver.mjs';
import { failure, pace, requests } from './support/workload.mjs';

const PER_SECOND = 100;
const BUSY_PER_SECOND = 1_000;
/** Ends every wait: for the rest, for a warm-up that does not arrive. */
const DEADLINE_MS = 60_000;
/** Nothing more comes from a client that says it is done, and then is silent for so long: not all can say it. */
const SILENCE_MS = 2_000;

const load = `${PER_SECOND} errors a second`;

/** What the server turns to when the load begins. */
export const conditions = {
  healthy: `${load}, to a healthy server: what arrives?`,
  busy: `${BUSY_PER_SECOND} errors a second, to a healthy server: what arrives?`,
  slow: `${load}, to a server that takes 200 ms for an answer: what arrives?`,
  limited: `${load}, to a server that answers 429 half of the time, with what is left of that as Retry-After: what arrives?`,
  dead: `${load}, to a server that refuses connections: what does it cost, and is it counted?`,
  returning: `${load}, to a server that refuses connections half of the time: what arrives?`,
};
export const names = [
  'jackdaw-winston',
  'sentry-node-winston',
  'sentry-node-winston-logs',
  'winston-transport-sentry-node',
  'jackdaw-pino',
  'sentry-node-pino',
  'pino-sentry-transport',
  'pino-sentry',
  'jackdaw-log4js',
  'sentry-node-log4js',
];
export const rounds = 3;
export const quickRounds = 1;

export async function measure({ open }, { condition, quick }) {
  const receiver = await startReceiver({ failures: true });
  const opened = open({ dsn: receiver.dsn });
  const report = (n) => {
    opened.logger.error(`order ${n} failed`, { error: failure(n), cart: { items: 3, currency: 'EUR' } });
  };
  for (const { message, data } of requests) opened.logger.info(message, data);
  // The times get bad for a service that has run for a while.
  await settled(opened, receiver, await pace(PER_SECOND, quick ? 2 : 5, report));
  await opened.flush(DEADLINE_MS);

  await receiver.behave(condition, quick ? 1_000 : 5_000);
  const [start, main] = [Date.now(), mainCpu()];
  const perSecond = condition === 'busy' ? BUSY_PER_SECOND : PER_SECOND;
  const logged = await pace(perSecond, quick ? 2 : 10, report);
  if (condition !== 'dead') {
    await settled(opened, receiver, logged);
    // The last answers, too.
    await opened.flush(SILENCE_MS);
  }
  const used = (mainCpu() - main) / logged;
  const balance = opened.stats?.();
  const { failures, bytes, last = start } = await receiver.received();
  const peak = (process.resourceUsage().maxRSS * 1_024) / 1e6;
  await opened.close();
  receiver.stop();
  return {
    delivered: failures,
    of: logged,
    'a second': failures && (failures / (last - start)) * 1_000,
    'KB each': failures && bytes / failures / 1_000,
    'main µs': used,
    'peak RSS MB': peak,
    ...(balance && account(balance, logged - failures)),
  };
}

/** Until everything has arrived, or until nothing more can be expected. */
async function settled({ flush }, receiver, expected) {
  const deadline = performance.now() + DEADLINE_MS;
  let done = false;
  const silent = async () => {
    await flush(DEADLINE_MS);
    for (let before = -1, now = 0; now !== before && !done && performance.now() < deadline; ) {
      before = now;
      await receiver.arrival(expected, SILENCE_MS);
      now = (await receiver.received()).failures;
    }
  };
  await Promise.race([silent(), receiver.arrival(expected, DEADLINE_MS)]);
  done = true;
}

/** `missing` by the receiver's count; the rest is what the client says of itself. */
function account({ accepted, delivered, dropped, queued }, missing) {
  const lost = Object.values(dropped).reduce((sum, { error = 0 }) => sum + error, 0);
  return {
    dropped: lost,
    queued: queued.error,
    'missing, uncounted': missing - lost - queued.error,
    balance: accepted.error - delivered.error - lost - queued.error,
  };
}
