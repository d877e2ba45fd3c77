import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { makeCertificate } from '../support/certificate.js';
import { reportOf, runEnding } from '../support/run-ending.js';
import {
  answer,
  delay,
  never,
  type ScriptedServer,
  sequence,
  startScriptedServer,
} from '../support/scripted-server.js';

// Each test runs processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

interface ReceivedEvent {
  readonly event_id: string;
  readonly level: string;
  readonly exception: { readonly values: readonly { value: string; mechanism: Record<string, unknown> }[] };
}

/** The events that arrived: each once, whatever the number of times it was sent. */
function eventsOf(server: ScriptedServer): ReceivedEvent[] {
  const events = server.requests
    .flatMap(({ envelope }) => envelope?.items ?? [])
    .filter(({ header }) => header['type'] === 'event')
    .map(({ payload }) => JSON.parse(Buffer.from(payload).toString()) as ReceivedEvent);
  return [...new Map(events.map((event) => [event.event_id, event])).values()];
}

function wordsOf({ exception }: ReceivedEvent): string {
  return exception.values.at(-1)?.value ?? '';
}

/** What the errors said that arrived, in alphabetical order. */
function received(server: ScriptedServer): string[] {
  return eventsOf(server).map(wordsOf).sort();
}

/** Answers after so many ms, as a server far away does. */
function serverAt(ms: number): Promise<ScriptedServer> {
  return startScriptedServer({ otherwise: sequence(delay(ms), answer(200)) });
}

const LOGGED = 'number 0';
const SHUTDOWN = 'shutdown of the host, then process.exit()';
const FATAL = 'a fatal record, then process.exit()';
const NO_REASON = expect.stringContaining('rejected with the reason "undefined"');

/** Every way to end, and what is to arrive besides the error that was logged where jackdaw is in the main thread. */
const ENDINGS: readonly (readonly [ending: string, others: readonly unknown[]])[] = [
  ['process.exit(0)', []],
  ['process.exit(3)', []],
  ['a throw', ['uncaught']],
  ['a throw in a timer', ['uncaught']],
  ['a thrown text', ['a text']],
  ['a rejection', ['rejected']],
  ['a rejection of undefined', [NO_REASON]],
  ['the natural end', []],
  ['the natural end with an exit code', []],
  ['process.exit() in an exit listener', []],
  ['process.exit() in beforeExit', []],
  ['close() and process.exit()', []],
  ['its own handler', ['uncaught']],
  ['its own handler that logs it', ['uncaught']],
  ['an error logged and thrown', ['uncaught']],
  ['a log in an exit listener', ['last words']],
  ['process.exit() in a thread', []],
  ['process.exit() in a thread short of memory', []],
];

/** The ways of the hosts themselves. */
const HOST_ENDINGS: readonly (readonly [host: string, ending: string, others: readonly string[]])[] = [
  ['winston', SHUTDOWN, []],
  ['winston-exceptions', 'a throw', ['uncaught']],
  ['winston-exceptions', 'a rejection', ['rejected']],
  ['pino', SHUTDOWN, []],
  ['pino', FATAL, ['fatal']],
  ['pino-worker', SHUTDOWN, []],
  ['pino-worker', FATAL, ['fatal']],
  ['log4js', SHUTDOWN, []],
  ['log4js', FATAL, ['fatal']],
];

describe.each([
  ['winston', 0],
  ['winston', 200],
  ['none', 0],
  ['pino', 0],
  ['log4js', 0],
])('P10, E34, F01, F03: a process with %s and a server that answers after %d ms', (host, ms) => {
  it.each(ENDINGS)('delivers before %s, and ends as it would without jackdaw', async (ending, others) => {
    await using server = await serverAt(ms);
    const [bare, end] = await Promise.all([runEnding(host, ending), runEnding(host, ending, { dsn: server.dsn })]);
    expect(end).toEqual(bare);
    expect(received(server)).toEqual([...others, LOGGED].sort(byText));
  });
});

/** What of it does not arrive where nothing of jackdaw's is in the main thread, and why. */
const NOT_FROM_A_WORKER: Readonly<Record<string, readonly string[]>> = {
  // pino has hooked the exit after the application, which leaves no exit to it.
  'process.exit() in an exit listener': [LOGGED],
  // pino has taken leave of its worker by then.
  'a log in an exit listener': ['last words'],
};
/** Where the application itself logs what would otherwise be nobody's to report. */
const LOGS_IT = ['its own handler that logs it', 'an error logged and thrown', 'a log in an exit listener'];

