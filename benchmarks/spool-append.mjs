import { mainCpu, processCpu } from './support/cpu.mjs';
import { openSpool } from './support/spool.mjs';

export const question = 'What does it cost to append a record of 4 KB to the spool, at 16,000 a second?';
export const names = ['spool-interval', 'spool-always', 'spool-process'];
export const rounds = 7;

/** In a millisecond, or whenever the loop comes round. */
const TURN = 16;

export function claims(_ratio, _difference, value) {
  return names.map((name) => ({
    promise: 'Spool',
    text: `main thread, µs, ${name}`,
    value: value('main µs', name),
    limit: 10,
  }));
}

export async function measure({ sync }, { quick }) {
  const { spool, remove } = openSpool({ sync });
  const payload = Buffer.alloc(4_096, 'x');
  const record = { category: 'error', quantity: 1, level: 'error', payload };
  const append = async (count) => {
    let ns = 0n;
    for (let taken = 0; taken < count; taken += TURN) {
      const start = process.hrtime.bigint();
      const first = spool.append(record, false);
      for (let n = 1; n < TURN; n++) spool.append(record, false);
      ns += process.hrtime.bigint() - start;
      if (first === undefined) throw new Error('the disk is too slow for this question');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await spool.flush();
    return Number(ns) / 1_000;
  };
  const count = quick ? 8_000 : 48_000;
  await append(2_000);
  const [start, main, all] = [performance.now(), mainCpu(), processCpu()];
  const us = await append(count);
  const ms = performance.now() - start;
  const result = {
    'call µs': us / count,
    'main µs': (mainCpu() - main) / count,
    'process µs': (processCpu() - all) / count,
    'MB/s': (count * payload.length) / ms / 1_000,
  };
  await remove();
  return result;
}
