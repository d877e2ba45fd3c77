import { expect, it } from 'vitest';
import { createClient } from '../../src/client/create-client.js';
import { httpTransport } from '../../src/transport/http-transport.js';
import { Bench, logEnvelope, RETRY } from '../support/bench.js';
import { makeCertificate } from '../support/certificate.js';
import { logRecord } from '../support/memory-client.js';
import { reportOf } from '../support/run-ending.js';
import { answer, startScriptedServer } from '../support/scripted-server.js';

const DSN = 'https://public:s3cret@sentry.invalid:8443/prefix/7';
const PUBLIC_DSN = 'https://public@sentry.invalid:8443/prefix/7';

it.each(['http', 'https'])(
  'posts to a tunnel with %s, which learns the destination from the envelope',
  async (scheme) => {
    using certificate = makeCertificate();
    await using server = await startScriptedServer(scheme === 'https' ? { tls: certificate } : {});
    const options = { tunnel: `${server.origin}/my/tunnel?to=here`, ca: [certificate.cert] };
    await using bench = new Bench(httpTransport, DSN, options);
    await bench.deliver();
    await bench.deliver(logEnvelope());
    expect(bench.outcomes).toEqual(['delivered', 'delivered']);
    for (const { target, envelope, headers, raw } of server.requests) {
      expect(target).toBe('/my/tunnel?to=here');
      expect(envelope?.header['dsn']).toBe(PUBLIC_DSN);
      expect(envelope?.header['sent_at']).toEqual(expect.any(String));
      expect(headers).not.toHaveProperty('x-sentry-auth');
      expect(headers['content-type']).toBe('application/x-sentry-envelope');
      expect(raw.toString()).not.toContain('s3cret');
    }
  },
);

it('P10: the drain at the exit uses it, too', async () => {
  await using server = await startScriptedServer();
  const options = { tunnel: `${server.origin}/tunnel` };
  const end = await reportOf('none', 'process.exit(3)', { dsn: DSN, options });
  expect(end).toMatchObject({ code: 3, stderr: '', delivered: { error: 1 } });
  expect(server.requests.map(({ target, envelope }) => [target, envelope?.header['dsn']])).toEqual([
    ['/tunnel', PUBLIC_DSN],
  ]);
  expect(server.requests[0]?.headers).not.toHaveProperty('x-sentry-auth');
});

it.each([
  [302, 'JACKDAW_REDIRECT', 'put the final address into the option tunnel'],
  [404, 'JACKDAW_CREDENTIALS_REFUSED', 'check the key and the project of the DSN, and the option tunnel'],
])('P20: an answer of %i names the tunnel, and nothing is followed', async (status, code, advice) => {
  await using server = await startScriptedServer({ otherwise: answer(status, { location: '/elsewhere' }) });
  await using bench = new Bench(httpTransport, DSN, { tunnel: `${server.origin}/tunnel`, retry: RETRY });
  await bench.deliver();
  expect(bench.outcomes).toEqual(['send_error']);
  expect(bench.warnings).toEqual([{ code, message: expect.stringContaining(advice) }]);
  expect(bench.warnings[0]?.message).toContain(`127.0.0.1:${server.port} answered ${status}`);
  expect(server.requests).toHaveLength(1);
});

it('limits of the tunnel hold, and client reports go through it', async () => {
  const limited = answer(200, { 'x-sentry-rate-limits': '60:log_item' });
  await using server = await startScriptedServer({ replies: [limited] });
  const client = createClient({ dsn: DSN, tunnel: `${server.origin}/tunnel`, logLevel: 'info', eventLevel: false });
  client.captureRecord(logRecord());
  await client.flush();
  client.captureRecord(logRecord());
  expect(await client.close(500)).toBe(false);
  expect(client.stats().dropped).toEqual({ ratelimit_backoff: { log_item: 1 } });
  const types = server.requests.flatMap(({ envelope }) => envelope?.items.map(({ header }) => header['type']));
  expect(types).toEqual(['log', 'client_report']);
  expect(server.requests[1]?.envelope?.header['dsn']).toBe(PUBLIC_DSN);
});
