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
  const append = () => {
    if (spool.append(record, false) === undefined) throw new Error('the disk is too slow for this question');
  };
  const count = quick ? 8_000 : 48_000;
  await turns(count / 4, append);
  await spool.flush();
  // The loop comes round without the spool, too.
  const bare = await turns(count, () => {});
  const start = performance.now();
  const [main, all] = [mainCpu(), processCpu()];
  const { callMs } = await turns(count, append);
  await spool.flush();
  const result = {
    'call µs': ((callMs - bare.callMs) * 1_000) / count,
    'main µs': (mainCpu() - main - bare.main) / count,
    'process µs': (processCpu() - all - bare.all) / count,
    'MB/s': (count * payload.length) / (performance.now() - start) / 1_000,
  };
  await remove();
  return result;
}

/** Does something so often, a few times in each turn of the loop. */
async function turns(count, work) {
  const [main, all] = [mainCpu(), processCpu()];
  let callMs = 0;
  for (let done = 0; done < count; done += TURN) {
    const start = performance.now();
    for (let n = 0; n < TURN; n++) work();
    callMs += performance.now() - start;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return { callMs, main: mainCpu() - main, all: processCpu() - all };
}
