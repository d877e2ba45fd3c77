import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Inbox, startInbox } from '../../src/inbox/server.js';
import type { ErrorEvent } from '../../src/protocol/event.js';
import { never, startScriptedServer } from '../support/scripted-server.js';

/** How a process ended. */
interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

const ROOT = join(__dirname, '../..');

/** An application with pino and jackdaw installed: copied, so that a build meanwhile changes nothing. */
let app: string;
let inbox: Inbox;

beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), 'jackdaw-pino-'));
  const modules = join(app, 'node_modules');
  for (const part of ['package.json', 'dist'])
    cpSync(join(ROOT, part), join(modules, 'jackdaw', part), { recursive: true });
  for (const name of ['pino', 'pino-abstract-transport', 'undici']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
});

afterAll(() => rmSync(app, { recursive: true, force: true }));

beforeEach(async () => {
  inbox = await startInbox();
});

afterEach(() => inbox.close());

let files = 0;

/** Writes a file of the application; returns its path. */
function write(source: string, extension = 'cjs'): string {
  files += 1;
  const path = join(app, `file-${files}.${extension}`);
  writeFileSync(path, source);
  return path;
}

/** Runs a file of the application, without any configuration of jackdaw. */
async function runFile(path: string): Promise<Ended> {
  const start = performance.now();
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(SENTRY_|NODE_)/.test(name)));
  const child = spawn(process.execPath, [path], { cwd: app, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close'),
  ]);
  return { code, stdout: stdout.join(''), stderr: stderr.join(''), ms: performance.now() - start };
}

/** Runs a script of the application. It has `pino`, `jackdaw`, `dsn` and `target(options)`. */
function run(script: string): Promise<Ended> {
  const prelude = `
    const pino = require('pino');
    const jackdaw = require('jackdaw/pino');
    const { runInScope, scope } = require('jackdaw');
    const dsn = ${JSON.stringify(inbox.dsn)};
    const target = (options) => ({ target: 'jackdaw/pino', options: { dsn, ...options } });
    function fail() { return new TypeError('no reply', { cause: new RangeError('port 5432') }); }
  `;
  return runFile(write(prelude + script));
}

function events(): ErrorEvent[] {
  return inbox.items('event').map(({ payload }) => payload as unknown as ErrorEvent);
}

function texts(): (string | undefined)[] {
  return events().map(({ logentry }) => logentry?.formatted);
}

function exceptions(event: ErrorEvent | undefined): string[] {
  return (event?.exception?.values ?? []).map(({ type, value }) => `${type}: ${value}`).reverse();
}

/** What a script does after its last log call, and how the process then ends. */
const ENDS = [
  ['ends by itself', '', 0],
  ['exits', 'process.exit(3);', 3],
  ['throws', "throw new Error('not caught');", 1],
  ['leaves a rejection', "Promise.reject(new Error('not handled'));", 1],
] as const;

