import { describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../../src/cli/run.js';
import { startInbox } from '../../src/inbox/server.js';
import { makeCertificate } from '../support/certificate.js';
import { startProxy } from '../support/proxy-server.js';
import {
  answer,
  end,
  never,
  type Reply,
  raw,
  reset,
  type ScriptedServer,
  startScriptedServer,
} from '../support/scripted-server.js';
import { jackdaw, type Result, screenOf } from './terminal.js';

const KEY = 'e12d836b15bb49d7bbf99e64295d995b';
const SECRET = '5ec7e75ec7e75ec7';

function dsnOf({ port }: { readonly port: number }, protocol = 'http'): string {
  return `${protocol}://${KEY}:${SECRET}@127.0.0.1:${port}/42`;
}

/** Runs the command and checks what holds for every run: nothing secret is shown. */
async function test(args: readonly string[], env: Record<string, string> = {}): Promise<Result> {
  const result = await jackdaw(['test', ...args], env);
  expect(`${result.out}${result.err}`).not.toMatch(new RegExp(`${KEY}|${SECRET}`));
  return result;
}

/** The same against a server that does this about the event. */
async function testAgainst(reply: Reply, ...args: string[]): Promise<Result & { readonly server: ScriptedServer }> {
  const server = await startScriptedServer({ replies: [reply] });
  onTestFinished(() => server.close());
  return { ...(await test([dsnOf(server), ...args])), server };
}

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  await using server = await startScriptedServer();
  return server.port;
}

