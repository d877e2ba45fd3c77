import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { JackdawDestination } from '../../src/adapters/pino-destination.js';
import type { Client } from '../../src/client/client.js';
import { createClient } from '../../src/client/create-client.js';
import type { ClientOptions } from '../../src/client/options.js';
import type { Hint } from '../../src/processors/processor.js';
import type { Breadcrumb, ErrorEvent } from '../../src/protocol/event.js';
import { type MemoryTransport, memoryTransport } from '../../src/transport/memory.js';
import { expectSettled } from '../support/balance.js';
import { freshDsn } from './contract.js';

interface Opened {
  readonly destination: JackdawDestination;
  readonly client: Client;
  readonly transport: MemoryTransport;
  events(): ErrorEvent[];
  /** The breadcrumbs of an event captured now. */
  breadcrumbs(): readonly Breadcrumb[];
}

const opened: JackdawDestination[] = [];

afterEach(async () => {
  for (const destination of opened.splice(0)) {
    await destination.client.close();
    expectSettled(destination.client);
  }
});

function open(options: ClientOptions = {}): Opened {
  const transport = memoryTransport();
  // No source lines: the secrets stand in this very file.
  const destination = new JackdawDestination({ dsn: freshDsn(), transport, contextLines: 0, ...options });
  opened.push(destination);
  const { client } = destination;
  return {
    destination,
    client,
    transport,
    events: () => transport.events as unknown as ErrorEvent[],
    breadcrumbs() {
      client.captureMessage('probe');
      return (transport.events.at(-1) as unknown as ErrorEvent).breadcrumbs?.values ?? [];
    },
  };
}

/** Type and message of each exception of an event, the one that was logged first. */
function exceptions(event: ErrorEvent | undefined): string[] {
  return (event?.exception?.values ?? []).map(({ type, value }) => `${type}: ${value}`).reverse();
}

function chain(): Error {
  return new TypeError('no reply', { cause: new RangeError('port 5432') });
}

