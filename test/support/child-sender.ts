import { spawn } from 'node:child_process';
import { once } from 'node:events';

const SENDER = `
const { httpTransport } = require('./dist/transport/http-transport.js');
const { parseDsn } = require('./dist/protocol/dsn.js');
const transport = httpTransport({
  dsn: parseDsn(process.argv[1]),
  options: { maxQueueItems: 1_000, maxQueueBytes: 1e6, concurrency: 4, requestTimeoutMs: 15_000, compress: 'auto', retry: false },
  sdk: { name: 'jackdaw.test', version: '1.2.3' },
  warn() {},
  error() {},
});
for (let sent = 0; sent < Number(process.argv[3]); sent++) transport.send(
  { header: {}, items: [{ header: { type: 'event' }, payload: '{}' }], category: 'error', quantity: 1, level: 'error' },
  (outcome) => console.log(outcome),
);
if (process.argv[2] === 'flush') transport.flush(10_000).then(() => console.log('flushed'));
`;

/** How a process ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Runs a process that hands over `count` envelopes, prints their outcomes, and with `flush` waits for them. */
export async function runSender(
  dsn: string,
  {
    flush = false,
    count = 1,
    env = {},
  }: { readonly flush?: boolean; readonly count?: number; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  const start = performance.now();
  const child = spawn(process.execPath, ['-e', SENDER, dsn, flush ? 'flush' : '', String(count)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close'),
  ]);
  return { code, stdout: stdout.join(''), stderr: stderr.join(''), ms: performance.now() - start };
}
