import { describe, expect, it, vi } from 'vitest';
import type { ErrorEvent, StackFrame } from '../../src/protocol/event.js';
import { type RunApp, runApp } from '../support/run-app.js';

// Each test runs a process, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

/** A module of the app's whose function fails in its third line. */
const SHOP = `// The shop.
exports.order = function order(card) {
  throw new Error('no stock');
};
`;

/** `code` runs with `client`, and with `fail`, which returns the error that the shop throws. */
function main(code: string, options = '{}'): string {
  return `
const { createClient } = require('JACKDAW/index.js');
const { order } = require('./shop.js');
const client = createClient({ modules: false, ...${options} });
function fail(card) { try { order(card); } catch (error) { return error; } }
${code}
`;
}

function framesOf(event: ErrorEvent | undefined): StackFrame[] {
  return event?.exception?.values.at(-1)?.stacktrace?.frames ?? [];
}

/** The lines of the shop's frame, as an event tells them. */
function shownBy(event: ErrorEvent | undefined): unknown {
  const frame = framesOf(event).findLast(({ filename }) => filename === 'shop.js');
  return frame && [frame.pre_context, frame.context_line, frame.post_context];
}

const SHOWN = [
  ['// The shop.', 'exports.order = function order(card) {'],
  "  throw new Error('no stock');",
  ['};', ''],
];

describe('the very first event of a process has its source lines', () => {
  it.each([
    ['sent in the background', 'client.captureException(fail()); setTimeout(() => {}, 300);'],
    ['flushed at once', 'client.captureException(fail()); client.flush();'],
    ['closed at once', 'client.captureException(fail()); client.close();'],
    ['closed at once, and the process exits', 'client.captureException(fail()); client.close(); process.exit(0);'],
    ['followed by process.exit()', 'client.captureException(fail()); process.exit(0);'],
    ['captured in an exit listener', "process.on('exit', () => client.captureException(fail()));"],
    ['the last thing it does', 'client.captureException(fail());'],
    ['what it dies of', 'order();'],
    ['what a promise was rejected with', 'void Promise.reject(fail());'],
    [
      'one of many at once',
      'for (let n = 0; n < 30; n++) client.captureException(fail()); client.flush().then((done) => { if (!done) throw done; });',
    ],
  ])('though it is %s', async (_, code) => {
    const { events } = await runApp({ 'main.js': main(code), 'shop.js': SHOP });
    expect(events.length).toBe(code.includes('n < 30') ? 30 : 1);
    for (const event of events) expect(shownBy(event)).toEqual(SHOWN);
  });

  it('and counts as queued while they are read', async () => {
    const code = `
      client.captureException(fail());
      const during = client.stats();
      client.flush().then(() => console.log(JSON.stringify([during.queued.error, during.accepted.error, client.stats().delivered.error])));`;
    const { stdout } = await runApp({ 'main.js': main(code), 'shop.js': SHOP });
    expect(JSON.parse(stdout)).toEqual([1, 1, 1]);
  });

  it('but not where a hook has to see all that leaves: then the next one has', async () => {
    const code = `
      client.captureException(fail());
      setTimeout(() => client.captureException(fail()), 300);`;
    const options = '{ beforeSend: (event) => event }';
    const { events } = await runApp({ 'main.js': main(code, options), 'shop.js': SHOP });
    expect(events.map(shownBy)).toEqual([[undefined, undefined, undefined], SHOWN]);
  });
});

it.each([
  ['throws', 'order();'],
  ['leaves a rejection', 'void Promise.reject(fail());'],
])(
  'has its source lines, if it is what the process %s, even where a hook has to see all that leaves',
  async (_, code) => {
    const options = "{ beforeSend: (event) => ({ ...event, tags: { seen: 'yes' } }) }";
    const { events } = await runApp({ 'main.js': main(code, options), 'shop.js': SHOP });
    expect(events).toMatchObject([{ level: 'fatal', tags: { seen: 'yes' } }]);
    expect(shownBy(events[0])).toEqual(SHOWN);
  },
);

