import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { httpTransport } from '../../src/transport/http-transport.js';
import { Bench } from '../support/bench.js';
import { never, type ScriptedServer, startScriptedServer } from '../support/scripted-server.js';

describe('F06: odd timeouts', () => {
  it.each([0, -1, Number.NaN, Number.NEGATIVE_INFINITY])('flush and close with %d end at once', async (timeoutMs) => {
    await using server = await startScriptedServer({ otherwise: never() });
    await using bench = new Bench(httpTransport, server.dsn);
    bench.send();
    const start = performance.now();
    expect(await bench.transport.flush(timeoutMs)).toBe(false);
    expect(await bench.transport.close(timeoutMs)).toBe(false);
    expect(performance.now() - start).toBeLessThan(500);
    expect(bench.outcomes).toEqual(['network_error']);
  });

  it.each([Number.POSITIVE_INFINITY, 1e12, 2 ** 31])(
    'flush and close with %d wait until all is settled',
    async (timeoutMs) => {
      await using server = await startScriptedServer();
      await using bench = new Bench(httpTransport, server.dsn);
      bench.send();
      expect(await bench.transport.flush(timeoutMs)).toBe(true);
      bench.send();
      expect(await bench.transport.close(timeoutMs)).toBe(true);
      expect(bench.outcomes).toEqual(['delivered', 'delivered']);
    },
  );

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'flush with %d is true when nothing is open',
    async (timeoutMs) => {
      await using bench = new Bench(httpTransport, 'http://public@127.0.0.1:9/1');
      expect(await bench.transport.flush(timeoutMs)).toBe(true);
    },
  );
});

/** A server in a thread of its own answers while this one is blocked. */
const THREADED_SERVER = `
const { parentPort } = require('node:worker_threads');
const server = require('node:http').createServer((request, response) => {
  request.resume().on('end', () => {
    parentPort.postMessage('received');
    setTimeout(() => response.end('{}'), 50);
  });
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

it('F10: an answer that came while the event loop was blocked still counts when the time is over', async () => {
  const worker = new Worker(THREADED_SERVER, { eval: true });
  const [port] = await once(worker, 'message');
  await using bench = new Bench(httpTransport, `http://public@127.0.0.1:${port}/1`, { requestTimeoutMs: 400 });
  bench.send();
  await once(worker, 'message');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800);
  expect(await bench.transport.flush(5_000)).toBe(true);
  await worker.terminate();
  expect(bench.outcomes).toEqual(['delivered']);
});

/** What is in use after a collection, in bytes. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

async function cycle(server: ScriptedServer): Promise<void> {
  const bench = new Bench(httpTransport, server.dsn);
  bench.send();
  expect(await bench.transport.close(5_000)).toBe(true);
  // The server's own record of it is not what is measured.
  server.requests.length = 0;
}

it('F13: 1,000 transports that were opened, used and closed leave no socket, timer, listener or memory behind', async () => {
  await using server = await startScriptedServer();
  for (let round = 0; round < 200; round++) await cycle(server);
  await server.until(() => server.sockets.size === 0, 'all sockets closed');
  const [resources, listeners] = [process.getActiveResourcesInfo().sort(), process.eventNames().length];
  const heap = heapUsed();

  for (let round = 0; round < 1_000; round++) await cycle(server);

  await server.until(() => server.sockets.size === 0, 'all sockets closed');
  expect(server.connections).toBe(1_200);
  expect(process.getActiveResourcesInfo().sort()).toEqual(resources);
  expect(process.eventNames()).toHaveLength(listeners);
  expect(heapUsed() - heap).toBeLessThan(1024 * 1024);
}, 60_000);