describe('P10, E34: a process with pino in its worker', () => {
  it.each(ENDINGS)(
    'delivers what was logged before %s, and ends as it would without jackdaw',
    async (ending, others) => {
      await using server = await serverAt(0);
      const { dsn } = server;
      const [bare, end] = await Promise.all([
        runEnding('pino-worker', ending),
        runEnding('pino-worker', ending, { dsn }),
      ]);
      expect(end).toEqual(bare);
      const logged = [...(LOGS_IT.includes(ending) ? others : []), LOGGED];
      const lost: readonly unknown[] = NOT_FROM_A_WORKER[ending] ?? [];
      expect(received(server)).toEqual(logged.filter((one) => !lost.includes(one)).sort(byText));
    },
  );
});

describe('P10: the way a host itself ends', () => {
  it.each(HOST_ENDINGS)(
    '%s, %s: is waited for until all is delivered, and not for its timeout',
    async (host, ending, others) => {
      await using server = await serverAt(200);
      const { dsn } = server;
      const start = performance.now();
      const [bare, end] = await Promise.all([
        runEnding(host, ending),
        runEnding(host, ending, { dsn, options: { shutdownTimeoutMs: 25_000 } }),
      ]);
      expect(end).toEqual(bare);
      expect(received(server)).toEqual([...others, LOGGED].sort(byText));
      // Short of every timeout there is: pino's worker is given 10 s.
      expect(performance.now() - start).toBeLessThan(9_000);
    },
  );
});

/** Matchers are in front of texts: what they match starts with a capital letter. */
function byText(one: unknown, other: unknown): number {
  if (typeof one !== 'string') return -1;
  if (typeof other !== 'string') return 1;
  return one < other ? -1 : 1;
}

