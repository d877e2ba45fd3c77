import { expect, it, vi } from 'vitest';
import { httpTransport } from '../../src/transport/http-transport.js';
import { Bench, RETRY } from '../support/bench.js';
import { makeCertificate } from '../support/certificate.js';
import { runScript } from '../support/child-script.js';
import { runSender } from '../support/child-sender.js';
import { reportOf } from '../support/run-ending.js';
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

it.each([
  ['nobody vouches for', 1, 'IP:127.0.0.1', false, 'self-signed certificate'],
  ['has expired', -1, 'IP:127.0.0.1', true, 'certificate has expired'],
  ['is for another host', 1, 'IP:127.0.0.2', true, "does not match certificate's altnames"],
])(
  'A25: a certificate that %s is refused with the reason, without falling back to plain text',
  async (_name, days, names, isKnown, reason) => {
    using certificate = makeCertificate(days, names);
    await using server = await startScriptedServer({ tls: certificate });
    await using bench = new Bench(httpTransport, server.dsn, isKnown ? { ca: [certificate.cert] } : {});
    await bench.deliver();
    expect(bench.outcomes).toEqual(['network_error']);
    expect(bench.errors).toEqual([expect.objectContaining({ code: 'JACKDAW_TLS_REFUSED' })]);
    expect(bench.errors[0]?.message).toContain(`127.0.0.1:${server.port} is not trusted: `);
    expect(bench.errors[0]?.message).toContain(reason);
    expect(bench.warnings[0]?.code).toBe('JACKDAW_TLS_REFUSED');
    expect(server.requests).toEqual([]);
  },
);

it('A25: what waits for a certificate to be renewed is delivered then, and the user knows at once', async () => {
  using expired = makeCertificate(-1);
  using renewed = makeCertificate();
  const server = await startScriptedServer({ tls: expired });
  const { port } = server;
  const options = { ca: [expired.cert, renewed.cert], retry: RETRY };
  await using bench = new Bench(httpTransport, server.dsn, options);
  bench.send();
  await vi.waitFor(() => expect(bench.warnings).not.toHaveLength(0));
  expect(bench.pending).toBe(1);
  await server.close();
  await using next = await startScriptedServer({ tls: renewed, port });
  expect(await bench.transport.flush(10_000)).toBe(true);
  expect(bench.outcomes).toEqual(['delivered']);
  expect(next.requests).toHaveLength(1);
});

it("an authority of the option ca is trusted, and Node's are not any more", async () => {
  using certificate = makeCertificate();
  using other = makeCertificate();
  await using server = await startScriptedServer({ tls: certificate });
  await using friend = new Bench(httpTransport, server.dsn, { ca: [other.cert, certificate.cert] });
  await friend.deliver();
  expect(friend.outcomes).toEqual(['delivered']);
  const { stdout } = await runScript(
    `const { createClient } = require('./dist/index.js');
    const client = createClient({ dsn: process.argv[1], ca: process.argv[2] });
    client.captureMessage('it');
    client.close().then(() => console.log(client.stats().delivered.error));`,
    [server.dsn, other.path],
    { env: { NODE_EXTRA_CA_CERTS: certificate.path } },
  );
  expect(stdout).toBe('0\n');
  expect(server.requests).toHaveLength(1);
});

it('P10: the drain at the exit trusts the same authorities', async () => {
  using certificate = makeCertificate();
  await using server = await startScriptedServer({ tls: certificate });
  const end = await reportOf('none', 'process.exit(3)', { dsn: server.dsn, options: { ca: certificate.path } });
  expect(end).toMatchObject({ code: 3, stderr: '', delivered: { error: 1 } });
  const stranger = await reportOf('none', 'process.exit(3)', { dsn: server.dsn, options: { debug: true } });
  expect(stranger.dropped).toEqual({ network_error: { error: 1 } });
  expect(stranger.stderr).toContain(`127.0.0.1:${server.port} is not trusted: self-signed certificate`);
});

it('P21, A26: NODE_TLS_REJECT_UNAUTHORIZED=0 relaxes nothing, at the exit neither', async () => {
  using certificate = makeCertificate();
  await using server = await startScriptedServer({ tls: certificate });
  const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
  const { stdout } = await runSender(server.dsn, { flush: true, env });
  expect(stdout).toBe('network_error\nflushed\n');
  const end = await reportOf('none', 'process.exit(3)', { dsn: server.dsn, env });
  expect(end).toMatchObject({ code: 3, dropped: { network_error: { error: 1 } } });
  expect(server.requests).toEqual([]);
});
