import { describe, expect, it, vi } from 'vitest';
import { createClient } from '../../src/client/create-client.js';
import { httpTransport } from '../../src/transport/http-transport.js';
import { parseProxy } from '../../src/transport/proxy.js';
import { Bench, RETRY } from '../support/bench.js';
import { makeCertificate } from '../support/certificate.js';
import { runScript } from '../support/child-script.js';
import { closedPort } from '../support/closed-port.js';
import { type ProxyServer, startProxy } from '../support/proxy-server.js';
import { reportOf } from '../support/run-ending.js';
import { answer, never, startScriptedServer } from '../support/scripted-server.js';

// Some of them run processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

const PASSWORD = 'p@ss:w0rd';

function withPassword({ url }: ProxyServer, password = PASSWORD): string {
  return url.replace('//', `//me:${encodeURIComponent(password)}@`);
}

/** All that anybody is told about a client's or a transport's failures. */
function told({ errors, warnings }: Bench): string {
  return JSON.stringify([warnings, errors.map(({ message, stack, cause }) => [message, stack, String(cause)])]);
}

describe('A23: the way through a proxy', () => {
  it('opens a way to an https server, and none in between can read along', async () => {
    using certificate = makeCertificate();
    await using server = await startScriptedServer({ tls: certificate });
    await using proxy = await startProxy({ credentials: `me:${PASSWORD}` });
    const options = { proxy: parseProxy(withPassword(proxy)), ca: [certificate.cert], concurrency: 1 };
    await using bench = new Bench(httpTransport, server.dsn, options);
    await bench.deliver();
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered', 'delivered']);
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${server.port}`]);
    // The server knows nothing of it.
    expect(Object.keys(server.requests[0]!.headers).filter((name) => name.startsWith('proxy'))).toEqual([]);
    expect(server.connections).toBe(1);
  });

  it('has plain requests passed on, as proxies allow no other way to most ports', async () => {
    await using server = await startScriptedServer();
    await using proxy = await startProxy({ credentials: `me:${PASSWORD}` });
    await using bench = new Bench(httpTransport, server.dsn, { proxy: parseProxy(withPassword(proxy)) });
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered']);
    expect(proxy.asked).toEqual([`POST ${server.origin}/api/1/envelope/`]);
    expect(server.requests[0]?.headers).toMatchObject({ host: `127.0.0.1:${server.port}` });
    expect(server.requests[0]?.headers['x-sentry-auth']).toContain('sentry_key=public');
  });

  it.each(['http', 'https'])('speaks TLS with the proxy itself, to a server with %s', async (scheme) => {
    using certificate = makeCertificate(1, 'IP:127.0.0.1,DNS:localhost');
    await using server = await startScriptedServer(scheme === 'https' ? { tls: certificate } : {});
    await using proxy = await startProxy({ tls: certificate, credentials: `me:${PASSWORD}` });
    const proxyUrl = withPassword(proxy).replace('127.0.0.1', 'localhost');
    const options = { proxy: parseProxy(proxyUrl), ca: [certificate.cert] };
    await using bench = new Bench(httpTransport, server.dsn, options);
    await bench.deliver();
    expect(bench.errors).toEqual([]);
    expect(bench.outcomes).toEqual(['delivered']);
    expect(proxy.asked).toHaveLength(1);
  });

  it('reaches an IPv6 address', async () => {
    using certificate = makeCertificate(1, 'IP:::1');
    await using server = await startScriptedServer({ tls: certificate, host: '::1' });
    await using proxy = await startProxy();
    const options = { proxy: parseProxy(proxy.url), ca: [certificate.cert] };
    await using bench = new Bench(httpTransport, server.dsn, options);
    await bench.deliver();
    expect(bench.outcomes).toEqual(['delivered']);
    expect(proxy.asked).toEqual([`CONNECT [::1]:${server.port}`]);
  });

  it('verifies the certificate of the server behind it', async () => {
    using certificate = makeCertificate();
    await using server = await startScriptedServer({ tls: certificate });
    await using proxy = await startProxy();
    await using bench = new Bench(httpTransport, server.dsn, { proxy: parseProxy(proxy.url) });
    await bench.deliver();
    expect(bench.outcomes).toEqual(['network_error']);
    expect(bench.warnings[0]).toMatchObject({ code: 'JACKDAW_TLS_REFUSED' });
    expect(server.requests).toEqual([]);
  });
});

describe.each(['http', 'https'])('A23: a proxy on the way to a server with %s', (scheme) => {
  it('that knows no such user gets one warning, no request passes, and the password is never shown', async () => {
    using certificate = makeCertificate();
    await using server = await startScriptedServer(scheme === 'https' ? { tls: certificate } : {});
    await using proxy = await startProxy({ credentials: 'me:another' });
    const options = { proxy: parseProxy(withPassword(proxy)), ca: [certificate.cert] };
    await using bench = new Bench(httpTransport, server.dsn, options);
    await bench.deliver();
    expect(bench.outcomes).toEqual(['network_error']);
    expect(server.requests).toEqual([]);
    expect(new Set(bench.warnings.map(({ code }) => code))).toEqual(new Set(['JACKDAW_PROXY_REFUSED']));
    expect(bench.warnings[0]?.message).toBe(
      `127.0.0.1:${server.port} (through the proxy 127.0.0.1:${proxy.port}) is out of reach: ` +
        'it answered 407: it wants a user and a password, as in http://<user>:<password>@<host>',
    );
    const secret = Buffer.from(`me:${PASSWORD}`).toString('base64');
    expect(proxy.authorizations).toEqual([`Basic ${secret}`]);
    for (const text of [PASSWORD, encodeURIComponent(PASSWORD), secret]) expect(told(bench)).not.toContain(text);
  });

  it('that lets us pass later gets what waited, as after an outage', async () => {
    using certificate = makeCertificate();
    await using server = await startScriptedServer(scheme === 'https' ? { tls: certificate } : {});
    await using proxy = await startProxy({ credentials: 'me:another' });
    const options = { proxy: parseProxy(withPassword(proxy)), ca: [certificate.cert], retry: RETRY };
    await using bench = new Bench(httpTransport, server.dsn, options);
    bench.send();
    await vi.waitFor(() => expect(bench.errors).toHaveLength(1));
    expect(bench.pending).toBe(1);
    // Nobody changes that but the user, who is told before anything is lost.
    expect(bench.warnings).toHaveLength(1);
    proxy.script = { credentials: `me:${PASSWORD}` };
    expect(await bench.transport.flush(10_000)).toBe(true);
    expect(bench.outcomes).toEqual(['delivered']);
  });

  it('that is down counts as a server that is, and is tried again', async () => {
    using certificate = makeCertificate();
    await using server = await startScriptedServer(scheme === 'https' ? { tls: certificate } : {});
    const proxy = parseProxy(`http://me:${encodeURIComponent(PASSWORD)}@127.0.0.1:${await closedPort()}`);
    const options = { proxy, ca: [certificate.cert], retry: RETRY };
    await using bench = new Bench(httpTransport, server.dsn, options);
    bench.send();
    await vi.waitFor(() => expect(bench.errors.length).toBeGreaterThan(1), 10_000);
    expect(bench.errors[0]).toMatchObject({
      code: 'JACKDAW_UNREACHABLE',
      message: expect.stringMatching(/ \(through the proxy 127\.0\.0\.1:\d+\) did not answer: connect ECONNREFUSED /),
    });
    expect(bench.pending).toBe(1);
    expect(told(bench)).not.toContain(PASSWORD);
    // Not round it, either.
    expect(server.connections).toBe(0);
  });
});

