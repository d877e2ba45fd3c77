import { expect, it } from 'vitest';
import { runSender } from '../support/child-sender.js';
import { answer, delay, never, type Reply, sequence, startScriptedServer } from '../support/scripted-server.js';

it('P3: a process that has nothing else to do ends, although a request is under way', async () => {
  await using server = await startScriptedServer({ otherwise: never() });
  const { code, stdout, stderr, ms } = await runSender(server.dsn);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(ms).toBeLessThan(4_000);
  expect(server.requests).toHaveLength(1);
});

it('P3: nor does a destination that refuses connections hold it up', async () => {
  const server = await startScriptedServer();
  const { dsn } = server;
  await server.close();
  const { code, stdout, stderr, ms } = await runSender(dsn, { count: 500 });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('network_error');
  // It would take the rest of its time if each failure led to the next attempt at once.
  expect(stdout.split('\n').length).toBeLessThan(500);
  expect(ms).toBeLessThan(4_000);
});

it.each<[string, Reply]>([
  ['at once', answer(200)],
  ['after a second', sequence(delay(1_000), answer(200))],
])('a flush that is waited for keeps the process until the answer comes %s', async (_name, otherwise) => {
  await using server = await startScriptedServer({ otherwise });
  const { code, stdout, stderr } = await runSender(server.dsn, { flush: true });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'delivered\nflushed\n', stderr: '' });
});