describe('the source lines of an event', () => {
  it('are as many as wanted', async () => {
    const options = '{ contextLines: 1 }';
    const { events } = await runApp({ 'main.js': main('client.captureException(fail())', options), 'shop.js': SHOP });
    expect(shownBy(events[0])).toEqual([SHOWN[0]?.slice(1), SHOWN[1], SHOWN[2]?.slice(0, 1)]);
  });

  it('are none where none are wanted', async () => {
    const options = '{ contextLines: 0 }';
    const { events } = await runApp({ 'main.js': main('client.captureException(fail())', options), 'shop.js': SHOP });
    expect(JSON.stringify(events)).not.toContain('context_line');
  });

  it('do not show card numbers: D18', async () => {
    const shop = SHOP.replace('// The shop.', "const CARD = '4539 5787 6362 1486';");
    const { events } = await runApp({ 'main.js': main('client.captureException(fail())'), 'shop.js': shop });
    expect(shownBy(events[0])).toEqual([["const CARD = '[Filtered]';", SHOWN[0]?.[1]], SHOWN[1], SHOWN[2]]);
    expect(JSON.stringify(events)).not.toContain('6362');
  });

  it('are never read by a log call: P2', async () => {
    const code = `
      const fs = require('node:fs');
      const called = [];
      for (const name of Object.keys(fs).filter((key) => key.endsWith('Sync'))) {
        const real = fs[name];
        fs[name] = function () { called.push(name); return real.apply(this, arguments); };
      }
      const errors = [fail(), fail()];
      called.splice(0);
      for (const error of errors) client.captureException(error);
      const during = called.splice(0);
      client.flush().then(() => console.log(JSON.stringify(during)));`;
    const { stdout, events } = await runApp({ 'main.js': main(code), 'shop.js': SHOP });
    expect(JSON.parse(stdout)).toEqual([]);
    expect(events.map(shownBy)).toEqual([SHOWN, SHOWN]);
  });

  it('are not those of a file that a stack merely names', async () => {
    const code = `
      const error = new Error('sent by a client');
      error.stack = 'Error: sent by a client\\n    at f (/etc/passwd:1:1)\\n    at g (/proc/self/environ:1:1)';
      client.captureException(error);`;
    const { events } = await runApp({ 'main.js': main(code), 'shop.js': SHOP });
    expect(framesOf(events[0]).map(({ filename }) => filename)).toEqual(['/proc/self/environ', '/etc/passwd']);
    expect(JSON.stringify(events)).not.toContain('context_line');
  });
});

describe('the stack of compiled code', () => {
  /** Maps the only line of the compiled file to line 3 of its source. */
  const map = JSON.stringify({ version: 3, sources: ['shop.ts'], names: [], mappings: 'AAEA,SAASA' });
  // In pieces, for vitest would take the whole for its own.
  const comment = ['//# source', 'MappingURL=data:application/json;base64,', Buffer.from(map).toString('base64')].join(
    '',
  );
  const compiled = `exports.order = function order(card) { throw new Error('no stock'); };
${comment}
`;
  const source = `interface Card { id: string }

export function order(card: Card): never {
  throw new Error('no stock');
}
`;

  it('with --enable-source-maps is that of its source, lines included', async () => {
    const files = { 'main.js': main('client.captureException(fail())'), 'shop.js': compiled, 'shop.ts': source };
    const { events } = await runApp(files, { flags: ['--enable-source-maps'] });
    const frame = framesOf(events[0]).at(-1);
    expect(frame).toMatchObject({ filename: 'shop.ts', lineno: 3, in_app: true, module: 'shop.ts' });
    expect(frame?.context_line).toBe('export function order(card: Card): never {');
    expect(frame?.pre_context).toEqual(['interface Card { id: string }', '']);
  });

  it('whose source is not there has no lines, and arrives none the less', async () => {
    const files = { 'main.js': main('client.captureException(fail())'), 'shop.js': compiled };
    const { events } = await runApp(files, { flags: ['--enable-source-maps'] });
    expect(framesOf(events[0]).at(-1)).toMatchObject({ filename: 'shop.ts', lineno: 3 });
    expect(shownBy(events[0])).toBeUndefined();
  });

  it('has the debug ids that a bundler plugin left, under the very paths of its frames', async () => {
    const id = '0a1b2c3d-0000-4000-8000-00000000000a';
    const snippet = `!function(){try{var e=globalThis,n=(new e.Error).stack;n&&(e._sentryDebugIds=e._sentryDebugIds||{},e._sentryDebugIds[n]="${id}")}catch(e){}}();`;
    const files = { 'main.js': main('client.captureException(fail())'), 'shop.js': snippet + SHOP };
    const { events } = await runApp(files);
    const path = framesOf(events[0]).at(-1)?.abs_path;
    expect(path).toMatch(/shop\.js$/);
    expect(events[0]?.debug_meta).toEqual({ images: [{ type: 'sourcemap', code_file: path, debug_id: id }] });
  });
});