describe('A23: a proxy that opens no way', () => {
  it.each<[string, (socket: { write(text: string): void; end(text?: string): void; destroy(): void }) => void, string]>(
    [
      ['says it is not allowed', (socket) => socket.end('HTTP/1.1 403 No\r\n\r\n'), 'JACKDAW_PROXY_REFUSED'],
      ['wants a login', (socket) => socket.end('HTTP/1.1 407 No\r\n\r\n<html>'), 'JACKDAW_PROXY_REFUSED'],
      ['cannot reach the server', (socket) => socket.end('HTTP/1.1 502 No\r\n\r\n'), 'JACKDAW_UNREACHABLE'],
      ['speaks no HTTP', (socket) => socket.end('220 welcome\r\n\r\n'), 'JACKDAW_UNREACHABLE'],
      ['never ends its answer', (socket) => socket.write('x'.repeat(20_000)), 'JACKDAW_UNREACHABLE'],
      ['hangs up', (socket) => socket.destroy(), 'JACKDAW_UNREACHABLE'],
      ['hangs up within its answer', (socket) => socket.end('HTTP/1.1 2'), 'JACKDAW_UNREACHABLE'],
      ['hangs up when TLS begins', (socket) => socket.end('HTTP/1.1 200 Yes\r\n\r\n'), 'JACKDAW_UNREACHABLE'],
      ['speaks no TLS then', (socket) => socket.write('HTTP/1.1 200 Yes\r\n\r\nhello'), 'JACKDAW_UNREACHABLE'],
    ],
  )('and %s costs one attempt, and the next one passes', async (_name, onConnect, code) => {
    using certificate = makeCertificate();
    await using server = await startScriptedServer({ tls: certificate });
    await using proxy = await startProxy({ onConnect });
    const options = { proxy: parseProxy(proxy.url), ca: [certificate.cert], requestTimeoutMs: 2_000, concurrency: 1 };
    await using bench = new Bench(httpTransport, server.dsn, options);
    await bench.deliver();
    expect(bench.outcomes).toEqual(['network_error']);
    expect(bench.errors).toEqual([expect.objectContaining({ code })]);
    proxy.script = {};
    await bench.deliver();
    expect(bench.outcomes).toEqual(['network_error', 'delivered']);
    expect(bench.balanced).toBe(true);
  });

  it.each<[string, (socket: { write(text: string): void }) => void]>([
    ['never answers', () => {}],
    ['is silent when TLS begins', (socket) => socket.write('HTTP/1.1 200 Yes\r\n\r\n')],
  ])('and %s holds a request no longer than its time', async (_name, onConnect) => {
    await using proxy = await startProxy({ onConnect });
    const options = { proxy: parseProxy(proxy.url), requestTimeoutMs: 400, concurrency: 1 };
    await using bench = new Bench(httpTransport, 'https://public@jackdaw.invalid/1', options);
    for (let round = 1; round <= 2; round++) {
      const start = performance.now();
      await bench.deliver();
      expect(performance.now() - start).toBeLessThan(2_000);
      await vi.waitFor(() => expect(proxy.sockets.size).toBe(0));
    }
    expect(bench.outcomes).toEqual(['network_error', 'network_error']);
    expect(bench.errors[0]?.message).toContain('no connection within 400 ms');
    expect(proxy.asked).toHaveLength(2);
  });
});