describe('a line of a logger in this thread', () => {
  it('is read whatever the logger calls its keys', () => {
    const { destination, events } = open();
    const options = { messageKey: 'text', errorKey: 'problem', nestedKey: 'payload', crlf: true, name: 'shop' };
    pino({ ...options, base: { region: 'eu' } }, destination).error(
      { problem: chain(), order: 1, tags: { a: 'b' } },
      'lost',
    );
    const [event] = events();
    expect(event).toMatchObject({ logger: 'shop', logentry: { formatted: 'lost' }, tags: { a: 'b' } });
    expect(event?.extra).toEqual({ region: 'eu', order: 1 });
    expect(exceptions(event)).toEqual(['TypeError: no reply', 'RangeError: port 5432']);
  });

  it('keeps loggers apart that share the destination and use other keys', () => {
    const { destination, events } = open();
    const one = pino({ messageKey: 'text', customLevels: { audit: 55 } }, destination);
    const other = pino({ errorKey: 'problem', customLevels: { chatter: 55 } }, destination);
    one.error({ err: chain() }, 'first');
    other.error({ problem: chain() }, 'second');
    one.audit('third');
    expect(events().map(({ logentry }) => logentry?.formatted)).toEqual(['first', 'second', 'third']);
    expect(events().map((event) => exceptions(event).length)).toEqual([2, 2, 0]);
    expect(events().map(({ extra }) => extra)).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    [
      'renamed and spelt by a formatter',
      { formatters: { level: (label: string) => ({ severity: label.toUpperCase() }) } },
    ],
    ['under a name of its own', { formatters: { level: (label: string) => ({ lvl: label }) } }],
    ['without pid, hostname and name', { base: null }],
    ['with an ISO time', { timestamp: pino.stdTimeFunctions.isoTime }],
    ['with a time to the nanosecond', { timestamp: pino.stdTimeFunctions.isoTimeNano }],
    ['with a time in seconds', { timestamp: pino.stdTimeFunctions.unixTime }],
    ['without a time', { timestamp: false }],
    ['with a time under another key', { timestamp: () => `,"timestamp":"${new Date().toISOString()}"` }],
    ['with a time that is none', { timestamp: () => ',"time":"soon"' }],
    ['with a time before all time', { timestamp: () => ',"time":-1795377997265' }],
    ['with a time in the far future', { timestamp: () => ',"time":8640000000000000' }],
  ] satisfies [string, pino.LoggerOptions][])('may be written %s', (_name, options) => {
    const { destination, events } = open();
    const before = Date.now() / 1_000;
    const logger = pino(options, destination);
    logger.info({ step: 1 }, 'begun');
    logger.error({ step: 2 }, 'failed');
    const [event] = events();
    expect(event).toMatchObject({ level: 'error', logger: 'pino', extra: { step: 2 } });
    expect(event?.extra).toEqual({ step: 2 });
    expect(event?.breadcrumbs?.values).toMatchObject([{ level: 'info', message: 'begun', data: { step: 1 } }]);
    for (const time of [event?.timestamp, event?.breadcrumbs?.values[0]?.timestamp]) {
      expect(time).toBeGreaterThanOrEqual(Math.floor(before));
      // Seconds may be rounded up.
      expect(time).toBeLessThanOrEqual(Date.now() / 1_000 + 0.5);
    }
  });

  it.each([
    ['1795377997265', 1_795_377_997.265],
    ['1795377997.265', 1_795_377_997.265],
    ['1795377997', 1_795_377_997],
    ['1795377997265123', 1_795_377_997.265_123],
    ['1795377997265123456', 1_795_377_997.265_123],
    ['"2026-11-22T19:26:37.265Z"', 1_795_375_597.265],
  ])('has the time %s that the logger wrote', (written, seconds) => {
    const { destination, events } = open();
    vi.setSystemTime(1_795_400_000_000);
    pino({ timestamp: () => `,"time":${written}` }, destination).error('now');
    vi.useRealTimers();
    expect(events()[0]?.timestamp).toBeCloseTo(seconds, 3);
  });

  it('has the fields of child loggers, the nearest last', () => {
    const { destination, events } = open();
    const logger = pino({ name: 'shop' }, destination).child({ request: 'r-1', step: 'root' });
    logger.child({ step: 'child', tags: { tenant: 'acme' } }).error({ step: 'call' }, 'failed');
    logger.child({ name: 'billing' }, { msgPrefix: '[b] ' }).error('refused');
    expect(events()[0]).toMatchObject({ logger: 'shop', tags: { tenant: 'acme' } });
    expect(events()[0]?.extra).toEqual({ request: 'r-1', step: 'call' });
    expect(events()[1]).toMatchObject({ logger: 'billing', logentry: { formatted: '[b] refused' } });
  });

  it('has the process id and host name of others, not of its own process', () => {
    const { destination, events } = open();
    pino(destination).error({ pid: 4711, hostname: 'db-1' }, 'lost');
    pino(destination).error('lost');
    expect(events().map(({ extra }) => extra)).toEqual([{ pid: 4711, hostname: 'db-1' }, undefined]);
  });

  it('is placed by the levels of the logger, also where a child has more of them', () => {
    const { destination, events } = open({ levelMap: { security: 'fatal' } });
    const logger = pino({ customLevels: { audit: 35 } }, destination);
    logger.audit('noted');
    logger.child({}, { customLevels: { security: 32 } }).security('breach');
    expect(events()).toMatchObject([{ level: 'fatal', logentry: { formatted: 'breach' } }]);
    expect(events()[0]?.breadcrumbs?.values).toMatchObject([{ level: 'info', message: 'noted' }]);
  });

  it('becomes the same breadcrumb however long it is', () => {
    const { destination, breadcrumbs } = open();
    const logger = pino({ name: 'shop' }, destination);
    for (const note of ['short', 'x'.repeat(10_000)]) logger.info({ note, nested: { password: 'hunter2' } }, 'seen');
    const [short, long] = breadcrumbs();
    expect(short).toMatchObject({ category: 'shop', message: 'seen', data: { note: 'short' } });
    expect(long).toEqual({
      ...short,
      timestamp: long?.timestamp,
      data: { ...short?.data, note: expect.stringMatching(/^x+…$/) },
    });
    expect(short?.data).toEqual({ note: 'short', nested: { password: '[Filtered]' } });
  });

  it('becomes a breadcrumb without the error', () => {
    const { destination, breadcrumbs } = open();
    pino(destination).warn({ err: chain(), order: 1 }, 'will retry');
    expect(breadcrumbs()).toMatchObject([{ message: 'will retry', data: { order: 1 } }]);
    expect(breadcrumbs()[0]?.data).toEqual({ order: 1 });
  });

  it('shows hooks the record with its texts', () => {
    const hints: Hint[] = [];
    const beforeBreadcrumb = (breadcrumb: Breadcrumb, hint: Hint): Breadcrumb => {
      hints.push(hint);
      return breadcrumb;
    };
    const { destination } = open({ beforeBreadcrumb });
    const error = chain();
    pino({ name: 'shop' }, destination).warn({ err: error, order: 1 }, 'will retry');
    const { record, originalException } = hints[0] ?? {};
    expect(record).toMatchObject({ levelName: 'warn', message: 'will retry', logger: 'shop', data: { order: 1 } });
    expect(originalException).toBeInstanceOf(TypeError);
  });
});

