import { mainCpu } from './support/cpu.mjs';
import { openSpool } from './support/spool.mjs';

export const question =
  'A process starts on 100,000 records of 1 KB: what does it wait for, and how long is a turn of its loop?';
export const names = ['spool-interval'];
export const rounds = 7;
export const execArgv = ['--expose-gc'];

const RECORDS = 100_000;

export function claims(_ratio, _difference, value) {
  const [name] = names;
  return [
    { promise: 'Spool', text: 'ms to open', value: value('open ms', name), limit: 50 },
    {
      promise: 'Spool',
      text: 'ms of CPU, longest turn of the loop',
      value: value('longest turn ms', name),
      limit: 20,
    },
  ];
}

export async function measure({ sync }) {
  const before = openSpool({ sync });
  const payload = Buffer.alloc(1_024, 'x');
  const record = { category: 'error', quantity: 1, level: 'error', payload };
  for (let n = 0; n < RECORDS; n++) before.spool.append(record, false);
  await before.spool.close();
  globalThis.gc();
  const rss = process.memoryUsage.rss();
  const start = performance.now();
  const { spool, remove } = openSpool({ sync, dir: before.dir });
  const opened = performance.now();
  const turns = watchTurns();
  await spool.adopt();
  const adopted = performance.now();
  let given = 0;
  for (let next = await spool.next(); next !== undefined; next = await spool.next()) {
    spool.settle(next.id);
    given++;
  }
  if (given !== RECORDS) throw new Error(`${given} records came back`);
  const result = {
    'open ms': opened - start,
    'adopt ms': adopted - opened,
    'read ms': performance.now() - adopted,
    'longest turn ms': turns.stop(),
    'RSS MB': (process.memoryUsage.rss() - rss) / 1e6,
  };
  await remove();
  return result;
}

/** In CPU time: what other processes take from this one is not its doing. */
function watchTurns() {
  let [longest, last] = [0, mainCpu()];
  const timer = setInterval(() => {
    const now = mainCpu();
    longest = Math.max(longest, (now - last) / 1_000);
    last = now;
  }, 1);
  return {
    stop() {
      clearInterval(timer);
      return longest;
    },
  };
}
