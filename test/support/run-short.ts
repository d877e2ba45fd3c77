import { spawn } from 'node:child_process';
import { once } from 'node:events';

const PROGRAM = `
const { openSync, closeSync } = require('node:fs');
const { createClient } = require('./dist/index.js');
require('undici');
let attempts = 0;
const client = createClient({ dsn: process.argv[1], onError: () => attempts++ });
const opened = [];
try {
  for (;;) opened.push(openSync('/dev/null'));
} catch {}
client.captureMessage('no descriptors');
const start = performance.now();
const timer = setInterval(async () => {
  if (attempts < 2) return;
  clearInterval(timer);
  const seconds = (performance.now() - start) / 1000;
  const tried = attempts;
  for (const descriptor of opened) closeSync(descriptor);
  await client.flush(10_000);
  const { accepted, delivered, queued } = client.stats();
  const balanced = accepted.error === delivered.error + queued.error;
  console.log(JSON.stringify({ attempts: tried, seconds, delivered: delivered.error, balanced }));
  await client.close();
}, 20);
`;

/** Runs a process that uses up its file descriptors before it logs, and frees them after two attempts. */
export async function runShort(dsn: string): Promise<{ readonly code: number; readonly stdout: string }> {
  const child = spawn('/bin/sh', ['-c', 'ulimit -n 64 && exec "$0" -e "$1" "$2"', process.execPath, PROGRAM, dsn], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [stdout, [code]] = await Promise.all([child.stdout.toArray(), once(child, 'close')]);
  return { code, stdout: stdout.join('') };
}