describe('an Error of a logger in this thread', () => {
  it.each([
    ['alone', (logger: pino.Logger, error: Error) => logger.error(error)],
    ['with a text', (logger: pino.Logger, error: Error) => logger.error(error, 'failed')],
    ['under the error key', (logger: pino.Logger, err: Error) => logger.error({ err }, 'failed')],
    ['under another key', (logger: pino.Logger, error: Error) => logger.error({ error }, 'failed')],
    ['under any key', (logger: pino.Logger, reason: Error) => logger.error({ reason }, 'failed')],
    ['among the bindings of a child', (logger: pino.Logger, err: Error) => logger.child({ err }).error('failed')],
  ])('is found %s', (_name, log) => {
    const { destination, events } = open();
    log(pino(destination), chain());
    expect(exceptions(events()[0])).toEqual(['TypeError: no reply', 'RangeError: port 5432']);
    expect(events()[0]?.extra).toBeUndefined();
    for (const { stacktrace } of events()[0]?.exception?.values ?? []) {
      expect(stacktrace?.frames.at(-1)).toMatchObject({ function: 'chain', in_app: true });
    }
  });

  it('is the same event three times where three loggers log it and dedupe is off', () => {
    const { destination, events } = open({ dedupe: false });
    const error = chain();
    for (const name of ['a', 'b', 'c']) pino({ name }, destination).error(error);
    expect(events().map(({ logger }) => logger)).toEqual(['a', 'b', 'c']);
    expect(new Set(events().map((event) => JSON.stringify(event.exception)))).toHaveLength(1);
  });
});

describe('rules for loggers', () => {
  const rules = [{ logger: 'db', breadcrumbLevel: 'debug' as const }];

  it('know a logger by its name, which a child or a call may change', () => {
    const { destination, breadcrumbs } = open({ rules });
    const logger = pino({ level: 'debug', name: 'db' }, destination);
    logger.debug('by name');
    logger.child({ name: 'web' }).debug('not by the name of a child');
    logger.debug({ name: 'web' }, 'not by the name of a call');
    pino({ level: 'debug' }, destination).debug({ name: 'db' }, 'by the name of a call alone');
    pino({ level: 'debug' }, destination).debug({ user: { name: 'db' } }, 'not by that of a user');
    pino({ level: 'debug' }, destination).debug({ note: '"name":"db"' }, 'not by a text');
    pino({ level: 'debug' }, destination).debug('not without a name');
    expect(breadcrumbs().map(({ message }) => message)).toEqual(['by name', 'by the name of a call alone']);
  });
});

