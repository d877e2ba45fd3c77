import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import type { ClientOptions } from '../../src/client/options.js';
import { processState } from '../../src/client/process-state.js';
import type { Hint, Processor } from '../../src/processors/processor.js';
import type { Breadcrumb, ErrorEvent } from '../../src/protocol/event.js';
import type { LogItem } from '../../src/protocol/log-item.js';
import { expectSettled } from '../support/balance.js';
import { logRecord, memoryClient } from '../support/memory-client.js';

let emitWarning: MockInstance<typeof process.emitWarning>;
beforeEach(() => {
  emitWarning = vi.spyOn(process, 'emitWarning').mockReturnValue();
  processState().warned.clear();
});
afterEach(() => vi.restoreAllMocks());

const warnings = (): unknown[] => emitWarning.mock.calls.map(([text]) => text);
const boom = new Error('boom');
const rejected = (): unknown => Promise.reject(boom);

/** What a hook may do wrong, and how it is told. */
const MISTAKES: readonly [string, () => unknown, string][] = [
  [
    'throws',
    () => {
      throw boom;
    },
    'threw',
  ],
  ['returns nothing', () => undefined, 'returned nothing'],
  ['returns a promise', async () => null, 'returned a promise; it must be synchronous'],
  ['returns a promise that rejects', rejected, 'returned a promise; it must be synchronous'],
  ['returns a text', () => 'event', 'returned something else'],
  ['returns a number', () => 0, 'returned something else'],
  ['returns true', () => true, 'returned something else'],
  ['returns a list', () => [], 'returned something else'],
];

/** Not an AsyncFunction, so that construction lets it pass. */
function hook(call: () => unknown): never {
  return function mine() {
    return call();
  } as never;
}

type Options = (run: () => unknown) => ClientOptions;
const HOOKS: readonly [string, string, 'error' | 'log_item' | undefined, Options][] = [
  ['a processor', 'processor mine', 'error', (run) => ({ processors: [hook(run)] })],
  ['beforeSend', 'beforeSend', 'error', (run) => ({ beforeSend: hook(run) })],
  ['beforeSendLog', 'beforeSendLog', 'log_item', (run) => ({ logLevel: 'info', beforeSendLog: hook(run) })],
  ['beforeBreadcrumb', 'beforeBreadcrumb', undefined, (run) => ({ beforeBreadcrumb: hook(run) })],
];
const reasonOf = (name: string): string => (name === 'a processor' ? 'event_processor' : 'before_send');

describe.each(HOOKS)('C22: %s', (name, label, category, options) => {
  it('drops with null, without a word', async () => {
    const { client, event, logs, transport } = memoryClient(options(() => null));
    client.captureRecord(logRecord());
    client.captureRecord(logRecord());
    if (category === undefined) expect(transport.events[1]).not.toHaveProperty('breadcrumbs');
    else expect(client.stats().dropped).toEqual({ [reasonOf(name)]: { [category]: 2 } });
    if (category === 'log_item') expect(await logs()).toEqual([]);
    if (category === 'error') expect(event).toThrow('0 events');
    expect(warnings()).toEqual([]);
    await client.close();
    expectSettled(client);
  });

  it.each(MISTAKES)('that %s drops what it should have judged, with one warning', async (_what, run, told) => {
    const errors: Error[] = [];
    const { client, transport, logs } = memoryClient({ ...options(run), onError: (error) => errors.push(error) });
    for (let count = 0; count < 3; count += 1) client.captureRecord(logRecord());
    if (category !== undefined) expect(client.stats().dropped).toEqual({ [reasonOf(name)]: { [category]: 3 } });
    if (category === 'log_item') expect(await logs()).toEqual([]);
    else if (category === 'error') expect(transport.events).toEqual([]);
    else expect(transport.events[2]).not.toHaveProperty('breadcrumbs');
    expect(warnings()).toEqual([expect.stringContaining(`${label} ${told}`)]);
    expect(errors).toHaveLength(3);
    expect(errors[0]?.message).toBe(`${label} ${told}`);
    expect(errors[0]?.cause).toBe(told === 'threw' ? boom : undefined);
    await client.close();
    expectSettled(client);
  });
});

