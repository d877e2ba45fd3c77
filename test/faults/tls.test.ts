import { expect, it } from 'vitest';
import { httpTransport } from '../../src/transport/http-transport.js';
import { Bench } from '../support/bench.js';
import { makeCertificate } from '../support/certificate.js';
import { runSender } from '../support/child-sender.js';
import { answer, raw, sequence, startScriptedServer } from '../support/scripted-server.js';

it('an https DSN delivers, through a 100 Continue as well', async () => {
  using certificate = makeCertificate();
  const otherwise = sequence(raw('HTTP/1.1 100 Continue\r\n\r\n'), answer(200));
  await using server = await startScriptedServer({ tls: certificate, otherwise });
  expect(server.dsn).toMatch(/^https:/);
  const env = { NODE_EXTRA_CA_CERTS: certificate.path };
  const { code, stdout, stderr } = await runSender(server.dsn, { flush: true, env });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'delivered\nflushed\n', stderr: '' });
  expect(server.requests).toHaveLength(1);
});

it('A25: a certificate that nobody vouches for is refused, without falling back to plain text', async () => {
  using certificate = makeCertificate();
  await using server = await startScriptedServer({ tls: certificate });
  await using bench = new Bench(httpTransport, server.dsn);
  await bench.deliver();
  expect(bench.outcomes).toEqual(['network_error']);
  expect(bench.errors[0]?.message).toContain('self-signed certificate');
  expect(server.requests).toEqual([]);
});

it.each([
  ['has expired', -1, 'IP:127.0.0.1'],
  ['is for another host', 1, 'IP:127.0.0.2'],
])('A25: a certificate that is vouched for but %s is refused', async (_name, days, names) => {
  using certificate = makeCertificate(days, names);
  await using server = await startScriptedServer({ tls: certificate });
  const { stdout } = await runSender(server.dsn, { flush: true, env: { NODE_EXTRA_CA_CERTS: certificate.path } });
  expect(stdout).toBe('network_error\nflushed\n');
  expect(server.requests).toEqual([]);
});