describe('what a logger redacts', () => {
  class GatewayError extends Error {
    readonly card = '4111-hunter2';
    readonly config = { token: 'hunter2', url: '/pay' };
  }
  const make = (): GatewayError => new GatewayError('card 4111-hunter2', { cause: new RangeError('pin hunter2') });

  it.each([
    ['fields', ['buyer.name', 'order'], { order: '[Redacted]', buyer: { name: '[Redacted]', id: 1 } }],
    ['everything', ['*'], { order: '[Redacted]', buyer: '[Redacted]' }],
  ])('stays redacted: %s', (_name, redact, extra) => {
    const { destination, events, breadcrumbs } = open();
    const logger = pino({ redact }, destination);
    for (const level of ['info', 'error'] as const)
      logger[level]({ order: 'hunter2', buyer: { name: 'hunter2', id: 1 } }, 'lost');
    expect(events()[0]?.extra).toMatchObject(extra);
    expect(breadcrumbs()[0]?.data).toMatchObject(extra);
  });

  it.each([
    [
      'its properties',
      { paths: ['err.card', 'err.config.token', 'err.message', 'err.stack'] },
      'GatewayError: [Redacted]',
    ],
    [
      'its properties, removed',
      { paths: ['err.card', 'err.config.token', 'err.message', 'err.stack'], remove: true },
      'GatewayError: ',
    ],
    ['all of it', { paths: ['err'] }, 'GatewayError: [Redacted]'],
    ['all of it, removed', { paths: ['err'], remove: true }, 'GatewayError: '],
    ['a key without a serializer', { paths: ['other.card', 'other.config.token'] }, 'GatewayError: '],
    ['something else', { paths: ['password'] }, undefined],
  ])('of an Error stays redacted: %s', (_name, redact, expected) => {
    const { destination, events } = open();
    const key = redact.paths[0]?.startsWith('other') ? 'other' : 'err';
    pino({ redact }, destination).error({ [key]: make() }, 'refused');
    const [event] = events();
    const values = event?.exception?.values ?? [];
    expect(values.map(({ type }) => type)).toEqual(['RangeError', 'GatewayError']);
    expect(values.every(({ stacktrace }) => stacktrace?.frames.at(-1)?.function === 'make')).toBe(true);
    if (expected === undefined) {
      expect(exceptions(event)).toEqual(['GatewayError: card 4111-hunter2', 'RangeError: pin hunter2']);
    } else {
      expect(exceptions(event)[0]).toBe(expected);
      expect(JSON.stringify({ ...event, breadcrumbs: undefined })).not.toContain('hunter2');
    }
  });

  it.each([
    ['a serializer', 'err', { serializers: { err: ({ name }: Error) => ({ type: name }) } }],
    ['a serializer of another key', 'other', { serializers: { other: () => 'hidden' } }],
    ['a formatter', 'other', { formatters: { log: () => ({ note: 'nothing' }) } }],
    ['a hook', 'other', { hooks: { streamWrite: (line: string) => line.replaceAll('hunter2', '***') } }],
  ] satisfies [string, string, pino.LoggerOptions][])('stays hidden by %s', (_name, key, options) => {
    const { destination, events } = open();
    pino(options, destination).error({ [key]: make() }, 'refused');
    expect(events()[0]?.exception?.values.map(({ type }) => type)).toEqual(['RangeError', 'GatewayError']);
    expect(JSON.stringify(events())).not.toContain('hunter2');
  });

  it.each([
    ['by the message', { redact: ['msg'] }, '[Redacted]'],
    ['by a serializer of it', { serializers: { msg: () => 'hidden' } }, 'hidden'],
  ])('stays redacted %s', (_name, options, message) => {
    const { destination, events } = open();
    pino(options, destination).error('it was hunter2');
    expect(events()[0]?.logentry).toEqual({ formatted: message });
  });

  it('cannot be read past by a hook that writes no JSON', () => {
    const { destination, events, breadcrumbs } = open();
    const logger = pino({ hooks: { streamWrite: () => 'hunter2 in plain text\n' } }, destination);
    logger.info({ password: 'hunter2' }, 'hunter2');
    logger.error({ password: 'hunter2' }, 'hunter2');
    expect(events()[0]).toMatchObject({ level: 'error', logentry: { formatted: '[unreadable line]' } });
    expect(JSON.stringify([events(), breadcrumbs()])).not.toContain('hunter2');
  });
});

