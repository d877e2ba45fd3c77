import { AsyncLocalStorage } from 'node:async_hooks';
import { Writable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import winston from 'winston';
import { JackdawTransport, type JackdawTransportOptions, keepOriginals } from '../../src/adapters/winston.js';
import { ConfigError } from '../../src/client/config-error.js';
import { createClient } from '../../src/client/create-client.js';
import { processState } from '../../src/client/process-state.js';
import { startInbox } from '../../src/inbox/server.js';
import type { ErrorEvent } from '../../src/protocol/event.js';
import type { Level } from '../../src/protocol/level.js';
import { type MemoryTransport, memoryTransport } from '../../src/transport/memory.js';
import { expectSettled } from '../support/balance.js';
import { runScript } from '../support/child-script.js';
import { closedPort } from '../support/closed-port.js';
import { describeAdapter, freshDsn, type HostCalls, type HostHarness } from './contract.js';

/** The default format serializes and so throws for much of what an adapter must take. */
const untouched = winston.format((info) => info);

function calls(logger: winston.Logger): HostCalls {
  return {
    message: (level, text) => void logger[level](text),
    error: (level, text, error) => void logger[level](text, error),
    errorAlone: (level, error) => void logger[level](error),
    fields: (level, text, fields) => void logger[level](text, fields),
  };
}

function ended(logger: winston.Logger): Promise<void> {
  return new Promise((resolve) => {
    logger.once('finish', resolve);
    logger.end();
  });
}

const harness: HostHarness = {
  name: 'winston',
  loggerName: 'orders',
  open(options) {
    const transport = new JackdawTransport(options);
    const logger = winston.createLogger({
      level: 'silly',
      format: untouched(),
      defaultMeta: { label: 'orders' },
      transports: [transport],
    });
    return { ...calls(logger), client: transport.client, end: () => ended(logger) };
  },
  bare() {
    const nowhere = new winston.transports.Console({ silent: true });
    return calls(
      winston.createLogger({
        level: 'silly',
        format: untouched(),
        defaultMeta: { label: 'orders' },
        transports: [nowhere],
      }),
    );
  },
};

describeAdapter(harness);

interface Bench {
  readonly logger: winston.Logger;
  readonly transport: JackdawTransport;
  readonly memory: MemoryTransport;
  readonly events: readonly ErrorEvent[];
}

const open: JackdawTransport[] = [];
afterEach(async () => {
  for (const transport of open.splice(0)) {
    await transport.client.close(100);
    expectSettled(transport.client);
  }
});

/** A transport that keeps what it would send. */
function makeTransport(options: JackdawTransportOptions = {}): {
  transport: JackdawTransport;
  memory: MemoryTransport;
} {
  const memory = memoryTransport();
  const transport = new JackdawTransport({ dsn: freshDsn(), transport: memory, ...options });
  open.push(transport);
  return { transport, memory };
}

function bench(options: JackdawTransportOptions = {}, logging: winston.LoggerOptions = {}): Bench {
  const { transport, memory } = makeTransport(options);
  return {
    logger: winston.createLogger({ ...logging, transports: [transport, ...[logging.transports ?? []].flat()] }),
    transport,
    memory,
    get events() {
      return memory.events.map((event) => event as ErrorEvent);
    },
  };
}

function eventsOf(memory: MemoryTransport): ErrorEvent[] {
  return memory.events.map((event) => event as ErrorEvent);
}

/** The texts of the warnings of one code that come of `work`, as if it were the first of the process. */
async function warningsOf(code: string, work: () => void): Promise<string[]> {
  // What earlier tests have warned about is still on its way.
  await new Promise(setImmediate);
  processState().warned.delete(code);
  const warnings = await processWarnings(work);
  return warnings.filter((warning) => (warning as { code?: unknown }).code === code).map(({ message }) => message);
}

async function processWarnings(work: () => void): Promise<Error[]> {
  const warnings: Error[] = [];
  const listener = (warning: Error): number => warnings.push(warning);
  process.on('warning', listener);
  try {
    work();
    await new Promise(setImmediate);
    return warnings;
  } finally {
    process.off('warning', listener);
  }
}

/** A transport of winston's own that keeps the messages it was given. */
function collector(): { readonly messages: unknown[]; readonly transport: winston.transport } {
  const messages: unknown[] = [];
  const stream = new Writable({
    objectMode: true,
    write(info: { message: unknown }, _encoding, done) {
      messages.push(info.message);
      done();
    },
  });
  return { messages, transport: new winston.transports.Stream({ stream, format: winston.format.simple() }) };
}

describe('as winston sees it', () => {
  it('is a transport of the modern kind, and is not wrapped as a legacy one', () => {
    const { logger, transport } = bench();
    expect(logger.transports).toEqual([transport]);
    expect(transport.log.length).toBeLessThanOrEqual(2);
  });

  it("passes winston's own options on, and leaves their defaults alone", () => {
    const format = untouched();
    const { transport } = bench({ level: 'warn', format, silent: true, handleExceptions: false, highWaterMark: 3 });
    expect(transport).toMatchObject({ level: 'warn', format, silent: true, handleExceptions: false });
    expect(transport.writableHighWaterMark).toBe(3);
    expect(bench().transport.writableHighWaterMark).toBe(16);
    expect(bench().transport.silent).toBeUndefined();
  });

  it('takes a client itself as well as a function', async () => {
    const memory = memoryTransport();
    await using client = createClient({ dsn: freshDsn(), transport: memory });
    const transport = new JackdawTransport({ client, level: 'error' });
    winston.createLogger({ transports: [transport] }).error('through the given client');
    expect(transport.client).toBe(client);
    expect(memory.events).toHaveLength(1);
  });

  it.each([
    ['no client', { client: {} }],
    ['a function that returns none', { client: () => undefined }],
  ])('refuses %s where a client should be', (_name, options) => {
    expect(() => new JackdawTransport(options as never)).toThrow(TypeError);
  });

  it("lets its own level win over the logger's in both directions", () => {
    const verbose = bench({ level: 'debug', breadcrumbLevel: 'debug', eventLevel: 'debug' }, { level: 'error' });
    verbose.logger.debug('passes');
    expect(verbose.events).toHaveLength(1);
    const quiet = bench({ level: 'error', eventLevel: 'debug', breadcrumbLevel: false }, { level: 'debug' });
    quiet.logger.warn('is held back');
    expect(quiet.events).toEqual([]);
  });

  it('warns once when its level hides records that a threshold asks for', async () => {
    const warnings = await warningsOf('JACKDAW_LEVEL_HIDES', () => {
      bench({ level: 'error' });
      bench({ level: 'error' });
    });
    expect(warnings).toEqual([expect.stringContaining("level 'error' of the winston transport hides records")]);
  });

  it('refuses a level of its own that the logger does not have', () => {
    const { transport } = makeTransport({ level: 'eror' });
    expect(() => winston.createLogger({ transports: [transport] })).toThrow(
      /level must be one of the logger's own levels \(error, warn, .*\), not 'eror'/,
    );
  });

  it('emits logged for each record, after the call', async () => {
    const { logger, transport } = bench();
    const logged: unknown[] = [];
    transport.on('logged', (info: { message: unknown }) => logged.push(info.message));
    logger.info('one');
    logger.error('two');
    expect(logged).toEqual([]);
    await vi.waitFor(() => expect(logged).toEqual(['one', 'two']));
  });

  it('is silent when told so, even where winston does not ask', () => {
    const { logger, transport, memory } = bench({ silent: true });
    const next = vi.fn();
    logger.error('through the logger');
    transport.log({ level: 'error', message: 'directly' }, next);
    expect(memory.envelopes).toEqual([]);
    expect(next).toHaveBeenCalledTimes(1);
  });
});

describe('log(info, next)', () => {
  const LEVEL = Symbol.for('level');

  it.each<[string, unknown, number]>([
    ['a record', { level: 'error', message: 'x', [LEVEL]: 'error' }, 1],
    ['a record below all thresholds', { level: 'silly', message: 'x', [LEVEL]: 'silly' }, 0],
    ['a record without the level symbol', { level: 'error', message: 'x' }, 1],
    ['a coloured level without the symbol', { level: '\u001b[31merror\u001b[39m', message: 'x' }, 1],
    ['undefined', undefined, 0],
    ['null', null, 0],
    ['false', false, 0],
    ['a text', 'error: x', 0],
    ['an object without fields', {}, 0],
    ['a level that is an object', { level: {}, message: 'x' }, 0],
    ['a level without prototype', { level: Object.create(null), message: 'x' }, 0],
    ['a level that nobody knows', { level: 'loud', message: 'x' }, 0],
  ])('takes %s and calls next exactly once before it returns', (_name, info, events) => {
    const { transport, memory } = makeTransport();
    const next = vi.fn();
    transport.log(info, next);
    expect(next.mock.calls).toEqual([[]]);
    expect(memory.events).toHaveLength(events);
    expect(() => transport.log(info)).not.toThrow();
  });

  it('calls next exactly once when everything throws that can', () => {
    const refuse = (): never => {
      throw new Error('no');
    };
    const transport = new JackdawTransport({
      dsn: freshDsn(),
      transport: { send: refuse, flush: async () => true, close: async () => true },
      random: refuse,
      sampleRate: 0.5,
      beforeSend: refuse,
      beforeBreadcrumb: refuse,
      beforeSendLog: refuse,
      processors: [refuse],
      onDrop: refuse,
      onError: refuse,
      onScrub: refuse,
      logLevel: 'debug',
    });
    open.push(transport);
    const next = vi.fn();
    transport.on('logged', refuse);
    transport.off('logged', refuse);
    const broken = new Proxy({ [LEVEL]: 'error', level: 'error', message: 'x' }, { ownKeys: refuse });
    for (const info of [{ [LEVEL]: 'error', level: 'error', message: 'x', password: 'y' }, broken]) {
      transport.log(info, next);
    }
    expect(next).toHaveBeenCalledTimes(2);
  });

  it('does not stall the logger: with a dead destination a sibling gets all of 20,000 records', async () => {
    const sibling = collector();
    const { logger, transport } = bench(
      { dsn: `http://public@127.0.0.1:${await closedPort()}/1`, transport: 'http', shutdownTimeoutMs: 100 },
      { transports: [sibling.transport] },
    );
    for (let index = 0; index < 20_000; index++) logger.error(`record ${index}`);
    expect(sibling.messages).toHaveLength(20_000);
    expect(transport.client.stats().accepted.error).toBe(20_000);
    await ended(logger);
  });

  it('leaves the async context of later records right', async () => {
    const request = new AsyncLocalStorage<number>();
    const seen: [unknown, number | undefined][] = [];
    const { logger } = bench({
      eventLevel: 'info',
      beforeSend(event) {
        seen.push([event.logentry?.formatted, request.getStore()]);
        return event;
      },
    });
    const numbers = Array.from({ length: 40 }, (_, index) => index);
    await Promise.all(
      numbers.map((number) =>
        request.run(number, async () => {
          await new Promise(setImmediate);
          logger.info(`${number}`);
        }),
      ),
    );
    expect(seen).toEqual(numbers.map((number) => [`${number}`, number]));
  });

  it('does not change the record that other transports see', () => {
    const infos: object[] = [];
    const spy = new winston.transports.Stream({ stream: new Writable({ write: (_c, _e, done) => done() }) });
    spy.log = (info: object, next: () => void) => {
      infos.push(info);
      next();
    };
    const { logger } = bench({ logLevel: 'trace' }, { transports: [spy], format: untouched() });
    const fields = { a: 1, tags: { b: 'c' }, error: new Error('kept') };
    logger.error('text', fields);
    expect(infos).toHaveLength(1);
    expect(infos[0]).toMatchObject({ level: 'error', message: 'text', ...fields });
    expect(
      Reflect.ownKeys(infos[0] as object)
        .map(String)
        .sort(),
    ).toEqual(['Symbol(level)', 'Symbol(splat)', 'a', 'error', 'level', 'message', 'tags']);
  });
});

describe('levels', () => {
  const thresholds: JackdawTransportOptions = { eventLevel: 'trace', breadcrumbLevel: false };

  it.each([
    [
      'npm',
      winston.config.npm.levels,
      {
        error: 'error',
        warn: 'warning',
        info: 'info',
        http: 'debug',
        verbose: 'debug',
        debug: 'debug',
        silly: 'debug',
      },
    ],
    [
      'syslog',
      winston.config.syslog.levels,
      {
        emerg: 'fatal',
        alert: 'fatal',
        crit: 'fatal',
        error: 'error',
        warning: 'warning',
        notice: 'info',
        info: 'info',
        debug: 'debug',
      },
    ],
    [
      'cli',
      { error: 0, warn: 1, info: 2, verbose: 3, silly: 4 },
      { error: 'error', warn: 'warning', info: 'info', verbose: 'debug', silly: 'debug' },
    ],
  ] satisfies [string, Record<string, number>, Record<string, string>][])(
    'of %s have their places',
    (_name, levels, placed) => {
      const { logger, memory } = bench(thresholds, { levels, level: Object.keys(levels).at(-1) ?? '' });
      for (const level of Object.keys(levels)) logger.log(level, level);
      const received = eventsOf(memory).map((event) => [event.logentry?.formatted, event.level]);
      expect(Object.fromEntries(received)).toEqual(placed);
    },
  );

  it('that nobody can know are refused by name', () => {
    const { transport } = makeTransport();
    const create = (): unknown =>
      winston.createLogger({ levels: { error: 0, audit: 1, chatter: 2 }, transports: [transport] });
    expect(create).toThrow(ConfigError);
    expect(create).toThrow(/levelMap must say what these levels mean: audit, chatter/);
  });

  it('that nobody can know are placed by levelMap, which also wins over known names', () => {
    const levelMap: Record<string, Level> = { audit: 'info', chatter: 'trace', error: 'fatal' };
    const { logger, memory } = bench(
      { ...thresholds, levelMap },
      { levels: { error: 0, audit: 1, chatter: 2 }, level: 'chatter' },
    );
    for (const level of ['error', 'audit', 'chatter']) logger.log(level, level);
    expect(eventsOf(memory).map((event) => event.level)).toEqual(['fatal', 'info', 'debug']);
  });

  it('may be coloured by a format', () => {
    const { logger, memory } = bench({}, { format: winston.format.colorize({ all: true }) });
    logger.info('painted');
    logger.error('painted, too');
    const [event] = eventsOf(memory);
    expect(event).toMatchObject({ level: 'error', breadcrumbs: { values: [{ level: 'info' }] } });
  });

  it('may change at run time', () => {
    const { logger, memory } = bench({ eventLevel: 'debug' }, { level: 'error' });
    logger.info('held back');
    logger.level = 'info';
    logger.info('passes');
    expect(eventsOf(memory).map((event) => event.logentry?.formatted)).toEqual(['passes']);
  });

  it('of two loggers that share the transport should be the same: else there is one warning', async () => {
    const warnings = await warningsOf('JACKDAW_LEVELS_DIFFER', () => {
      const { transport } = makeTransport();
      winston.createLogger({ transports: [transport] });
      winston.createLogger({ transports: [transport] });
      winston.createLogger({ levels: winston.config.syslog.levels, transports: [transport] });
    });
    expect(warnings).toHaveLength(1);
  });
});

describe('where the Error is', () => {
  const { combine, errors, json, splat } = winston.format;
  class StockError extends Error {
    override readonly name = 'StockError';
    readonly sku = 'JD-42';
  }
  const makeError = (): Error => new StockError('no stock', { cause: new TypeError('no shelf') });
  const kept = [
    ['TypeError', 'no shelf'],
    ['StockError', 'no stock'],
  ];
  type Row = [string, winston.Logform.Format | undefined, (logger: winston.Logger, error: Error) => void, string];

  it.each<Row>([
    ['alone', undefined, (logger, error) => logger.error(error), 'no stock'],
    ['alone by log()', undefined, (logger, error) => logger.log('error', error), 'no stock'],
    ['behind a text', undefined, (logger, error) => logger.error('saving', error), 'saving no stock'],
    [
      'behind a text, with splat()',
      combine(splat(), json()),
      (logger, error) => logger.error('saving', error),
      'saving no stock',
    ],
    [
      'behind a text, with errors()',
      combine(errors({ stack: true }), json()),
      (logger, error) => logger.error('saving', error),
      'saving no stock',
    ],
    [
      'for %s, with splat()',
      combine(splat(), json()),
      (logger, error) => logger.error('saving %s', error),
      'saving StockError: no stock',
    ],
    ['for %s, without splat()', undefined, (logger, error) => logger.error('saving %s', error), 'saving %s'],
    [
      'as the message',
      undefined,
      (logger, error) => logger.log({ level: 'error', message: error as never }),
      'no stock',
    ],
    ['under err', undefined, (logger, err) => logger.error('saving', { err }), 'saving'],
    ['under error', undefined, (logger, error) => logger.error('saving', { error }), 'saving'],
    ['under exception', undefined, (logger, exception) => logger.error('saving', { exception }), 'saving'],
    ['under any other key', undefined, (logger, failure) => logger.error('saving', { failure }), 'saving'],
    [
      'under a key, through a child',
      undefined,
      (logger, error) => logger.child({ job: 1 }).error('saving', { error }),
      'saving',
    ],
    [
      'behind a text, through a child',
      undefined,
      (logger, error) => logger.child({ job: 1 }).error('saving', error),
      'saving no stock',
    ],
    ['behind fields, without splat()', undefined, (logger, error) => logger.error('saving', { a: 1 }, error), 'saving'],
    [
      'behind fields, with keepOriginals() before splat()',
      combine(keepOriginals(), splat(), json()),
      (logger, error) => logger.error('saving', { a: 1 }, error),
      'saving',
    ],
    [
      'behind a text, with keepOriginals() before errors()',
      combine(keepOriginals(), errors({ stack: true }), json()),
      (logger, error) => logger.error('saving', error),
      'saving no stock',
    ],
    [
      'alone, with keepOriginals() before errors()',
      combine(keepOriginals(), errors({ stack: true }), json()),
      (logger, error) => logger.error(error),
      'no stock',
    ],
  ])('%s it is found with class, cause, frames and own properties', (_name, format, call, text) => {
    const { logger, memory } = bench({}, format === undefined ? {} : { format });
    call(logger, makeError());
    const [event, ...others] = eventsOf(memory);
    expect(others).toEqual([]);
    const values = event?.exception?.values ?? [];
    expect(values.map(({ type, value }) => [type, value])).toEqual(kept);
    expect(values.at(-1)?.stacktrace?.frames.at(-1)).toMatchObject({
      function: 'makeError',
      filename: expect.stringMatching(/winston\.test\.ts$/),
      in_app: true,
    });
    expect(event?.logentry?.formatted?.startsWith(text), event?.logentry?.formatted).toBe(true);
    expect(event?.contexts?.['StockError']).toMatchObject({ sku: 'JD-42' });
    for (const repeated of ['stack', 'cause', 'error', 'err', 'exception', 'failure']) {
      expect(event?.extra ?? {}).not.toHaveProperty(repeated);
    }
  });

  it.each<Row>([
    [
      'errors({ stack: true })',
      combine(errors({ stack: true }), json()),
      (logger, error) => logger.error(error),
      'Error',
    ],
    ['a child', undefined, (logger, error) => logger.child({ job: 1 }).error(error), 'Error'],
  ])('%s has made a copy of it, type, text and frames are still found', (_name, format, call) => {
    const { logger, memory } = bench({}, format === undefined ? {} : { format });
    call(logger, makeError());
    const value = eventsOf(memory)[0]?.exception?.values?.at(-1);
    expect(value).toMatchObject({ type: 'StockError', value: 'no stock' });
    expect(value?.stacktrace?.frames.at(-1)).toMatchObject({ function: 'makeError' });
  });

  it('finds the first of several, and keeps the others as fields', () => {
    const { logger, memory } = bench();
    logger.error('both failed', { other: new RangeError('other'), error: makeError() });
    const [event] = eventsOf(memory);
    expect(event?.exception?.values?.at(-1)).toMatchObject({ type: 'StockError' });
    expect(event?.extra).toMatchObject({ other: { message: 'other' } });
  });

  it('keeps a cause that is a field of the user', () => {
    const { logger, memory } = bench();
    logger.error('saving', { error: new Error('plain'), cause: 'disk full' });
    expect(eventsOf(memory)[0]).toMatchObject({
      extra: { cause: 'disk full' },
      exception: { values: [{ value: 'plain' }] },
    });
  });
});

describe('keepOriginals()', () => {
  const { combine, json, splat } = winston.format;
  const format = combine(keepOriginals(), splat(), json());

  it('keeps the template and its parameters, which group events', () => {
    const { logger, memory } = bench({}, { format });
    logger.error('order %d of %s failed', 4711, 'ada', { shop: 'berlin' });
    expect(eventsOf(memory)[0]).toMatchObject({
      logentry: { formatted: 'order 4711 of ada failed', message: 'order %d of %s failed', params: ['4711', 'ada'] },
      extra: { shop: 'berlin' },
    });
  });

  it('adds nothing where the text has no placeholders', () => {
    const { logger, memory } = bench({}, { format });
    logger.error('100 % sure', { shop: 'berlin' });
    expect(eventsOf(memory)[0]?.logentry).toEqual({ formatted: '100 % sure' });
  });

  it('masks secrets among the parameters', () => {
    const { logger, memory } = bench({}, { format });
    logger.error('card %s refused: %j', '4111 1111 1111 1111', { password: 'hunter2' });
    expect(eventsOf(memory)[0]?.logentry).toMatchObject({
      formatted: 'card [Filtered] refused: {"password":"[Filtered]"}',
      params: ['[Filtered]', '{"password":"[Filtered]"}'],
    });
  });

  it('keeps the template of a call whose Error was logged alone before', () => {
    const { logger, memory } = bench({ dedupe: false }, { format });
    const error = new Error('no stock');
    logger.error(error);
    logger.error('order %d lost', 4711, error);
    expect(eventsOf(memory)[1]?.logentry).toMatchObject({ message: 'order %d lost', params: ['4711'] });
  });

  it.each<[string, (logger: winston.Logger, error: Error) => unknown]>([
    ['alone', (logger, error) => logger.error(error)],
    ['behind a text', (logger, error) => logger.error('lost', error)],
    ['behind parameters', (logger, error) => logger.error('order %d lost', 4711, error)],
    ['behind fields', (logger, error) => logger.error('lost', { a: 1 }, error)],
    ['in a field', (logger, error) => logger.error('lost', { err: error })],
  ])('keeps an Error the same, logged %s', (_name, call) => {
    const { combine: all, errors } = winston.format;
    const { logger, memory } = bench({}, { format: all(keepOriginals(), errors({ stack: true }), splat(), json()) });
    const error = new Error('no stock');
    call(logger, error);
    logger.error('caught', error);
    expect(eventsOf(memory)).toHaveLength(1);
  });

  it("does not show in other transports' output", () => {
    const lines: string[] = [];
    const stream = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk).trim());
        done();
      },
    });
    const { logger } = bench({}, { format, transports: [new winston.transports.Stream({ stream })] });
    logger.error('order %d', 4711);
    expect(lines.map((line) => JSON.parse(line))).toEqual([{ level: 'error', message: 'order 4711' }]);
  });
});