describe('P10: the drain at the exit', () => {
  it('takes no time when nothing is queued', async () => {
    await using server = await startScriptedServer({ otherwise: never() });
    for (const ending of ['process.exit(0)', 'the natural end']) {
      const { exitMs } = await reportOf('winston', ending, { dsn: server.dsn, count: 0 });
      expect(exitMs).toBeLessThan(5);
    }
    expect(server.connections).toBe(0);
  });

  it('sends again what was on its way, under the same id', async () => {
    await using server = await startScriptedServer({ replies: [never()] });
    const input = server.received(1);
    const ending = 'process.exit() once the request is out';
    const { code, delivered } = await reportOf('winston', ending, { dsn: server.dsn, input });
    expect({ code, delivered }).toMatchObject({ code: 8, delivered: { error: 1 } });
    expect(server.eventIds).toHaveLength(2);
    expect(new Set(server.eventIds).size).toBe(1);
  });

  it('delivers a whole queue over a few connections', async () => {
    await using server = await serverAt(0);
    const options = { shutdownTimeoutMs: 15_000, concurrency: 4 };
    const { delivered } = await reportOf('winston', 'process.exit(0)', { dsn: server.dsn, count: 1_000, options });
    expect(delivered['error']).toBe(1_000);
    expect(received(server)).toHaveLength(1_000);
    expect(server.connections).toBeLessThanOrEqual(4);
  });

  it.each(['process.exit() after a failed attempt', 'the natural end'])(
    'gives what waits for another attempt one at once: %s',
    async (ending) => {
      await using server = await startScriptedServer({ replies: [answer(503)] });
      const { exitMs, delivered } = await reportOf('winston', ending, { dsn: server.dsn });
      expect(delivered['error']).toBe(1);
      expect(exitMs).toBeLessThan(1_000);
      expect(new Set(server.eventIds).size).toBe(1);
    },
  );

  it('serves each client of the process, whatever holds up another', async () => {
    await using dead = await startScriptedServer({ otherwise: never() });
    await using server = await serverAt(0);
    const env = { JACKDAW_SECOND_DSN: dead.dsn };
    const options = { shutdownTimeoutMs: 500 };
    const { exitMs, delivered } = await reportOf('none', 'process.exit(0)', { dsn: server.dsn, options, env });
    expect(delivered['error']).toBe(1);
    expect(exitMs).toBeLessThan(900);
    expect(dead.requests).toHaveLength(1);
  });

  it('takes the logs that waited for others', async () => {
    await using server = await serverAt(0);
    const options = { logLevel: 'info', eventLevel: false };
    const { delivered } = await reportOf('winston', 'process.exit(0)', { dsn: server.dsn, options });
    expect(delivered).toEqual({ error: 0, log_item: 2 });
  });

  it('compresses what is large', async () => {
    await using server = await serverAt(0);
    await runEnding('winston', 'process.exit(0)', { dsn: server.dsn, options: { compress: true } });
    expect(server.requests.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip']);
    expect(received(server)).toEqual([LOGGED]);
  });

  it('stops at a rate limit and counts what it held back', async () => {
    await using server = await startScriptedServer({ otherwise: answer(429, { 'retry-after': '60' }) });
    const options = { concurrency: 1, shutdownTimeoutMs: 10_000 };
    const end = await reportOf('winston', 'process.exit(0)', { dsn: server.dsn, count: 500, options });
    expect(end.dropped).toEqual({ ratelimit_backoff: { error: 500 } });
    expect(server.requests.length).toBeLessThan(50);
  });

  it.each([
    ['a rejected request', answer(400), 'send_error'],
    ['a connection that breaks', ({ socket }: { socket: { destroy(): void } }) => socket.destroy(), 'network_error'],
  ])('counts %s', async (_name, otherwise, reason) => {
    await using server = await startScriptedServer({ otherwise });
    const end = await reportOf('winston', 'process.exit(3)', { dsn: server.dsn, count: 10 });
    expect(end).toMatchObject({ code: 3, stderr: '', dropped: { [reason]: { error: 10 } }, queued: { error: 0 } });
  });

  it('renews a connection that the server closed while it was kept alive', async () => {
    const closing = sequence(answer(200), ({ socket }) => {
      socket.end();
    });
    await using server = await startScriptedServer({ otherwise: closing });
    const options = { concurrency: 1, shutdownTimeoutMs: 10_000 };
    const { delivered } = await reportOf('none', 'process.exit(0)', { dsn: server.dsn, count: 50, options });
    expect(delivered['error']).toBe(50);
  });

  it('A12: a healthy server that breaks one fresh connection costs nothing', async () => {
    await using server = await startScriptedServer({ replies: [({ socket }) => void socket.resetAndDestroy()] });
    const options = { concurrency: 1 };
    const { delivered } = await reportOf('none', 'process.exit(0)', { dsn: server.dsn, count: 5, options });
    expect(delivered['error']).toBe(5);
    expect(server.requests).toHaveLength(6);
  });

  it('is off with drainOnExit: false', async () => {
    await using server = await serverAt(0);
    await runEnding('winston', 'process.exit(0)', { dsn: server.dsn, options: { drainOnExit: false } });
    expect(server.connections).toBe(0);
  });

  it('trusts the certificates that the process trusts', async () => {
    using certificate = makeCertificate();
    await using server = await startScriptedServer({ tls: { key: certificate.key, cert: certificate.cert } });
    const { dsn } = server;
    const stranger = await reportOf('winston', 'process.exit(0)', { dsn });
    expect(stranger.dropped).toEqual({ network_error: { error: 1 } });
    const env = { NODE_EXTRA_CA_CERTS: certificate.path };
    const friend = await reportOf('winston', 'process.exit(0)', { dsn, env });
    expect(friend.delivered['error']).toBe(1);
  });
});

describe('P3, P10: a server that never answers holds up the end for shutdownTimeoutMs, and no longer', () => {
  const options = { shutdownTimeoutMs: 500 };

  it.each(['process.exit(3)', 'a throw', 'a rejection', 'process.exit() in a thread', 'a log in an exit listener'])(
    'before %s',
    async (ending) => {
      await using server = await startScriptedServer({ otherwise: never() });
      const { exitMs, dropped, queued } = await reportOf('winston', ending, { dsn: server.dsn, options, count: 20 });
      expect(exitMs).toBeGreaterThan(480);
      expect(exitMs).toBeLessThan(900);
      expect(queued['error']).toBe(0);
      expect(dropped['network_error']?.['error']).toBeGreaterThanOrEqual(20);
    },
  );

  it.each([
    ['a natural end', 'winston', 'the natural end'],
    ["winston's own exit after an exception", 'winston-exceptions', 'a throw'],
  ])('nor is it waited for once more after %s', async (_name, host, ending) => {
    await using server = await startScriptedServer({ otherwise: never() });
    const start = performance.now();
    const { exitMs, queued } = await reportOf(host, ending, { dsn: server.dsn, options });
    expect(exitMs).toBeLessThan(100);
    expect(queued['error']).toBe(0);
    // With all it takes to start and to load everything.
    expect(performance.now() - start).toBeLessThan(2_500);
  });

  it('with connections that do not come about', async () => {
    await using server = await startScriptedServer({ onConnection: () => false });
    const dsn = server.dsn.replace('http:', 'https:');
    for (const ending of ['process.exit(0)', 'the natural end']) {
      const start = performance.now();
      const { queued } = await reportOf('winston', ending, { dsn, options });
      expect(queued['error']).toBe(0);
      expect(performance.now() - start).toBeLessThan(2_500);
    }
  });
});

describe('F02: signals', () => {
  it.each(['SIGTERM', 'SIGTERM with its own handler', 'SIGTERM with signal-exit'])(
    'without drainOnSignals nothing listens, and %s does what it does without jackdaw',
    async (ending) => {
      await using server = await serverAt(0);
      const [bare, end] = await Promise.all([runEnding('winston', ending), runEnding('winston', ending, server)]);
      expect(end).toEqual(bare);
    },
  );

  it.each([
    ['SIGTERM', { code: null, signal: 'SIGTERM', stdout: '', stderr: '' }],
    ['SIGTERM with its own handler', { code: 10, signal: null, stdout: '', stderr: '' }],
    ['SIGTERM with signal-exit', { code: null, signal: 'SIGTERM', stdout: 'signal-exit\n', stderr: '' }],
    ['SIGTERM after close()', { code: null, signal: 'SIGTERM', stdout: 'listeners 0\n', stderr: '' }],
  ])('with drainOnSignals %s delivers first', async (ending, expected) => {
    await using server = await serverAt(200);
    const options = { drainOnSignals: ['SIGTERM'], drainOnExit: ending !== 'SIGTERM' };
    expect(await runEnding('winston', ending, { dsn: server.dsn, options })).toEqual(expected);
    expect(received(server)).toEqual([LOGGED]);
  });

  it.each(['none', 'pino', 'log4js'])('with drainOnSignals SIGTERM delivers first with %s, too', async (host) => {
    await using server = await serverAt(200);
    const options = { drainOnSignals: ['SIGTERM'], drainOnExit: false };
    const [bare, end] = await Promise.all([
      runEnding(host, 'SIGTERM'),
      runEnding(host, 'SIGTERM', { dsn: server.dsn, options }),
    ]);
    expect(end).toEqual(bare);
    expect(received(server)).toEqual([LOGGED]);
  });

  it('drainOnSignals changes nothing for pino in its worker: threads get no signals', async () => {
    await using server = await serverAt(0);
    const options = { drainOnSignals: ['SIGTERM'] };
    const [bare, end] = await Promise.all([
      runEnding('pino-worker', 'SIGTERM'),
      runEnding('pino-worker', 'SIGTERM', { dsn: server.dsn, options }),
    ]);
    expect(end).toEqual(bare);
    expect(end.signal).toBe('SIGTERM');
  });
});

describe('F03: uncaught errors', () => {
  it.each([
    ['a throw', 'onuncaughtexception'],
    ['a rejection', 'onunhandledrejection'],
  ])('%s is a fatal event that nobody handled', async (ending, type) => {
    await using server = await serverAt(0);
    await runEnding('none', ending, { dsn: server.dsn, count: 0 });
    const [event] = eventsOf(server);
    expect(event).toMatchObject({ level: 'fatal', exception: { values: [{ mechanism: { type, handled: false } }] } });
  });

  it('is one event where winston makes a record of the same Error, and ends at once', async () => {
    await using server = await serverAt(0);
    const start = performance.now();
    const { code } = await runEnding('winston-exceptions', 'a throw', { dsn: server.dsn, count: 0 });
    expect(code).toBe(1);
    expect(performance.now() - start).toBeLessThan(2_500);
    expect(eventsOf(server).map(({ exception }) => exception.values[0]?.mechanism['type'])).toEqual([
      'onuncaughtexception',
    ]);
  });

  it('is left alone with processHooks: false', async () => {
    await using server = await serverAt(0);
    await runEnding('winston', 'a throw', { dsn: server.dsn, options: { processHooks: false } });
    expect(received(server)).toEqual([LOGGED]);
  });
});

describe('F04: unhandled rejections', () => {
  it.each([
    ['strict', true],
    ['throw', true],
    ['warn', false],
    ['warn-with-error-code', false],
    ['none', false],
  ])('under --unhandled-rejections=%s end the process as they would without jackdaw', async (mode, isUncaught) => {
    await using server = await serverAt(0);
    const env = { NODE_OPTIONS: `--unhandled-rejections=${mode}` };
    const [bare, end] = await Promise.all([
      runEnding('winston', 'a rejection', { env }),
      runEnding('winston', 'a rejection', { env, dsn: server.dsn }),
    ]);
    expect(end).toEqual(bare);
    expect(received(server)).toEqual(isUncaught ? [LOGGED, 'rejected'] : [LOGGED]);
  });
});

it('F08: process.exit() right after creation is silent', async () => {
  await using server = await serverAt(0);
  const end = await runEnding('winston', 'process.exit(3)', { dsn: server.dsn, count: 0 });
  expect(end).toEqual({ code: 3, signal: null, stdout: '', stderr: '' });
});

describe('F12: flags of node', () => {
  const directory = mkdtempSync(join(tmpdir(), 'jackdaw-exit-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const slow = join(directory, 'slow.cjs');
  writeFileSync(slow, 'const end = Date.now() + 1_500; while (Date.now() < end);');
  const hooks = join(directory, 'hooks.mjs');
  writeFileSync(hooks, 'export const resolve = (specifier, context, next) => next(specifier, context);');
  const register = `data:text/javascript,import{register}from'node:module';register('${pathToFileURL(hooks)}');`;

  it.each([
    ['a slow preload', { nodeFlags: ['--require', slow] }],
    ['a slow preload in NODE_OPTIONS', { env: { NODE_OPTIONS: `--require ${slow}` } }],
    ['ESM loader hooks', { nodeFlags: ['--import', register] }],
    ['--no-addons', { nodeFlags: ['--no-addons'] }],
    ['no code from strings', { nodeFlags: ['--disallow-code-generation-from-strings'] }],
    ['frozen intrinsics', { nodeFlags: ['--frozen-intrinsics'] }],
    ['a small heap', { nodeFlags: ['--max-old-space-size=48'] }],
    ['coverage', { env: { NODE_V8_COVERAGE: join(directory, 'coverage') } }],
  ])('with %s the drain is as quick as ever', async (_name, flags) => {
    await using server = await serverAt(0);
    const end = await reportOf('none', 'process.exit(3)', { dsn: server.dsn, ...flags });
    expect(end).toMatchObject({ code: 3, delivered: { error: 1 } });
    expect(end.exitMs).toBeLessThan(1_000);
  });

  it('under the permission model, which forbids threads, what is left is counted and told on request', async () => {
    await using server = await serverAt(0);
    const flag = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
    const nodeFlags = [flag, '--allow-fs-read=*'];
    const { dsn } = server;
    const [bare, end] = await Promise.all([
      runEnding('winston', 'process.exit(3)', { nodeFlags }),
      runEnding('winston', 'process.exit(3)', { nodeFlags, dsn }),
    ]);
    expect(end).toEqual(bare);
    const allowed = [...nodeFlags, '--allow-worker'];
    await runEnding('winston', 'process.exit(3)', { nodeFlags: allowed, dsn });
    expect(received(server)).toEqual([LOGGED]);
    const told = await reportOf('winston', 'process.exit(3)', { nodeFlags, dsn, options: { debug: true } });
    expect(told.dropped).toEqual({ network_error: { error: 1 } });
    expect(told.stderr).toMatch(
      /jackdaw: nothing can be delivered at the exit: Access to this API has been restricted/,
    );
  });
});
