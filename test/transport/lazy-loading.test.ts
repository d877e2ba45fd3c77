import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { httpTransport } from '../../src/transport/http-transport.js';
import { Bench } from '../support/bench.js';
import { startScriptedServer } from '../support/scripted-server.js';

const { cache } = require;

function undiciFiles(): string[] {
  return Object.keys(cache).filter((path) => path.includes('/undici/'));
}

function forgetUndici(): void {
  for (const path of undiciFiles()) delete cache[path];
}

beforeEach(forgetUndici);
afterEach(forgetUndici);

it('P29: neither the import nor the construction nor the call of send loads undici', async () => {
  await using server = await startScriptedServer();
  await using bench = new Bench(httpTransport, server.dsn);
  bench.send();
  expect(undiciFiles()).toEqual([]);
  await bench.deliver();
  expect(undiciFiles()).not.toEqual([]);
});

it('P29: undici is loaded a second after construction, so that the first burst need not wait for it', async () => {
  const start = performance.now();
  await using _bench = new Bench(httpTransport, 'http://public@127.0.0.1:9/1');
  await vi.waitFor(() => expect(undiciFiles()).not.toEqual([]), { timeout: 3_000 });
  expect(performance.now() - start).toBeGreaterThan(990);
});
