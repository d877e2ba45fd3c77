/** The process behind receiver.mjs: takes envelopes as a server would, in good and in bad times. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { failuresIn, openEnvelope } from './envelope.mjs';

const SLOW_MS = 200;
const countsFailures = process.argv[2] === 'true';

let events = new Set();
let failures = new Set();
let bytes = 0;
let last;
let delayMs = 0;
let limitedUntil = 0;
const expectations = new Set();

const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray().catch(() => []));
  // Who goes before the answer has sent it all the same.
  if (!request.complete) return;
  const leftMs = limitedUntil - Date.now();
  if (leftMs > 0) {
    response.writeHead(429, { 'retry-after': Math.ceil(leftMs / 1_000) }).end('{}');
    return;
  }
  take(body, request.headers['content-encoding']);
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  response.end('{}');
});
server.keepAliveTimeout = 60_000;
await listen(0);
const { port } = server.address();

function take(body, encoding) {
  const envelope = openEnvelope(body, encoding);
  if (envelope.header.event_id !== undefined) events.add(envelope.header.event_id);
  bytes += envelope.size;
  const found = countsFailures ? envelope.items().flatMap(failuresIn) : [];
  if (found.length === 0) return;
  for (const failure of found) failures.add(failure);
  last = Date.now();
  for (const expectation of expectations) {
    if (failures.size >= expectation.wanted) expectation.met();
  }
}

async function listen(on) {
  server.listen(on, '127.0.0.1');
  await once(server, 'listening');
}

async function die() {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

const questions = {
  port: () => port,
  received: () => ({ events: events.size, failures: failures.size, bytes, last }),
  arrival: (wanted, timeoutMs) =>
    new Promise((resolve) => {
      const met = () => {
        clearTimeout(timer);
        expectations.delete(expectation);
        resolve();
      };
      const timer = setTimeout(met, timeoutMs);
      const expectation = { wanted, met };
      expectations.add(expectation);
      if (failures.size >= wanted) met();
    }),
  async behave(behaviour, forMs) {
    [events, failures, bytes, last] = [new Set(), new Set(), 0, undefined];
    delayMs = behaviour === 'slow' ? SLOW_MS : 0;
    limitedUntil = behaviour === 'limited' ? Date.now() + forMs : 0;
    if (behaviour === 'dead' || behaviour === 'returning') await die();
    if (behaviour === 'returning') setTimeout(() => listen(port), forMs);
  },
};

process.on('message', async ({ id, name, args }) => {
  const value = await questions[name](...args);
  // Who asked may be gone by now.
  if (process.connected) process.send({ id, value }, () => {});
});
process.on('disconnect', () => process.exit());