describe('A23, A24: the variables of the environment', () => {
  const NONE = Object.fromEntries(
    ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy', 'NO_PROXY', 'no_proxy'].map(
      (name) => [name, undefined],
    ),
  );
  const SCRIPT = `
    const { createClient } = require('./dist/index.js');
    const client = createClient({ dsn: process.argv[1], ...JSON.parse(process.argv[2]) });
    client.captureMessage('it');
    client.close().then(() => console.log(JSON.stringify(client.stats().delivered)));`;

  async function send(dsn: string, options: object, env: NodeJS.ProcessEnv) {
    return runScript(SCRIPT, [dsn, JSON.stringify(options)], { env: { ...NONE, ...env } });
  }

  it.each([
    ['HTTP_PROXY', {}, 1],
    ['http_proxy', {}, 1],
    ['ALL_PROXY', {}, 1],
    ['HTTPS_PROXY', {}, 0],
    ['HTTP_PROXY', { NO_PROXY: 'localhost,127.0.0.1' }, 0],
    ['HTTP_PROXY', { no_proxy: '7.0.0.1' }, 1],
    ['HTTP_PROXY', { REQUEST_METHOD: 'GET' }, 0],
  ])("%s with %j counts with proxy: 'env'", async (name, env, count) => {
    await using server = await startScriptedServer();
    await using proxy = await startProxy();
    const { stdout } = await send(server.dsn, { proxy: 'env' }, { [name]: proxy.url, ...env });
    expect(JSON.parse(stdout)).toMatchObject({ error: 1 });
    expect(proxy.asked).toHaveLength(count);
  });

  it('count only then', async () => {
    await using server = await startScriptedServer();
    await using proxy = await startProxy();
    const { stdout } = await send(server.dsn, {}, { HTTP_PROXY: proxy.url, ALL_PROXY: proxy.url });
    expect(JSON.parse(stdout)).toMatchObject({ error: 1 });
    expect(proxy.asked).toEqual([]);
  });

  it('name the one proxy that does not let us pass in one warning on stderr, without its password', async () => {
    await using server = await startScriptedServer();
    await using proxy = await startProxy({ credentials: 'me:another' });
    const { stderr } = await send(server.dsn, { proxy: 'env' }, { HTTP_PROXY: withPassword(proxy) });
    expect(stderr.match(/JACKDAW_PROXY_REFUSED/g)).toHaveLength(1);
    expect(stderr).not.toMatch(new RegExp(`${PASSWORD}|${encodeURIComponent(PASSWORD)}`));
  });
});

