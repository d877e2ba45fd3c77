import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { names as delivering } from './delivery.mjs';
import { startReceiver } from './support/receiver.mjs';
import { median } from './support/statistics.mjs';

const SCRIPT = fileURLToPath(new URL('support/end-once.mjs', import.meta.url));
const RUNS = 20;
/** What a process has sent is there soon after its end; this ends the wait for what it has not. */
const ARRIVAL_MS = 500;
/** A process that does not end is killed. */
const HUNG_MS = 10_000;

const question = (ending) => `One error is logged, then the process comes to ${ending}, ${RUNS} times: what arrives?`;

/** Each ending and the exit code that belongs to it. */
const CODES = { 'process.exit(0)': 0, 'a throw': 1, 'its natural end': 0 };

export const conditions = Object.fromEntries(Object.keys(CODES).map((ending) => [ending, question(ending)]));
export const names = ['bare-winston', ...delivering];
export const rounds = 1;

export async function measure(_subject, { condition, subject, quick }) {
  const receiver = await startReceiver({ failures: true });
  const result = { delivered: 0, of: quick ? 3 : RUNS, 'ended otherwise': 0 };
  const durations = [];
  for (let run = 0; run < result.of; run++) {
    await receiver.behave('healthy');
    const start = performance.now();
    const child = spawn(process.execPath, [SCRIPT, subject, receiver.dsn, condition], {
      stdio: 'ignore',
      timeout: HUNG_MS,
    });
    const [code] = await once(child, 'close');
    durations.push(performance.now() - start);
    if (code !== CODES[condition]) result['ended otherwise']++;
    await receiver.arrival(1, ARRIVAL_MS);
    result.delivered += (await receiver.received()).failures;
  }
  receiver.stop();
  return { ...result, 'ms, start to end': median(durations) };
}