it('a promise of a hook that rejects is no unhandledRejection of the host', async () => {
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  const { client } = memoryClient({ beforeSend: hook(rejected) });
  client.captureMessage('hello');
  await client.close();
  await new Promise(setImmediate);
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

describe('the chain of processors', () => {
  const append =
    (letter: string): Processor =>
    (event) => ({ ...event, transaction: `${event.transaction ?? ''}${letter}` });

  it('runs in order, beforeSend last, each with what the one before it returned', async () => {
    const { client, event } = memoryClient({ processors: [append('a'), append('b')], beforeSend: append('c') });
    client.captureMessage('hello');
    expect(event().transaction).toBe('abc');
    await client.close();
  });

  it('ends at the first null', async () => {
    const later = vi.fn((event: ErrorEvent) => event);
    const { client } = memoryClient({ processors: [() => null, later], beforeSend: later });
    client.captureMessage('hello');
    expect(later).not.toHaveBeenCalled();
    await client.close();
  });

  it('is given the error itself and the record as its hint', async () => {
    const hints: Hint[] = [];
    const beforeSend = (event: ErrorEvent, hint: Hint): ErrorEvent => {
      hints.push(hint);
      return event;
    };
    const { client } = memoryClient({ beforeSend });
    const record = logRecord({ error: boom });
    client.captureRecord(record);
    expect(hints[0]?.originalException).toBe(boom);
    expect(hints[0]?.record).toBe(record);
    await client.close();
  });

  it('may change the event in place, but neither its id nor the record of the host', async () => {
    const data = Object.freeze({ order: 17 });
    const { client, event } = memoryClient({
      beforeSend(sent) {
        sent.event_id = 'f'.repeat(32);
        sent.extra = { ...sent.extra, order: 18 };
        delete sent.logentry;
        return sent;
      },
    });
    const id = client.captureRecord(logRecord({ data }));
    expect(event()).toMatchObject({ event_id: id, extra: { order: 18 } });
    expect(event()).not.toHaveProperty('logentry');
    expect(data).toEqual({ order: 17 });
    await client.close();
  });
});

describe('what hooks add is scrubbed again', () => {
  const SECRET = 'hunter2-hunter2';
  const add = (event: ErrorEvent): ErrorEvent => ({
    ...event,
    extra: { ...event.extra, password: SECRET, note: 'kept' },
  });

  it.each<[string, ClientOptions]>([
    ['in deny mode', {}],
    ['in deny mode with more keys', { scrub: { denyKeys: ['order'] } }],
    ['in allow mode', { scrub: { mode: 'allow', keys: ['order'] } }],
  ])('%s', async (_name, options) => {
    for (const hooks of [{ processors: [add] }, { beforeSend: add }]) {
      const { client, event } = memoryClient({ ...options, ...hooks });
      client.captureRecord(logRecord({ data: { order: 17, mine: SECRET } }));
      expect(event().extra).toMatchObject({ password: '[Filtered]', note: 'kept' });
      const masked = options.scrub !== undefined && 'mode' in (options.scrub as object) ? 'mine' : 'password';
      expect(event().extra?.[masked]).toBe('[Filtered]');
      await client.close();
    }
  });

  it('in logs and breadcrumbs, too', async () => {
    const { client, event, logs } = memoryClient({
      logLevel: 'info',
      beforeSendLog: (log: LogItem) => ({
        ...log,
        attributes: { ...log.attributes, password: { type: 'string', value: SECRET } },
      }),
      beforeBreadcrumb: (breadcrumb: Breadcrumb) => ({ ...breadcrumb, data: { password: SECRET, note: 'kept' } }),
    });
    client.captureRecord(logRecord({ level: 'info' }));
    client.captureMessage('hello');
    expect(event().breadcrumbs?.values).toMatchObject([{ data: { password: '[Filtered]', note: 'kept' } }]);
    expect(await logs()).toHaveLength(1);
    expect(JSON.stringify(await logs())).not.toContain(SECRET);
    await client.close();
  });
});

it('what a hook logs through an instrumented logger is not recorded, and cannot loop', async () => {
  const { client, events } = memoryClient({
    breadcrumbLevel: false,
    beforeSend(event) {
      client.captureRecord(logRecord({ message: 'from inside' }));
      return event;
    },
    onDrop: () => client.captureRecord(logRecord({ message: 'from onDrop' })),
  });
  client.captureRecord(logRecord());
  expect(events().map(({ logentry }) => logentry?.formatted)).toEqual(['no stock']);
  expect(client.stats()).toMatchObject({ accepted: { error: 2 }, dropped: { ignored: { error: 1 } } });
  await client.close();
  expectSettled(client);
});

it.each(['onDrop', 'onError', 'onScrub'])('%s that throws costs nothing but a warning', async (name) => {
  const { client, events } = memoryClient({
    [name]: hook(() => {
      throw boom;
    }),
    beforeSendLog: hook(() => 'rubbish'),
    logLevel: 'info',
  });
  client.captureRecord(logRecord({ data: { password: 'x' } }));
  expect(events()).toHaveLength(1);
  expect(warnings()).toHaveLength(1);
  await client.close();
  expectSettled(client);
});

describe('the attributes that beforeSendLog returns', () => {
  const sent = async (change: (log: Record<string, unknown>) => void): Promise<LogItem | undefined> => {
    const { client, logs } = memoryClient({
      logLevel: 'info',
      beforeSendLog(log) {
        change(log as unknown as Record<string, unknown>);
        return log;
      },
    });
    client.captureRecord(logRecord({ data: { password: 'hunter2', order: 17 } }));
    const [log] = await logs();
    await client.close();
    return log;
  };

  it('keep their form when they are masked', async () => {
    expect((await sent(() => {}))?.attributes).toMatchObject({
      password: { type: 'string', value: '[Filtered]' },
      order: { type: 'integer', value: 17 },
    });
  });

  it.each<[string, unknown, LogItem['attributes']]>([
    ['none', null, {}],
    [
      'bare values',
      { tenant: 'acme', part: 0.5 },
      { tenant: { type: 'string', value: 'acme' }, part: { type: 'double', value: 0.5 } },
    ],
    ['values of another type', { a: { type: 'integer', value: 'text' } }, { a: { type: 'string', value: 'text' } }],
    [
      'secrets',
      { token: 'abc', b: { value: { pwd: 'x' } } },
      { token: { type: 'string', value: '[Filtered]' }, b: { type: 'string', value: '{"pwd":"[Filtered]"}' } },
    ],
    ['what has no counterpart', { a: null, b: { value: null } }, {}],
  ])('may be %s', async (_what, attributes, expected) => {
    const log = await sent((item) => {
      item['attributes'] = attributes;
    });
    expect(log?.attributes).toEqual(expected);
  });

  it('stand in an item whose required fields are there, whatever the hook made of them', async () => {
    const log = await sent((item) => {
      for (const field of ['timestamp', 'trace_id', 'level']) delete item[field];
      Object.assign(item, { severity_number: 'high', span_id: 'none', unknown: 1 });
    });
    expect(log).toEqual({
      timestamp: expect.any(Number),
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      level: 'error',
      severity_number: 17,
      body: 'no stock',
      attributes: expect.any(Object),
    });
  });
});

describe('the structure of an event that a hook returns', () => {
  it('is not taken for secrets', async () => {
    const given = {
      modules: { session: '1.0.0', csrf: '3.1.0' },
      contexts: { InvalidTokenError: { status: 401, token: 'abc' }, session: { id: 7 } },
      fingerprint: ['session', 'expired'],
      logentry: { message: '%s %s', params: ['session', 'expired'] },
    };
    const { client, event } = memoryClient({ beforeSend: (sent) => ({ ...sent, ...given }) });
    client.captureMessage('hello');
    expect(event()).toMatchObject({
      ...given,
      contexts: { InvalidTokenError: { status: 401, token: '[Filtered]' }, session: { id: 7 } },
      sdk: { name: expect.any(String) },
    });
    await client.close();
  });

  it('has no context that is no object', async () => {
    const contexts = { password: 'hunter2', plan: 'gold', none: null } as never;
    const { client, event } = memoryClient({ beforeSend: (sent) => ({ ...sent, contexts }) });
    client.captureMessage('hello');
    expect(event().contexts).toEqual({ password: { value: '[Filtered]' }, plan: { value: 'gold' } });
    await client.close();
  });

  it.each<[string, object, object]>([
    ['a level by the name of a logger', { level: 'warn' }, { level: 'warning' }],
    ['a level that nobody knows', { level: 'grave' }, { level: undefined }],
    [
      'a tag that is no text',
      { tags: { count: 3, ready: true, none: undefined } },
      { tags: { count: '3', ready: 'true' } },
    ],
    ['a tag of several lines', { tags: { 'a b': 'one\ntwo' } }, { tags: { 'a-b': 'one two' } }],
  ])('has not %s, for which servers refuse it or drop the field', (_, fields, expected) => {
    const { client, event } = memoryClient({ beforeSend: (given) => ({ ...given, ...fields }) as ErrorEvent });
    client.captureRecord(logRecord());
    const { level, tags } = event();
    expect({ level, tags }).toEqual({ level: 'error', tags: undefined, ...expected });
  });
});

it('D10: a processor that takes long is named in one warning, and its event goes out', () => {
  function dawdle(event: ErrorEvent): ErrorEvent {
    const end = performance.now() + 120;
    while (performance.now() < end);
    return event;
  }
  const { client, events } = memoryClient({ processors: [dawdle] });
  client.captureMessage('one');
  client.captureMessage('two');
  expect(events()).toHaveLength(2);
  expect(warnings()).toEqual(['processor dawdle took more than 100 ms']);
});
