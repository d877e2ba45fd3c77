import { mainCpu } from './support/cpu.mjs';
import { median } from './support/statistics.mjs';
import { requests, turn } from './support/workload.mjs';

export const question = 'What does a record cost that is below every threshold?';
export const names = ['bare-winston', 'idle-winston', 'jackdaw-winston'];
export const rounds = 21;

/** Promises, from the median of each round's ratio. */
export function claims(ratio) {
  const value = ratio('main ns', 'jackdaw-winston', 'idle-winston');
  return [{ promise: 'P24', text: 'main thread, against a second transport that does nothing', value, limit: 1.05 }];
}

export function measure(subject, { quick }) {
  return measureCalls(subject, 'debug', quick ? 40_000 : 200_000);
}

/** `call ns`: a typical call as the application waits for it; `main ns`: all its work, later turns and garbage included. */
export async function measureCalls(subject, level, total) {
  // Nothing listens there, and nothing is sent.
  const { logger } = subject.open({ dsn: 'http://0123456789abcdef0123456789abcdef@127.0.0.1:9/1' });
  await logAll(logger, level, 20_000);
  // undici loads a second after the start.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const before = mainCpu();
  const turns = await logAll(logger, level, total);
  return { 'call ns': median(turns), 'main ns': ((mainCpu() - before) * 1_000) / total };
}

async function logAll(logger, level, total) {
  const turns = [];
  for (let n = 0; n < total; n += requests.length) {
    const start = performance.now();
    for (const { message, data } of requests) logger[level](message, data);
    turns.push(((performance.now() - start) * 1e6) / requests.length);
    await turn();
  }
  return turns;
}