describe.each([
  ['the only target', (options = '') => `target({ ${options} })`],
  [
    'one of several targets',
    (options = '') => `{ targets: [{ target: 'pino/file', options: { destination: 1 } }, target({ ${options} })] }`,
  ],
])('in a worker, as %s', (_name, transport) => {
  it.each(ENDS)('everything is delivered when the process %s', async (_how, end, code) => {
    const ended = await run(`
      const logger = pino({ name: 'shop', transport: ${transport()} });
      logger.info({ order: 4711, password: 'hunter2' }, 'received');
      logger.error(Object.assign(fail(), { code: 'E_REPLY' }), 'failed');
      ${end}
    `);
    expect(ended.code).toBe(code);
    const [event, ...others] = events();
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      level: 'error',
      logger: 'shop',
      logentry: { formatted: 'failed' },
      contexts: { TypeError: { code: 'E_REPLY' } },
    });
    expect(event?.extra).toBeUndefined();
    expect(exceptions(event)).toEqual(['TypeError: no reply', 'RangeError: port 5432']);
    for (const { stacktrace, mechanism } of event?.exception?.values ?? []) {
      expect(stacktrace?.frames.at(-1)).toMatchObject({ function: 'fail', in_app: true });
      expect(mechanism).toMatchObject({ handled: true });
    }
    expect(event?.breadcrumbs?.values).toMatchObject([
      { level: 'info', category: 'shop', message: 'received', data: { order: 4711, password: '[Filtered]' } },
    ]);
  });

  it('an exit right after the start does no harm', async () => {
    const ended = await run(`pino({ transport: ${transport()} }); process.exit(0);`);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('levels of the logger are known by number', async () => {
    await run(`
      const customLevels = { audit: 35, breach: 55 };
      const logger = pino({ customLevels, transport: ${transport("levelMap: { breach: 'fatal' }")} });
      logger.audit('noted');
      logger.breach('door open');
    `);
    expect(events()).toMatchObject([{ level: 'fatal', logentry: { formatted: 'door open' } }]);
    expect(events()[0]?.breadcrumbs?.values).toMatchObject([{ level: 'info', message: 'noted' }]);
  });

  it('what the logger redacts stays redacted', async () => {
    // No source lines: the secrets stand in this very script.
    await run(`
      const redact = ['err.message', 'err.card', 'order.card'];
      const logger = pino({ redact, transport: ${transport('contextLines: 0')} });
      const err = Object.assign(new TypeError('hunter2', { cause: new Error('hunter2') }), { card: 'hunter2' });
      logger.error({ err, order: { card: 'hunter2' } }, 'refused');
    `);
    expect(exceptions(events()[0])).toEqual(['TypeError: [Redacted]', 'Error: ']);
    expect(events()[0]?.extra).toEqual({ order: { card: '[Redacted]' } });
    expect(JSON.stringify(events())).not.toContain('hunter2');
  });

  it('hooks come from a module', async () => {
    const config = write(`
      exports.beforeSend = (event) => (event.logentry.formatted === 'unwanted' ? null : { ...event, release: 'hooked' });
    `);
    await run(`
      const logger = pino({ transport: ${transport(`configFile: ${JSON.stringify(config)}`)} });
      logger.error('unwanted');
      logger.error('wanted');
    `);
    expect(events()).toMatchObject([{ release: 'hooked', logentry: { formatted: 'wanted' } }]);
  });
});