describe('the name of the logger', () => {
  it.each([
    ['label', { label: 'orders' }, 'orders'],
    ['logger', { logger: 'orders' }, 'orders'],
    ['label before logger', { label: 'orders', logger: 'shop' }, 'orders'],
    ['winston where there is none', {}, 'winston'],
    ['winston where it is no text', { label: 7 }, 'winston'],
  ])('is %s', (_name, defaultMeta, expected) => {
    const { logger, memory } = bench({}, { defaultMeta });
    logger.error('x');
    expect(eventsOf(memory)[0]?.logger).toBe(expected);
  });
});

describe('what a hook logs', () => {
  const copying = winston.format((info) => ({ ...info }));
  type Row = [string, JackdawTransportOptions, winston.LoggerOptions, (logger: winston.Logger) => winston.Logger];

  it.each<Row>([
    ['the logger itself', {}, {}, (logger) => logger],
    ['a child', {}, {}, (logger) => logger.child({ job: 1 })],
    ['a format that copies', {}, { format: copying() }, (logger) => logger],
    ['a format of the transport', { format: copying() }, {}, (logger) => logger],
    ['another logger with the transport', {}, {}, (logger) => winston.createLogger({ transports: logger.transports })],
  ])('through %s is counted, and does not feed the transport for ever', (_name, options, logging, through) => {
    let other: winston.Logger | undefined;
    const { logger, transport, memory } = bench(
      {
        ...options,
        beforeSend(event) {
          other?.error('from the hook');
          other?.error(new Error('from the hook'));
          return event;
        },
      },
      logging,
    );
    other = through(logger);
    logger.error('one');
    logger.error('two');
    expect(eventsOf(memory).map((event) => event.logentry?.formatted)).toEqual(['one', 'two']);
    expect(transport.client.stats().dropped).toEqual({ ignored: { error: 4 } });
  });
});

