import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { survey, takeStock } from '../../src/spool/survey.js';
import { until } from '../support/spool.js';

const SCRIPT = `
const { createClient } = require('./dist/index.js');
const { dsn, dir, texts } = JSON.parse(process.argv[1]);
const client = createClient({ dsn, spool: dir, processHooks: false });
for (const text of texts) client.captureException(new Error(text));
setInterval(() => {}, 1000);
`;

/** A process with a spool, whose errors are on the disk. */
export interface SpoolOwner {
  readonly pid: number;
  /** Lives, but does nothing, so that it adopts nobody. */
  pause(): void;
  resume(): void;
  /** kill -9. */
  kill(): Promise<void>;
}

/** Starts a process that reports these errors with a spool and lives on, until the test ends. */
export async function startOwner(dsn: string, dir: string, texts: readonly string[]): Promise<SpoolOwner> {
  const child = spawn(process.execPath, ['-e', SCRIPT, JSON.stringify({ dsn, dir, texts })], {
    cwd: join(__dirname, '../..'),
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  const pid = Number(child.pid);
  await until(async () => (await recordsBy(dir, pid)) === texts.length);
  return { pid, kill, pause: () => child.kill('SIGSTOP'), resume: () => child.kill('SIGCONT') };
}

/** How many records a process keeps. */
export async function recordsBy(dir: string, pid: number): Promise<number> {
  let records = 0;
  for (const home of (await survey(dir)).flatMap(({ homes }) => homes)) {
    if (home.pid === pid) records += (await takeStock(home)).records;
  }
  return records;
}