describe('attachStacktrace', () => {
  const LOGGERS: Readonly<Record<string, string>> = {
    winston: `
      const winston = require('MODULES/winston');
      const { JackdawTransport } = require('JACKDAW/adapters/winston.js');
      const logger = winston.createLogger({ transports: [new JackdawTransport(OPTIONS)] });`,
    pino: `
      const logger = require('MODULES/pino')(require('JACKDAW/adapters/pino.js')(OPTIONS));`,
    log4js: `
      const log4js = require('MODULES/log4js');
      const client = require('JACKDAW/index.js').createClient(OPTIONS);
      log4js.configure({
        appenders: { jackdaw: { type: require('JACKDAW/adapters/log4js.js'), client: () => client } },
        categories: { default: { appenders: ['jackdaw'], level: 'info' } },
      });
      const logger = log4js.getLogger();`,
    none: `
      const client = require('JACKDAW/index.js').createClient(OPTIONS);
      const logger = { error: (text) => client.captureMessage(text, 'error') };`,
  };

  function logged(logger: string, options: string, call = "logger.error('out of stock')"): Promise<RunApp> {
    const setUp = (LOGGERS[logger] ?? '').replaceAll('OPTIONS', options);
    const checkOut = `(() => { function checkOut() { ${call} }\n return checkOut; })()`;
    return runApp({ 'main.js': `${setUp}\nconst checkOut = ${checkOut};\ncheckOut();` });
  }

  it.each(Object.keys(LOGGERS))('gives a message the stack of its log call (logger: %s)', async (logger) => {
    const { events } = await logged(logger, '{ attachStacktrace: true }');
    expect(events).toHaveLength(1);
    const [thread] = events[0]?.threads?.values ?? [];
    expect(thread).toMatchObject({ current: true, crashed: false });
    const frames = thread?.stacktrace?.frames ?? [];
    expect(frames.at(-1)?.filename).toBe('main.js');
    expect(frames.filter((frame) => frame.function === 'checkOut')).toHaveLength(1);
    expect(frames.at(-1)?.context_line).toMatch(/logger\.error|captureMessage/);
    expect(frames.filter((frame) => frame.abs_path?.includes('node_modules'))).toEqual([]);
    expect(events[0]?.exception).toBeUndefined();
  });

  it('is off by default', async () => {
    expect((await logged('none', '{}')).events[0]?.threads).toBeUndefined();
  });

  it.each([
    ['an error', "client.captureException(new Error('boom'))"],
    ['an event with an exception of its own', "client.captureEvent({ exception: { values: [{ type: 'E' }] } })"],
  ])('adds none to %s', async (_, call) => {
    const { events } = await logged('none', '{ attachStacktrace: true }', call);
    expect(events).toHaveLength(1);
    expect(events[0]?.threads).toBeUndefined();
  });
});