describe('many loggers and transports', () => {
  it('raise no warning about listeners: 20 loggers with one transport, 20 transports with one logger', async () => {
    const { transport } = makeTransport();
    const transports = Array.from({ length: 20 }, () => makeTransport().transport);
    const warnings = await processWarnings(() => {
      for (let count = 0; count < 20; count++) winston.createLogger({ transports: [transport] }).error('x');
      winston.createLogger({ transports }).error('x');
    });
    expect(warnings).toEqual([]);
  });

  it("leave the logger's own limit as it was when they are removed", () => {
    const { logger, transport } = bench();
    const without = winston.createLogger().getMaxListeners();
    expect(logger.getMaxListeners()).toBe(without + 1);
    logger.remove(transport);
    expect(logger.getMaxListeners()).toBe(without);
  });
});

describe('the end', () => {
  it('comes after delivery: finish of the logger means that the server has it all', async () => {
    await using inbox = await startInbox();
    const transport = new JackdawTransport({ dsn: inbox.dsn, logLevel: 'info' });
    const logger = winston.createLogger({ transports: [transport] });
    for (let index = 0; index < 50; index++) logger.error(`last words ${index}`);
    await ended(logger);
    expect(inbox.items('event')).toHaveLength(50);
    expect(inbox.items('log').flatMap(({ payload }) => payload['items'])).toHaveLength(50);
    expect(transport.client.stats().delivered).toEqual({ error: 50, log_item: 50 });
    expectSettled(transport.client);
  });

  it('comes in time when nobody answers, and everything is counted', async () => {
    const { logger, transport } = bench({
      dsn: `http://public@127.0.0.1:${await closedPort()}/1`,
      transport: 'http',
      shutdownTimeoutMs: 100,
    });
    logger.error('to nobody');
    await ended(logger);
    expectSettled(transport.client);
    expect(transport.client.stats().dropped).toMatchObject({ network_error: { error: 1 } });
  });

  it('of a transport whose logger is removed closes its own client', async () => {
    const { logger, transport, memory } = bench();
    logger.error('before');
    logger.remove(transport);
    await transport.client.flush();
    expect(memory.events).toHaveLength(1);
    expect(transport.client.captureMessage('after')).toBeUndefined();
  });

  it.each<[string, (logger: winston.Logger, transport: JackdawTransport) => void]>([
    ['remove()', (logger, transport) => logger.remove(transport)],
    ['clear()', (logger) => logger.clear()],
    ['close()', (logger) => logger.close()],
    ['configure()', (logger) => logger.configure({ transports: [] })],
  ])('by %s leaves a client that was given open', async (_name, stop) => {
    await using client = createClient({ dsn: freshDsn(), transport: memoryTransport() });
    const transport = new JackdawTransport({ client });
    const logger = winston.createLogger({ transports: [transport] });
    stop(logger, transport);
    expect(client.captureMessage('still open')).toBeDefined();
  });

  it('is none for a transport that another logger still has, and that logger sets the level from now on', () => {
    const { transport, memory } = makeTransport({ eventLevel: 'info' });
    const first = winston.createLogger({ level: 'silly', transports: [transport] });
    const second = winston.createLogger({ level: 'error', transports: [transport] });
    first.remove(transport);
    second.info('held back by its logger');
    second.error('still here');
    expect(eventsOf(memory).map((event) => event.logentry?.formatted)).toEqual(['still here']);
  });

  it('is not final: added again, the transport works again, at the level of its new logger', () => {
    const memories: MemoryTransport[] = [];
    const factory = (): MemoryTransport => {
      memories.push(memoryTransport());
      return memories.at(-1) as MemoryTransport;
    };
    const { transport } = makeTransport({ transport: factory, eventLevel: 'debug' });
    const logger = winston.createLogger({ transports: [transport] });
    for (const round of ['first', 'second', 'third']) {
      logger.debug(`${round}: held back by the logger`);
      logger.info(round);
      logger.remove(transport);
      logger.add(transport);
    }
    const received = memories.map((memory) => eventsOf(memory).map((event) => event.logentry?.formatted));
    expect(received).toEqual([['first'], ['second'], ['third'], []]);
    open.push(transport);
  });

  it('can be waited for with flush()', async () => {
    await using inbox = await startInbox();
    const transport = new JackdawTransport({ dsn: inbox.dsn });
    winston.createLogger({ transports: [transport] }).error('flushed');
    expect(await transport.flush()).toBe(true);
    expect(inbox.items('event')).toHaveLength(1);
    await transport.client.close();
  });
});