describe('the destination', () => {
  it('keeps nothing of the host between two lines', () => {
    const { destination } = open();
    const logger = pino({ level: 'trace' }, destination);
    for (const level of ['trace', 'info', 'error'] as const) logger[level]({ err: chain() }, 'text');
    const { lastLevel, lastMsg, lastObj, lastLogger } = destination;
    expect({ lastLevel, lastMsg, lastObj, lastLogger }).toEqual({ lastLevel: -1 });
  });

  it('parses no line below the thresholds, and none of a breadcrumb until an event goes out', () => {
    const parse = vi.spyOn(JSON, 'parse');
    const { destination, client } = open();
    const logger = pino({ level: 'trace' }, destination);
    parse.mockClear();
    for (let index = 0; index < 10; index++) {
      logger.debug({ index }, 'chatter');
      logger.info({ index }, 'step');
    }
    expect(parse).not.toHaveBeenCalled();
    client.captureMessage('now');
    expect(parse.mock.calls.length).toBe(10);
    parse.mockRestore();
  });

  it('works beside others in pino.multistream', () => {
    const { destination, events, breadcrumbs } = open();
    const lines: string[] = [];
    const console = { write: (line: string) => void lines.push(line) };
    const streams = pino.multistream([{ stream: console }, { stream: destination }]);
    const logger = pino({ level: 'debug' }, streams);
    logger.debug('below the level that multistream gives its streams');
    logger.info({ order: 1 }, 'received');
    logger.error(chain());
    expect(lines).toHaveLength(2);
    expect(exceptions(events()[0])).toEqual(['TypeError: no reply', 'RangeError: port 5432']);
    expect(breadcrumbs()).toMatchObject([{ message: 'received', data: { order: 1 } }, { message: 'no reply' }]);
  });

  it('is taken by pino as its only argument', () => {
    const { destination, events } = open();
    pino(destination).error('alone');
    expect(events()).toMatchObject([{ logentry: { formatted: 'alone' } }]);
  });

  it('tells logger.flush when everything is delivered', async () => {
    const sent: Promise<void>[] = [];
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const transport = {
      send: () => {
        sent.push(held);
        return held;
      },
      flush: async () => Promise.all(sent).then(() => true),
      close: async () => Promise.all(sent).then(() => true),
    };
    const { destination, client } = open({ transport });
    const logger = pino(destination);
    logger.error('held');
    const flushed = vi.fn();
    logger.flush(flushed);
    await new Promise(setImmediate);
    expect(flushed).not.toHaveBeenCalled();
    release();
    await vi.waitFor(() => expect(flushed).toHaveBeenCalledWith(undefined));
    expect(client.stats().delivered.error).toBe(1);
  });

  it('tells logger.flush when time is up, or why it cannot be', async () => {
    const answers = [async () => false, async () => Promise.reject(new Error('refused'))];
    for (const flush of answers) {
      const transport = { send: () => {}, flush, close: async () => true };
      const logger = pino(open({ transport }).destination);
      expect(await new Promise((resolve) => logger.flush(resolve))).toBeInstanceOf(Error);
    }
  });

  it('starts to deliver at once after logger.fatal, and does not wait', async () => {
    const { destination, transport } = open({ logLevel: 'info' });
    pino(destination).fatal('going down');
    await vi.waitFor(() => expect(transport.logs).toMatchObject([{ body: 'going down' }]));
  });

  it('says finish when its own client has delivered, and leaves a client that was given open', async () => {
    const { destination, client } = open();
    destination.end();
    await new Promise((resolve) => destination.once('finish', resolve));
    expect(client.captureMessage('late')).toBeUndefined();

    await using given = createClient({ dsn: freshDsn(), transport: memoryTransport() });
    const shared = new JackdawDestination({ client: given });
    shared.end();
    await new Promise((resolve) => shared.once('finish', resolve));
    expect(given.captureMessage('after')).toBeDefined();
  });

  it('counts what is written after its end', () => {
    const { destination, client } = open();
    const logger = pino(destination);
    logger.error('before');
    destination.end();
    expect(() => logger.error('after')).not.toThrow();
    expect(() => destination.write('no JSON\n')).not.toThrow();
    expect(client.stats().accepted.error).toBe(3);
  });

  it('never throws, even with a client that does', () => {
    const { destination, client } = open();
    vi.spyOn(client, 'captureRecord').mockImplementation(() => {
      throw new Error('a mistake of ours');
    });
    expect(() => pino(destination).error('text')).not.toThrow();
    expect(destination.lastObj).toBeUndefined();
  });
});