describe('in a worker', () => {
  it('the logger may have its own keys and spell its levels', async () => {
    await run(`
      const logger = pino({
        messageKey: 'text', errorKey: 'problem', nestedKey: 'payload', timestamp: pino.stdTimeFunctions.isoTime, base: null,
        formatters: { level: (label) => ({ severity: label.toUpperCase() }) }, transport: target(),
      });
      logger.warn({ step: 1 }, 'begun');
      logger.error({ problem: fail(), order: 4711, tags: { tenant: 'acme' } }, 'failed');
    `);
    const [event] = events();
    expect(event).toMatchObject({ level: 'error', logger: 'pino', logentry: { formatted: 'failed' } });
    expect(event).toMatchObject({ tags: { tenant: 'acme' }, extra: { order: 4711 } });
    expect(event?.extra).toEqual({ order: 4711 });
    expect(exceptions(event)).toEqual(['TypeError: no reply', 'RangeError: port 5432']);
    expect(event?.breadcrumbs?.values).toMatchObject([{ level: 'warning', message: 'begun' }]);
  });

  it('fields below the key named by nestedKey are read like all others', async () => {
    await run(`
      const logger = pino({ nestedKey: 'payload', transport: target({ nestedKey: 'payload' }) });
      logger.child({ tags: { request: 'r-1' } }).error({ order: 4711, user: { id: 'u-7' } }, 'failed');
    `);
    expect(events()).toMatchObject([{ tags: { request: 'r-1' }, user: { id: 'u-7' }, extra: { order: 4711 } }]);
    expect(events()[0]?.extra).toEqual({ order: 4711 });
  });

  it('each scope has its own ids, tags and breadcrumbs, and user data stays out of the lines', async () => {
    const ended = await run(`
      const logger = pino({
        mixin: jackdaw.scopeMixin,
        transport: { targets: [{ target: 'pino/file', options: { destination: 1 } }, target()] },
      });
      for (const step of ['load', 'connect', 'listen', 'ready']) logger.info(step);
      const requests = [1, 2].map((request) => runInScope(async () => {
        scope.setTag('request', request);
        scope.setUser({ id: 'u-7', email: 'ann@example.com' });
        logger.info('one ' + request);
        await new Promise(setImmediate);
        logger.error({ tags: { own: request } }, 'failed ' + request);
        logger.error('again ' + request);
      }));
      Promise.all(requests).then(() => logger.error('outside'));
    `);
    const found = new Map(events().map((event) => [event.logentry?.formatted, event]));
    for (const request of [1, 2]) {
      const [failed, again] = [found.get(`failed ${request}`), found.get(`again ${request}`)];
      expect(failed?.tags).toEqual({ request: `${request}`, own: `${request}` });
      expect(again?.tags).toEqual({ request: `${request}` });
      expect(failed?.breadcrumbs?.values.map(({ message }) => message)).toEqual([`one ${request}`]);
      expect(again?.contexts?.['trace']).toEqual(failed?.contexts?.['trace']);
    }
    expect(found.get('failed 1')?.contexts?.['trace']).not.toEqual(found.get('failed 2')?.contexts?.['trace']);
    expect(found.get('outside')?.breadcrumbs?.values).toHaveLength(4);
    expect(JSON.stringify(events())).not.toContain('"jackdaw":{');
    expect(ended.stdout).toContain('"jackdaw":{"trace_id"');
    expect(ended.stdout).not.toContain('ann@example.com');
  });

  it.each([
    ['tells of an Error once with scopeMixin', 'mixin: jackdaw.scopeMixin,', ['lost', 'its like']],
    ['cannot tell that an Error is the same without', '', ['lost', 'lost again', 'its like']],
  ])('%s', async (_name, mixin, expected) => {
    await run(`
      const logger = pino({ ${mixin} transport: target() });
      const error = fail();
      logger.error(error, 'lost');
      logger.child({ step: 2 }).error({ failure: error }, 'lost again');
      logger.error(fail(), 'its like');
    `);
    // On connections of their own they may overtake each other.
    expect(texts().sort()).toEqual([...expected].sort());
  });

  it('an Error behind a text is saved by logHook', async () => {
    await run(`
      const logger = pino({ hooks: { logMethod: jackdaw.logHook }, transport: target() });
      logger.error('failed', fail());
    `);
    expect(exceptions(events()[0])).toEqual(['TypeError: no reply', 'RangeError: port 5432']);
    expect(texts()).toEqual(['failed']);
  });

  it('logger.flush waits for delivery', async () => {
    const { stdout } = await run(`
      const logger = pino({ transport: target() });
      logger.error('first');
      logger.flush(async (error) => {
        const answer = await fetch(${JSON.stringify(`${inbox.url}/items?type=event`)});
        console.log(String(error), (await answer.json()).length);
      });
    `);
    expect(stdout).toBe('undefined 1\n');
  });

  it('structured logs arrive when the process ends', async () => {
    await run(`
      const logger = pino({ transport: target({ logLevel: 'info', eventLevel: false }) });
      for (let n = 0; n < 5; n++) logger.info({ n }, 'step');
    `);
    const logs = inbox.items('log').flatMap(({ payload }) => (payload as { items: { body: string }[] }).items);
    expect(logs.map(({ body }) => body)).toEqual(Array(5).fill('step'));
  });

  it('lines that are no JSON are counted, and the others go on', async () => {
    const config = write('exports.onDrop = (reason, category, count) => process._rawDebug(reason, category, count);');
    const { stderr } = await run(`
      const transport = pino.transport(target({ configFile: ${JSON.stringify(config)} }));
      const logger = pino(transport);
      logger.error('before');
      transport.write('no JSON\\n');
      logger.error('after');
    `);
    expect(stderr).toBe('invalid error 1\n');
    expect(texts()).toEqual(['before', 'after']);
  });

  it('10,000 records reach the worker while it is slow, and the process ends', async () => {
    const { code, stdout } = await run(`
      const logger = pino({ transport: target({ logLevel: 'info', eventLevel: false, breadcrumbLevel: false, shutdownTimeoutMs: 8_000 }) });
      for (let n = 0; n < 10_000; n++) logger.info({ n, text: 'x'.repeat(500) }, 'step');
      console.log('logged');
    `);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'logged\n' });
    const logs = inbox.items('log').flatMap(({ payload }) => (payload as { items: unknown[] }).items);
    expect(logs).toHaveLength(10_000);
  });

  it.each(['target(options)', "{ targets: [{ target: 'pino/file', options: { destination: 1 } }, target(options)] }"])(
    'C20: all of a burst of 100,000 logs reaches a server that is well: transport: %s',
    async (transport) => {
      await using server = await startScriptedServer();
      const options = { dsn: server.dsn, logLevel: 'info', eventLevel: false, breadcrumbLevel: false };
      const { code, stderr } = await run(`
        const options = ${JSON.stringify({ ...options, shutdownTimeoutMs: 8_000 })};
        const logger = pino({ transport: ${transport} });
        for (let n = 0; n < 100_000; n++) logger.info({ n, text: 'x'.repeat(250) }, 'step');
      `);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const counts = server.requests.map(({ envelope }) => envelope?.items[0]?.header['item_count'] as number);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100_000);
    },
    60_000,
  );

  it('P5: a server that never answers holds a burst up for a moment only, then all that does not fit is counted', async () => {
    await using server = await startScriptedServer({ otherwise: never() });
    const config = write(`
      let count = 0;
      exports.onDrop = (reason, category, quantity) => process._rawDebug((count += quantity));
    `);
    const options = { dsn: server.dsn, logLevel: 'info', eventLevel: false, breadcrumbLevel: false };
    const { code, stderr, ms } = await run(`
      const options = ${JSON.stringify({ ...options, configFile: config, shutdownTimeoutMs: 300 })};
      const logger = pino({ transport: target(options) });
      for (let n = 0; n < 100_000; n++) logger.info({ n, text: 'x'.repeat(250) }, 'step');
    `);
    expect({ code, dropped: stderr.trimEnd().split('\n').at(-1) }).toEqual({ code: 0, dropped: '100000' });
    expect(ms).toBeLessThan(8_000);
  });

  it('without a DSN nothing is sent and nothing is said', async () => {
    const ended = await run(`
      const logger = pino({ transport: target({ dsn: '' }) });
      logger.error(fail(), 'nobody hears');
    `);
    expect(ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('a dead destination delays the end of the process by no more than its time', async () => {
    const dead = inbox.dsn;
    await inbox.close();
    const ended = await run(`
      const logger = pino({ transport: target({ dsn: ${JSON.stringify(dead)}, shutdownTimeoutMs: 300 }) });
      for (let n = 0; n < 100; n++) logger.error({ n }, 'lost');
    `);
    expect(ended.code).toBe(0);
    expect(ended.ms).toBeLessThan(5_000);
  });
});

describe('the options of a worker', () => {
  it.each([
    ['CommonJS', 'cjs', "exports.environment = 'staging';"],
    ['CommonJS with one value', 'cjs', "module.exports = { environment: 'staging' };"],
    ['CommonJS compiled from ESM', 'cjs', "exports.__esModule = true; exports.default = { environment: 'staging' };"],
    ['ESM with a default', 'mjs', "export default { environment: 'staging' };"],
    ['ESM with names', 'mjs', "export const environment = 'staging';"],
  ])('are merged with those of a module: %s', async (_name, extension, source) => {
    const path = write(source, extension);
    for (const configFile of [path, pathToFileURL(path).href]) {
      await run(
        `pino({ transport: target({ release: 'shop@1', configFile: ${JSON.stringify(configFile)} }) }).error('x');`,
      );
    }
    expect(events()).toMatchObject(Array(2).fill({ environment: 'staging', release: 'shop@1' }));
  });

  it('win over those of the module', async () => {
    const configFile = JSON.stringify(write("module.exports = { environment: 'staging' };"));
    await run(`pino({ transport: target({ environment: 'live', configFile: ${configFile} }) }).error('x');`);
    expect(events()).toMatchObject([{ environment: 'live' }]);
  });

  it.each([
    ['a wrong option', '{ sampleRate: 7 }', 'sampleRate must be'],
    ['a malformed DSN', "{ dsn: 'https://nobody' }", 'DSN'],
    ['a module that is not there', "{ configFile: './nowhere.cjs' }", 'configFile cannot be loaded'],
    ['a module that exports no object', "{ configFile: './seven.cjs' }", 'configFile must export an object'],
    ['no path', '{ configFile: 7 }', 'configFile must be a path'],
  ])('are refused at the start, as an error of the transport: %s', async (_name, options, message) => {
    writeFileSync(join(app, 'seven.cjs'), 'module.exports = 7;');
    const { code, stdout } = await run(`
      const transport = pino.transport(target(${options}));
      transport.on('error', (error) => console.log(error.message));
      pino(transport);
    `);
    expect(code).toBe(0);
    expect(stdout).toContain(message);
  });
});

describe('jackdaw/pino', () => {
  it('is one function for CommonJS and ESM, with its helpers', async () => {
    const script = write(
      `
      import jackdaw from 'jackdaw/pino';
      import { createRequire } from 'node:module';
      const required = createRequire(import.meta.url)('jackdaw/pino');
      console.log(jackdaw === required, jackdaw.default === jackdaw, typeof jackdaw.logHook, typeof jackdaw.scopeMixin);
      const destination = jackdaw();
      console.log(destination[Symbol.for('pino.metadata')], typeof destination.write, destination.client.publicDsn());
    `,
      'mjs',
    );
    const { stdout, stderr } = await runFile(script);
    expect(stderr).toBe('');
    expect(stdout).toBe('true true function function\ntrue function undefined\n');
  });

  it('refuses a configFile in the thread of the logger', async () => {
    const { stdout } = await run(
      "try { jackdaw({ dsn, configFile: './x.cjs' }); } catch (error) { console.log(error.message); }",
    );
    expect(stdout).toContain('configFile is for pino.transport');
  });

  it('loads neither pino nor what only a worker needs', async () => {
    const script = write(`
      require('jackdaw/pino')({ dsn: ${JSON.stringify(inbox.dsn)} });
      console.log(Object.keys(require.cache).filter((path) => /node_modules.(pino|split2)/.test(path)).length);
      process.exit();
    `);
    const { stdout } = await runFile(script);
    expect(stdout).toBe('0\n');
  });

  it('delivers in process when the process ends by itself', async () => {
    await run("pino({ name: 'shop' }, jackdaw({ dsn })).error(fail(), 'failed');");
    expect(exceptions(events()[0])).toEqual(['TypeError: no reply', 'RangeError: port 5432']);
  });

  it('is a destination in a worker thread of the application itself', async () => {
    await run(`
      const { Worker, isMainThread } = require('node:worker_threads');
      if (isMainThread) new Worker(__filename, { workerData: 'anything' });
      else pino(jackdaw({ dsn })).error('from a thread');
    `);
    expect(texts()).toEqual(['from a thread']);
  });
});