describe('exceptions that nobody caught', () => {
  const script = (options: string, end: string): string => `
    const winston = require('winston');
    const { JackdawTransport } = require('jackdaw/winston');
    const logger = winston.createLogger({
      transports: [new JackdawTransport({ dsn: process.argv[1], ${options} })],
    });
    logger.info('about to fail', { step: 1 });
    setTimeout(() => { console.log('went on'); logger.end(); }, 50);
    const start = Date.now();
    process.on('exit', () => console.log('waited', Date.now() - start, 'ms'));
    ${end}
  `;
  const thrown = "setTimeout(() => { throw new RangeError('nobody caught this'); }, 1);";
  const rejected = "Promise.reject(new RangeError('nobody caught this'));";

  it.each([
    // jackdaw's own hook hears of it first; what winston logs about the same Error then is no second event.
    ['an exception', 'handleExceptions: true', thrown, 'onuncaughtexception'],
    ['an exception, without the hook', 'handleExceptions: true, processHooks: false', thrown, 'auto.log.winston'],
    ['a rejection', 'handleRejections: true', rejected, 'auto.log.winston'],
  ])(
    'as %s are delivered as fatal and unhandled before winston ends the process',
    async (_name, options, end, type) => {
      await using inbox = await startInbox();
      const { code, stdout } = await runScript(script(options, end), [inbox.dsn, 's3cret-argument']);
      expect(code).toBe(1);
      // Without a word from the transport winston waits 3 s.
      expect(Number(/waited (\d+) ms/.exec(stdout)?.[1])).toBeLessThan(2_900);
      const events = inbox.items('event').map(({ payload }) => payload as unknown as ErrorEvent);
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({
        level: 'fatal',
        exception: {
          values: [{ type: 'RangeError', value: 'nobody caught this', mechanism: { type, handled: false } }],
        },
        breadcrumbs: { values: [{ message: 'about to fail' }] },
      });
      expect(JSON.stringify(events)).not.toContain('s3cret-argument');
      for (const noise of ['process', 'os', 'trace', 'date', 'exception', 'rejection']) {
        expect(events[0]?.extra ?? {}).not.toHaveProperty(noise);
      }
    },
  );

  it('do not end the process where exitOnError is false', async () => {
    await using inbox = await startInbox();
    const source = script('handleExceptions: true', thrown).replace('transports:', 'exitOnError: false, transports:');
    const { code, stdout } = await runScript(source, [inbox.dsn]);
    expect(stdout).toContain('went on');
    expect(code).toBe(0);
    expect(inbox.items('event')).toHaveLength(1);
  });
});
