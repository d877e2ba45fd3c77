import { expect, it } from 'vitest';
import { httpTransport } from '../../src/transport/http-transport.js';
import { Bench, eventEnvelope } from '../support/bench.js';
import { startScriptedServer } from '../support/scripted-server.js';

it('C20: of 100,000 errors in one tick those that would be shed are refused unbuilt', async () => {
  await using server = await startScriptedServer();
  await using bench = new Bench(httpTransport, server.dsn);
  while (bench.transport.admits?.('error')) bench.send();
  expect(bench.handedOver).toBe(1_000);

  let refused = 0;
  for (let index = 0; index < 100_000; index++) if (bench.transport.admits?.('error') === false) refused++;
  expect(refused).toBe(100_000);

  await bench.deliver();
  expect(bench.count('queue_overflow')).toBe(1);
  expect(bench.count('delivered')).toBe(1_000);
  expect(bench.balanced).toBe(true);
});

it('P28: of a burst of 20,000 errors of 30 KB at least 500 are delivered and the others are counted', async () => {
  await using server = await startScriptedServer();
  await using bench = new Bench(httpTransport, server.dsn);
  const payload = eventEnvelope('error', 30_000).items;
  let refused = 0;
  for (let index = 0; index < 20_000; index++) {
    if (bench.transport.admits?.('error')) bench.send({ ...eventEnvelope(), items: payload });
    else refused++;
  }
  expect(await bench.transport.close(20_000)).toBe(true);
  expect(bench.count('delivered')).toBeGreaterThanOrEqual(500);
  expect(bench.settled.length + refused).toBe(20_000);
  expect(server.requests).toHaveLength(bench.count('delivered'));
}, 30_000);
