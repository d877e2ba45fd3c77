import { expect, it } from 'vitest';
import type { Stats } from '../../src/client/ledger.js';
import { expectSettled } from '../support/balance.js';
import { runScript } from '../support/child-script.js';
import { closedPort } from '../support/closed-port.js';
import { never, startScriptedServer } from '../support/scripted-server.js';

/** As fast as it can for four seconds: events of all levels, logs and breadcrumbs, each with 20 KB of data that V8 keeps in two bytes a character. */
const FLOOD = `
const { createClient } = require('./dist/index.js');
const client = createClient({ dsn: process.argv[1], logLevel: 'debug', modules: false });
const levels = ['fatal', 'error', 'error', 'error', 'warning', 'info', 'debug'];
const end = performance.now() + 4_000;
let count = 0;
(function turn() {
  for (let index = 0; index < 50; index++) {
    const level = levels[count++ % levels.length];
    const data = Object.fromEntries(['a', 'b', 'c', 'd'].map((key) => [key, '☃' + String(count % 10).repeat(5_000)]));
    client.captureRecord({ level, levelName: level, time: Date.now(), message: 'number ' + count, origin: 'test', data });
  }
  if (performance.now() < end) setImmediate(turn);
  else client.close(300).then(() => console.log(JSON.stringify(client.stats())));
})();
`;

it.each([
  ['refuses connections', async () => ({ dsn: `http://public@127.0.0.1:${await closedPort()}/1` })],
  ['never answers', () => startScriptedServer({ otherwise: never() })],
])('F09: a heap of 64 MB lasts, at any rate, while the destination %s', async (_name, start) => {
  const server = await start();
  const flags = ['--max-old-space-size=64', '--no-warnings'];
  const { code, stdout, stderr } = await runScript(FLOOD, [server.dsn], { flags });
  if ('close' in server) await server.close();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const stats = JSON.parse(stdout) as Stats;
  expectSettled({ stats: () => stats });
  expect(stats.dropped.queue_overflow?.error).toBeGreaterThan(0);
  expect(stats.delivered).toEqual({ error: 0, log_item: 0 });
});

const MANY = `
const winston = require('winston');
const pino = require('pino');
const { createClient } = require('./dist/index.js');
const { JackdawTransport } = require('./dist/adapters/winston.js');
const jackdaw = require('./dist/adapters/pino.js');
const dsn = process.argv[1];
const options = (index) => ({ dsn: dsn.replace(/1$/, String(index + 1)), drainOnSignals: ['SIGUSR2'] });
const twenty = Array.from({ length: 20 }, (_, index) => index);
const logger = winston.createLogger({ transports: twenty.map((index) => new JackdawTransport(options(index))) });
const other = pino({}, pino.multistream(twenty.map((index) => ({ stream: jackdaw(options(20 + index)) }))));
const clients = twenty.map((index) => createClient(options(40 + index)));
logger.error('failed');
other.error('failed');
for (const client of clients) client.captureMessage('failed');
`;

it('F14: 60 transports in one process warn of no leak, and deliver', async () => {
  await using server = await startScriptedServer();
  const { code, stderr } = await runScript(MANY, [server.dsn]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(server.requests).toHaveLength(60);
});
