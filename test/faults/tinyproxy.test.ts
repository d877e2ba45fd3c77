import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { httpTransport } from '../../src/transport/http-transport.js';
import { parseProxy } from '../../src/transport/proxy.js';
import { Bench, eventEnvelope } from '../support/bench.js';
import { makeCertificate } from '../support/certificate.js';
import { reportOf } from '../support/run-ending.js';
import { type ScriptedServer, startScriptedServer } from '../support/scripted-server.js';
import { hasTinyproxy, startTinyproxy, type Tinyproxy } from '../support/tinyproxy.js';

vi.setConfig({ testTimeout: 30_000 });

if (!hasTinyproxy) console.warn('tinyproxy is not installed: the tests with a proxy that others wrote are SKIPPED');

describe.skipIf(!hasTinyproxy)("A23: Debian's tinyproxy", () => {
  const certificate = makeCertificate();
  let secure: ScriptedServer;
  let plain: ScriptedServer;
  let proxy: Tinyproxy;

  beforeAll(async () => {
    secure = await startScriptedServer({ tls: certificate });
    plain = await startScriptedServer();
    proxy = await startTinyproxy('me', 'hush', secure.port);
  });

  afterAll(async () => {
    await Promise.all([secure.close(), plain.close()]);
    await proxy[Symbol.asyncDispose]();
    certificate[Symbol.dispose]();
  });

  function url(password = 'hush'): string {
    return `http://me:${password}@127.0.0.1:${proxy.port}`;
  }

  it('opens a way to an https server, which is used again', async () => {
    const before = secure.connections;
    await using bench = new Bench(httpTransport, secure.dsn, {
      proxy: parseProxy(url()),
      ca: [certificate.cert],
      concurrency: 1,
    });
    for (let round = 0; round < 5; round++) await bench.deliver(eventEnvelope('error', 200_000));
    expect(bench.outcomes).toEqual(Array(5).fill('delivered'));
    expect(secure.connections).toBe(before + 1);
    expect(proxy.log()).toContain(`CONNECT 127.0.0.1:${secure.port} HTTP/1.1`);
  });

  it('passes plain requests on', async () => {
    await using bench = new Bench(httpTransport, plain.dsn, { proxy: parseProxy(url()) });
    await bench.deliver();
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered', 'delivered']);
    expect(plain.requests[0]?.target).toBe('/api/1/envelope/');
    expect(plain.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    expect(proxy.log()).toContain(`POST http://127.0.0.1:${plain.port}/api/1/envelope/ HTTP/1.1`);
  });

  it('opens none to a port that it does not allow', async () => {
    await using bench = new Bench(httpTransport, plain.dsn.replace('http', 'https'), { proxy: parseProxy(url()) });
    await bench.deliver();
    expect(bench.outcomes).toEqual(['network_error']);
    expect(bench.warnings[0]).toMatchObject({
      code: 'JACKDAW_PROXY_REFUSED',
      message: expect.stringContaining('it answered 403'),
    });
  });

  it.each([
    ['https', 'network_error', 'JACKDAW_PROXY_REFUSED', 'it answered 401'],
    // Where 407 would be right: nobody can tell whether this is the proxy's word or the server's.
    ['http', 'send_error', 'JACKDAW_CREDENTIALS_REFUSED', 'and the proxy, which may have said it'],
  ])('knows no other password, to a server with %s', async (scheme, outcome, code, message) => {
    const { dsn, requests } = scheme === 'http' ? plain : secure;
    const before = requests.length;
    await using bench = new Bench(httpTransport, dsn, { proxy: parseProxy(url('wrong')), ca: [certificate.cert] });
    await bench.deliver();
    expect(bench.outcomes).toEqual([outcome]);
    expect(bench.warnings[0]).toEqual({ code, message: expect.stringContaining(message) });
    expect(requests).toHaveLength(before);
  });

  it.each(['http', 'https'])('serves the drain at the exit, to a server with %s', async (scheme) => {
    const { dsn } = scheme === 'http' ? plain : secure;
    const options = { proxy: url(), ca: certificate.cert };
    const end = await reportOf('none', 'process.exit(3)', { dsn, options, count: 10 });
    expect(end).toMatchObject({ code: 3, stderr: '', delivered: { error: 10 } });
  });
});