describe('jackdaw test that succeeds', () => {
  it('tells the event id, the status, how long it took and the limits', async () => {
    await using inbox = await startInbox();
    const { code, out, err } = await test([dsnOf(inbox), '--release', 'shop@1.2.3', '--environment', 'staging']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [item] = await inbox.waitFor(1);
    expect(out.split('\n')).toEqual([
      `envelopes   POST http://127.0.0.1:${inbox.port}/api/42/envelope/`,
      `event       ${item?.payload['event_id']}`,
      'release     shop@1.2.3',
      'environment staging',
      'status      200',
      expect.stringMatching(/^took {8}\d+ ms, connection included$/),
      'limits      none announced',
      'result      delivered: look for it in project 42',
      '',
    ]);
  });

  it('sends an error whose stack begins in a function that says what it is for', async () => {
    await using inbox = await startInbox();
    await test([dsnOf(inbox), '--message', 'hello', '--tag', 'team=shop', '--tag', 'formula=a=b', '--release', 'r1']);
    const [item] = await inbox.waitFor(1);
    expect(item?.payload).toMatchObject({
      level: 'error',
      release: 'r1',
      environment: 'production',
      tags: { team: 'shop', formula: 'a=b' },
      exception: { values: [{ type: 'Error', value: 'hello' }] },
    });
    const exception = item?.payload['exception'] as { values: { stacktrace: { frames: { function: string }[] } }[] };
    expect(exception.values[0]?.stacktrace.frames.at(-1)).toMatchObject({ function: 'failOnPurpose', in_app: true });
  });

  it('takes DSN, release and environment from the environment, and sends whatever the sample rate', async () => {
    await using inbox = await startInbox();
    const env = { SENTRY_DSN: dsnOf(inbox), SENTRY_RELEASE: 'r2', SENTRY_ENVIRONMENT: 'qa', SENTRY_SAMPLE_RATE: '0' };
    expect((await test([], env)).code).toBe(0);
    expect((await inbox.waitFor(1))[0]?.payload).toMatchObject({ release: 'r2', environment: 'qa' });
  });

  it('goes over http, and says so, where the DSN asks for another transport', async () => {
    await using inbox = await startInbox();
    const { code, out } = await test([dsnOf(inbox).replace('http', 'stdout+http')]);
    expect(code).toBe(0);
    expect(out).toMatch(/^warning {5}the DSN asks for the transport stdout, but this test goes over http$/m);
    expect(inbox.items()).toHaveLength(1);
  });

  it.each([
    ['10:error;log_item:key, 2700:default:organization', 'error for 10 s, log_item for 10 s, default for 2700 s'],
    ['60::organization', 'everything for 60 s'],
    ['60:metric_bucket:organization', 'none announced'],
  ])('with the limits %j announces %j', async (header, limits) => {
    const { code, out } = await testAgainst(answer(200, { 'x-sentry-rate-limits': header }));
    expect(code).toBe(0);
    expect(out).toContain(`limits      ${limits}\n`);
  });

  it('shows control characters of a release to nobody', async () => {
    const { out } = await testAgainst(answer(200), '--release', 'a\u001b[31m\nb\u202e');
    expect(out).toMatch(/^release {5}a b$/m);
  });
});

describe('jackdaw test that is refused', () => {
  it.each([
    [400, 'the server cannot read the event', 'https://'],
    [401, 'the server does not know the key', 'mistyped'],
    [403, 'the key may not send to project 42', 'disabled'],
    [404, /^nothing takes events at http:\/\/127\.0\.0\.1:\d+\/api\/42\/envelope\//, 'Host, path or project'],
    [405, 'nothing takes events at', 'Host, path or project'],
    [407, 'a proxy on the way asks for a login', 'proxy'],
    [410, 'nothing takes events at', 'Host, path or project'],
    [413, 'the event is too large for the server', 'client_max_body_size'],
    [418, 'the server refuses the event', 'Sentry protocol'],
    [429, 'the server wants no more events for now', 'quota'],
    [500, 'the server has a problem of its own', 'Try again later'],
    [503, 'the server has a problem of its own', 'Try again later'],
  ])('explains status %i', async (status, problem, advice) => {
    const { code, out, err } = await testAgainst(answer(status, {}, ''));
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^status {6}${status}$`, 'm'));
    expect(out).toMatch(/^took {8}\d+ ms, /m);
    expect(out).not.toMatch(/^(?:result|says)/m);
    const [first = '', ...rest] = err.split('\n');
    expect(first.replace('jackdaw test: ', '')).toMatch(problem);
    expect(first).toMatch(new RegExp(` \\(status ${status}\\)$`));
    expect(rest.join('\n')).toContain(advice);
    expect(rest.slice(0, -1).every((line) => line.startsWith('  '))).toBe(true);
  });

  it('sends once, whatever the answer', async () => {
    expect((await testAgainst(answer(503))).server.requests).toHaveLength(1);
  });

  it.each<[string, Parameters<typeof answer>, string]>([
    ['the header of Relay', [403, { 'x-sentry-error': 'project disabled' }], 'project disabled'],
    ['the body', [403, {}, '{"detail":"bad key"}'], '{"detail":"bad key"}'],
    ['a web page', [404, {}, '\n<!DOCTYPE html><title>x</title>'], 'a web page: this may be no server for events'],
    ['the key and the secret', [401, {}, `no ${KEY} ${SECRET}`], 'no *** ***'],
    ['control characters', [400, {}, 'a\r\n\u001b[2Jb\u202e'], 'a [2Jb'],
  ])('repeats what the server says: %s', async (_what, reply, said) => {
    const { out } = await testAgainst(answer(...reply));
    expect(out.split('\n').find((line) => line.startsWith('says'))).toBe(`says        ${said}`);
  });

  it.each([
    [{ 'x-sentry-rate-limits': '30:error:project:quota' }, 'error for 30 s'],
    [{ 'retry-after': '45' }, 'everything for 45 s'],
    [{}, 'none announced; jackdaw pauses everything for 60 s'],
  ])('with 429 and %j announces %j', async (headers, limits) => {
    const { code, out } = await testAgainst(answer(429, headers));
    expect(code).toBe(1);
    expect(out).toContain(`limits      ${limits}\n`);
  });
});

describe('jackdaw test that is redirected', () => {
  it('does not follow, and says what to put into the DSN', async () => {
    await using target = await startScriptedServer();
    const location = `http://127.0.0.1:${target.port}/new/api/42/envelope/?sentry_key=${KEY}`;
    const { code, err } = await testAgainst(answer(308, { location }));
    expect(code).toBe(1);
    expect(err).toContain(`redirects to http://127.0.0.1:${target.port}/new/api/42/envelope/ (status 308)\n`);
    expect(err).toContain(`into the DSN: http://<key>@127.0.0.1:${target.port}/new/…\n`);
    expect(target.requests).toEqual([]);
  });

  it.each([
    [301, 'https://sentry.example/api/42/envelope/', 'to https://sentry.example/api/42/envelope/', 'https://<key>@sen'],
    [302, `/login?next=${KEY}`, /to http:\/\/127\.0\.0\.1:\d+\/login \(/, 'maybe a login page'],
    [302, `https://user:${SECRET}@h/${KEY}/api/1/envelope/`, 'to https://h/***/api/1/envelope/ (', '<key>@h/***/…'],
    [303, 'javascript:alert(1)', 'without saying where to', 'maybe a login page'],
    [307, 'http://[', 'without saying where to', 'maybe a login page'],
    [307, undefined, 'without saying where to', 'maybe a login page'],
  ])('explains %i to %j', async (status, location, problem, advice) => {
    const { code, err } = await testAgainst(answer(status, location === undefined ? {} : { location }));
    expect(code).toBe(1);
    expect(err).toMatch(problem);
    expect(err).toContain(advice);
  });
});

describe('jackdaw test that gets no answer', () => {
  it('explains a refused connection', async () => {
    const port = await freePort();
    const { code, out, err } = await test([dsnOf({ port })]);
    expect(code).toBe(1);
    expect(out).toMatch(/^status {6}no answer\ntook {8}\d+ ms, .*\n$/m);
    expect(err).toMatch(`jackdaw test: nobody listens at port ${port} of 127.0.0.1 (ECONNREFUSED)\n  Is the server`);
  });

  it('explains an unknown host', async () => {
    const { code, err } = await test([`https://${KEY}@something.invalid/42`]);
    expect(code).toBe(1);
    // Without any name service at hand it is EAI_AGAIN.
    expect(err).toMatch(/^jackdaw test: .* something\.invalid \((?:ENOTFOUND|EAI_AGAIN)\)\n/);
    expect(err).toMatch(/check the spelling of the host in the DSN\./i);
  });

  it.each<[string, Reply, string]>([
    ['hangs up', end(), 'hung up without an answer'],
    ['breaks the connection', reset(), 'hung up without an answer'],
    ['is no web server', raw('SSH-2.0-OpenSSH_9.6\r\n'), 'is no web server'],
  ])('explains a server that %s', async (_what, reply, problem) => {
    const { code, err } = await testAgainst(reply);
    expect(code).toBe(1);
    expect(err).toContain(problem);
  });

  it('explains a server that never answers, after the time it was given', async () => {
    const start = performance.now();
    const { code, err } = await testAgainst(never(), '--timeout', '300');
    expect(performance.now() - start).toBeGreaterThan(290);
    expect(performance.now() - start).toBeLessThan(3_000);
    expect(code).toBe(1);
    expect(err).toMatch(/^jackdaw test: 127\.0\.0\.1 takes too long: no answer within \d+ ms \(ETIMEDOUT\)\n/);
  });

  it('explains a connection that never comes about', async () => {
    await using server = await startScriptedServer({ onConnection: () => false });
    const { code, err } = await test([dsnOf(server, 'https'), '--timeout', '300']);
    expect(code).toBe(1);
    expect(err).toMatch(/takes too long: no connection within \d+ ms/);
  });

  it('explains https to a server without TLS', async () => {
    // What a web server says to the first bytes of a handshake.
    await using server = await startScriptedServer({
      onConnection: (socket) => {
        socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n'));
        return false;
      },
    });
    const { code, err } = await test([dsnOf(server, 'https')]);
    expect(code).toBe(1);
    expect(err).toContain(`port ${server.port} of 127.0.0.1 does not speak TLS (ERR_SSL_`);
    expect(err).toContain('http:// in the DSN');
  });

  it('explains a certificate that signs itself, and http to a server with TLS', async () => {
    using certificate = makeCertificate();
    await using server = await startScriptedServer({ tls: certificate });

    const selfSigned = await test([dsnOf(server, 'https')]);
    expect(selfSigned.code).toBe(1);
    expect(selfSigned.err).toMatch(/signed by nobody this machine trusts \(DEPTH_ZERO_SELF_SIGNED_CERT\)\n/);
    expect(selfSigned.err).toContain('NODE_EXTRA_CA_CERTS=');

    const unencrypted = await test([dsnOf(server)]);
    expect(unencrypted.code).toBe(1);
    expect(unencrypted.err).toContain('try https:// in the DSN');
    expect(server.requests).toEqual([]);
  });

  it('ends when it is told to', async () => {
    await using server = await startScriptedServer({ otherwise: never() });
    const controller = new AbortController();
    const screen = screenOf({ signal: controller.signal });
    const code = run(['test', dsnOf(server)], screen);
    await server.received(1);
    controller.abort();
    expect(await code).toBe(1);
    expect(screen.err()).toBe('jackdaw test: ended before the server answered\n');
    await server.until(() => server.sockets.size === 0, 'the socket closed');
  });

  it('ends at once when it was told to before it started', async () => {
    await using server = await startScriptedServer({ otherwise: never() });
    expect(await run(['test', dsnOf(server)], screenOf({ signal: AbortSignal.abort() }))).toBe(1);
  });
});

describe('the arguments of jackdaw test', () => {
  it.each([{}, { SENTRY_DSN: '' }])('ask for a DSN when there is none in %j', async (env) => {
    const { code, out, err } = await jackdaw(['test'], env);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe("jackdaw test: no DSN given, and SENTRY_DSN is not set\nTry 'jackdaw help test'.\n");
  });

  it.each([
    [['--timeout', '0'], '--timeout takes milliseconds, from 1 to 2147483647'],
    [['--timeout', '1.5'], '--timeout takes milliseconds, from 1 to 2147483647'],
    [['--timeout', '2147483648'], '--timeout takes milliseconds, from 1 to 2147483647'],
    [['--tag', 'team'], '--tag takes <key>=<value>'],
    [['--tag', '=shop'], '--tag takes <key>=<value>'],
    [['--tag', 'team='], '--tag takes <key>=<value>'],
    [[`https://${KEY}@h/1`], 'one DSN at a time'],
  ])('make no sense with %j', async (args, message) => {
    const { code, out, err } = await test([`https://${KEY}@h/1`, ...args]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(`jackdaw test: ${message}\n`);
  });

  it('fail on a text that is no DSN and repeat nothing of it', async () => {
    const { code, out, err } = await test([`ftp://${KEY}:${SECRET}@h/1`]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('Invalid DSN');
  });
});

describe('jackdaw test through a proxy', () => {
  it.each(['--proxy', 'env'])('goes as %s says', async (how) => {
    await using server = await startScriptedServer();
    await using proxy = await startProxy({ credentials: 'me:hush' });
    const url = proxy.url.replace('//', '//me:hush@');
    const args = how === 'env' ? ['--proxy', 'env'] : ['--proxy', url];
    const { code, out, err } = await test([dsnOf(server), ...args], { HTTP_PROXY: url });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('delivered');
    expect(proxy.asked).toHaveLength(1);
  });

  it.each(['http', 'https'])('explains one that wants a login, to a server with %s', async (protocol) => {
    await using server = await startScriptedServer();
    await using proxy = await startProxy({ credentials: 'me:another' });
    const result = await test([dsnOf(server, protocol), '--proxy', proxy.url.replace('//', '//me:hush@')]);
    expect(result.code).toBe(1);
    expect(result.err).toMatch(/a proxy on the way asks for a login|the proxy lets nothing pass: it answered 407/);
    expect(`${result.out}${result.err}`).not.toContain('hush');
    expect(server.connections).toBe(0);
  });

  it('says that it may be the proxy that fails', async () => {
    const { err } = await test([dsnOf({ port: 9 }), '--proxy', `127.0.0.1:${await freePort()}`]);
    expect(err).toContain('maybe it is the proxy that fails');
  });

  it('trusts the authorities of a file', async () => {
    using certificate = makeCertificate();
    await using server = await startScriptedServer({ tls: certificate });
    expect((await test([dsnOf(server, 'https')])).err).toContain('use the option ca');
    expect((await test([dsnOf(server, 'https'), '--ca', certificate.path])).code).toBe(0);
  });
});