describe('A23, P10: the drain at the exit', () => {
  it.each(['http', 'https'])('goes through the proxy, to a server with %s', async (scheme) => {
    using certificate = makeCertificate();
    await using server = await startScriptedServer(scheme === 'https' ? { tls: certificate } : {});
    await using proxy = await startProxy({ credentials: `me:${PASSWORD}` });
    const options = { proxy: withPassword(proxy), ca: certificate.cert };
    const end = await reportOf('none', 'process.exit(3)', { dsn: server.dsn, options, count: 20 });
    expect(end).toMatchObject({ code: 3, stderr: '', delivered: { error: 20 } });
    expect(proxy.asked.length).toBe(scheme === 'https' ? server.connections : 20);
    expect(server.connections).toBeLessThanOrEqual(20);
  });

  it('speaks TLS with the proxy, too', async () => {
    using certificate = makeCertificate(1, 'IP:127.0.0.1,DNS:localhost');
    await using proxy = await startProxy({ tls: certificate });
    for (const tls of [undefined, certificate]) {
      await using server = await startScriptedServer(tls ? { tls } : {});
      const options = { proxy: proxy.url.replace('127.0.0.1', 'localhost'), ca: certificate.cert };
      const end = await reportOf('none', 'process.exit(3)', { dsn: server.dsn, options });
      expect(end.delivered).toMatchObject({ error: 1 });
    }
    expect(proxy.asked).toHaveLength(2);
  });

  it.each(['http', 'https'])('never goes round it, to a server with %s', async (scheme) => {
    using certificate = makeCertificate();
    await using server = await startScriptedServer(scheme === 'https' ? { tls: certificate } : {});
    await using proxy = await startProxy({ credentials: 'me:another' });
    const options = { proxy: withPassword(proxy), ca: certificate.cert, debug: true };
    const end = await reportOf('none', 'process.exit(3)', { dsn: server.dsn, options });
    expect(end).toMatchObject({ code: 3, dropped: { network_error: { error: 1 } } });
    expect(end.stderr).toContain('is out of reach: it answered 407');
    expect(end.stderr).not.toContain(PASSWORD);
    expect(server.connections).toBe(0);
  });

  it('ends in time where the proxy never answers', async () => {
    await using proxy = await startProxy({ onConnect: () => {} });
    const options = { proxy: proxy.url, shutdownTimeoutMs: 500 };
    const end = await reportOf('none', 'process.exit(3)', { dsn: 'https://public@jackdaw.invalid/1', options });
    expect(end).toMatchObject({ code: 3, dropped: { network_error: { error: 1 } } });
    expect(end.exitMs).toBeLessThan(900);
  });
});

it('P3: a proxy keeps no process alive that has nothing else to do', async () => {
  using certificate = makeCertificate();
  await using server = await startScriptedServer({ tls: certificate, otherwise: never() });
  await using proxy = await startProxy();
  for (const script of [{}, { onConnect: () => {} }]) {
    proxy.script = script;
    const options = { proxy: proxy.url, ca: certificate.cert, shutdownTimeoutMs: 300, drainOnExit: false };
    const start = performance.now();
    const end = await reportOf('none', 'the natural end', { dsn: server.dsn, options });
    expect(end.code).toBe(0);
    expect(performance.now() - start).toBeLessThan(4_000);
  }
});

it('D20: a wrong proxy is told without its text', () => {
  const dsn = 'https://public@127.0.0.1:9/1';
  for (const proxy of [
    `socks5://me:${PASSWORD}@host`,
    `http://me:%zz${PASSWORD}@host`,
    `http://me:${PASSWORD}@ho st`,
  ]) {
    let thrown: unknown;
    try {
      createClient({ dsn, proxy });
    } catch (error) {
      thrown = error;
    }
    expect(String((thrown as Error).message)).toContain('proxy must be the URL of a proxy');
    expect(String((thrown as Error).stack)).not.toContain('w0rd');
  }
});

it('a proxy that repeats the password in its answer does not bring it into a message', async () => {
  const token = Buffer.from(`me:${PASSWORD}`).toString('base64');
  await using proxy = await startScriptedServer({ otherwise: answer(400, {}, `you said ${token}, ${PASSWORD}`) });
  const options = { proxy: parseProxy(proxy.origin.replace('//', `//me:${encodeURIComponent(PASSWORD)}@`)) };
  await using bench = new Bench(httpTransport, 'http://public@jackdaw.invalid/1', options);
  await bench.deliver();
  expect(bench.errors[0]?.message).toContain('answered 400 (you said ***, ***)');
});
