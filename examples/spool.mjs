// What kill -9 cannot take: node examples/spool.mjs (with SENTRY_DSN of an inbox: npx jackdaw inbox)
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JackdawTransport } from 'jackdaw/winston';
import winston from 'winston';

const [, script, dir = mkdtempSync(join(tmpdir(), 'jackdaw-')), isFirstRun] = process.argv;

/** The first run has no way to the server. */
function openTransport() {
  return new JackdawTransport({ spool: dir, tunnel: isFirstRun && 'http://127.0.0.1:9/' });
}

if (isFirstRun) {
  const logger = winston.createLogger({ transports: [openTransport()] });
  logger.error('order failed', new Error('no stock for JD-42'));
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 200);
} else {
  const [, signal] = await once(fork(script, [dir, 'first run']), 'exit');
  console.log(`the first run died of ${signal}`);
  const { client } = openTransport();
  while (client.stats().delivered.error === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await client.close();
  console.log(`the second run took over ${client.stats().recovered.error} event and delivered it`);
  rmSync(dir, { recursive: true });
}