describe('a destination that is not written to by pino', () => {
  const line = (fields: object): string => `${JSON.stringify({ level: 50, time: Date.now(), ...fields })}\n`;
  const euro = Buffer.from(line({ msg: 'price in €' }));
  const cut = euro.indexOf('€') + 1;

  it.each([
    ['a line', [line({ msg: 'a' })], ['a'], 0],
    ['two lines in a chunk', [line({ msg: 'a' }) + line({ msg: 'b' })], ['a', 'b'], 0],
    ['a line in three chunks', ['{"level":50,', '"msg":', '"a"}\n'], ['a'], 0],
    ['a character in two chunks', [euro.subarray(0, cut), euro.subarray(cut)], ['price in €'], 0],
    ['empty lines', ['\n\r\n  \n', line({ msg: 'a' })], ['a'], 0],
    ['CRLF', [line({ msg: 'a' }).replace('\n', '\r\n')], ['a'], 0],
    ['a byte order mark', [`\ufeff${line({ msg: 'a' })}`], ['a'], 0],
    ['text', ['Listening on :3000\n', line({ msg: 'a' })], ['a'], 1],
    ['half a line', ['{"level":50,"msg":\n', line({ msg: 'a' })], ['a'], 1],
    ['JSON that is no object', ['42\n"text"\nnull\n[]\ntrue\n', line({ msg: 'a' })], ['a'], 5],
    ['a line without its end', [line({ msg: 'a' }).trim()], ['a'], 0],
    ['a line of 20 MB', [`"${'x'.repeat(20 * 2 ** 20)}`, 'more"\n', line({ msg: 'a' })], ['a'], 1],
    ['a label for a level', ['{"severity":"ERROR","message":"x","msg":"a"}\n'], ['a'], 0],
    ['lines below the thresholds', [line({ level: 20, msg: 'x' }), line({ msg: 'a' })], ['a'], 0],
  ])('reads %s', async (_name, chunks, messages, invalid) => {
    const { destination, events, client } = open();
    const source = new PassThrough();
    source.pipe(destination);
    for (const chunk of chunks) source.write(chunk);
    source.end();
    await new Promise((resolve) => destination.once('finish', resolve));
    expect(events().map(({ logentry }) => logentry?.formatted)).toEqual(messages);
    expect(client.stats().dropped).toEqual(invalid === 0 ? {} : { invalid: { error: invalid } });
    expectSettled(client);
  });

  it('rebuilds errors from what pino wrote of them', async () => {
    const { destination, events } = open();
    const source = new PassThrough();
    source.pipe(destination);
    pino({ name: 'shop' }, source).error({ err: chain(), order: 1 }, 'failed');
    source.end();
    await new Promise((resolve) => destination.once('finish', resolve));
    expect(events()).toMatchObject([{ logger: 'shop', logentry: { formatted: 'failed' }, extra: { order: 1 } }]);
    expect(exceptions(events()[0])).toEqual(['TypeError: no reply', 'RangeError: port 5432']);
  });

  it('survives a line that nests deeper than anything can read', () => {
    const { destination, client } = open();
    const depth = 50_000;
    destination.write(
      `{"level":50,"err":${'{"type":"E","message":"m","stack":"s","cause":'.repeat(depth)}1${'}'.repeat(depth)}}\n`,
    );
    destination.write(line({ msg: 'a' }));
    expect(client.stats().accepted.error).toBe(2);
    expectSettled(client);
  });
});

describe('lines that repeat', () => {
  it.each([
    ['are one by the clock', {}, { orderId: 1 }, { orderId: 1 }, 1],
    ['are one by an ISO clock', { timestamp: pino.stdTimeFunctions.isoTime }, { orderId: 1 }, { orderId: 1 }, 1],
    ['are two with another field', {}, { orderId: 1 }, { orderId: 2 }, 2],
    ['are two with another field called time', {}, { time: 1 }, { time: 2 }, 2],
    ['are one without a clock', { timestamp: false }, { orderId: 1 }, { orderId: 1 }, 1],
  ])('%s', (_name, options, first, second, count) => {
    const { destination, breadcrumbs } = open();
    const logger = pino({ ...options }, pino.multistream([{ stream: destination }]));
    logger.info(first, 'again');
    const start = Date.now();
    // Another time, of which nothing but the line tells.
    while (Date.now() === start);
    logger.info(second, 'again');
    expect(breadcrumbs()).toHaveLength(count);
  });
});
