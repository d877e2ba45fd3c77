import { describe, expect, it } from 'vitest';
import type { CaptureHint } from '../../src/client/capture-hint.js';
import { createClient, getClient } from '../../src/client/create-client.js';
import { scope, withScope } from '../../src/client/run-in-scope.js';
import type { ErrorEvent } from '../../src/protocol/event.js';
import type { Level } from '../../src/protocol/level.js';
import { expectSettled } from '../support/balance.js';
import { HOSTILE_VALUES } from '../support/hostile-values.js';
import { logRecord, memoryClient } from '../support/memory-client.js';

const HINT: CaptureHint = {
  level: 'warning',
  logger: 'orders',
  tags: { tenant: 'acme' },
  extra: { order: 17 },
  user: { id: 4 },
  fingerprint: ['stock', '{{ default }}'],
  transaction: 'GET /orders',
  request: { method: 'GET', url: '/orders?page=1', headers: { host: 'shop.example' } },
};
const HINTED = {
  level: 'warning',
  logger: 'orders',
  tags: { tenant: 'acme' },
  extra: { order: 17 },
  user: { id: 4 },
  fingerprint: ['stock', '{{ default }}'],
  transaction: 'GET /orders',
  request: { method: 'GET', headers: { host: 'shop.example' } },
};

describe('captureException', () => {
  it('reports the error as handled, at level error', async () => {
    const { client, event } = memoryClient();
    const id = client.captureException(new TypeError('no stock'));
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(event()).toMatchObject({
      event_id: id,
      level: 'error',
      exception: { values: [{ type: 'TypeError', value: 'no stock', mechanism: { type: 'generic', handled: true } }] },
    });
    await client.close();
  });

  it('takes all that the hint says', async () => {
    const { client, event } = memoryClient();
    client.captureException(new Error('no stock'), { ...HINT, mechanism: { type: 'express', handled: false } });
    expect(event()).toMatchObject(HINTED);
    expect(event().exception?.values[0]?.mechanism).toMatchObject({ type: 'express', handled: false });
    await client.close();
  });

  it.each([undefined, null, 'text', 0, false, Symbol('s'), { code: 5 }, [], () => 1, 5n])(
    'makes an event of %o',
    async (thrown) => {
      const { client, event } = memoryClient();
      expect(client.captureException(thrown)).toBe(event().event_id);
      expect(event().exception?.values[0]).toMatchObject({ type: expect.any(String), value: expect.any(String) });
      await client.close();
      expectSettled(client);
    },
  );
});

describe('captureMessage', () => {
  it.each<[string | undefined, string]>([
    [undefined, 'info'],
    ['fatal', 'fatal'],
    ['trace', 'debug'],
    ['warn', 'warning'],
    ['loud', 'info'],
    ['__proto__', 'info'],
  ])('at level %s is an event of level %s', async (level, expected) => {
    const { client, event } = memoryClient();
    client.captureMessage('hello', level as Level | undefined);
    expect(event()).toMatchObject({ level: expected, logentry: { formatted: 'hello' } });
    await client.close();
  });

  it('takes all that the hint says, whose level wins', async () => {
    const { client, event } = memoryClient();
    client.captureMessage('hello', 'fatal', HINT);
    expect(event()).toMatchObject(HINTED);
    await client.close();
  });

  it('takes the level of the scope where none is given', async () => {
    const { client, events } = memoryClient();
    withScope((inner) => {
      inner.setLevel('fatal');
      client.captureMessage('by scope');
      client.captureMessage('by hand', 'debug');
    });
    expect(events().map(({ level }) => level)).toEqual(['fatal', 'debug']);
    await client.close();
  });
});

describe('captureEvent', () => {
  const own: Partial<ErrorEvent> = {
    event_id: 'f'.repeat(32),
    level: 'fatal',
    logger: 'mine',
    timestamp: 1_700_000_000,
    environment: 'lab',
    exception: { values: [{ type: 'Mine', value: 'made by hand' }] },
    tags: { a: 'event', b: 'event' },
    extra: { a: 'event', password: 'hunter2' },
    contexts: { mine: { a: 1 } },
    user: { id: 'event' },
    custom: { password: 'hunter2', kept: 1 },
  };

  it('sends the whole of it, scrubbed, under an id of ours', async () => {
    const { client, event } = memoryClient();
    const id = client.captureEvent(own);
    expect(event()).toMatchObject({
      ...own,
      event_id: id,
      extra: { a: 'event', password: '[Filtered]' },
      custom: { password: '[Filtered]', kept: 1 },
      release: 'test@1',
    });
    expect(event().contexts).toHaveProperty('os');
    expect(id).not.toBe(own.event_id);
    await client.close();
  });

  it('merges tags and extra: base, scope, event, hint, the last wins', async () => {
    const { client, event } = memoryClient({ tags: { a: 'base', z: 'base' }, extra: { a: 'base', z: 'base' } });
    withScope((inner) => {
      inner.setTags({ a: 'scope', y: 'scope' });
      inner.setExtra('y', 'scope');
      client.captureEvent(own, { tags: { b: 'hint' }, extra: { x: 'hint' }, user: undefined, level: undefined });
    });
    expect(event()).toMatchObject({
      level: 'fatal',
      user: { id: 'event' },
      tags: { a: 'event', b: 'hint', y: 'scope', z: 'base' },
      extra: { a: 'event', x: 'hint', y: 'scope', z: 'base' },
    });
    await client.close();
  });

  it.each<[unknown, number | undefined]>([
    [1_700_000_000.25, 1_700_000_000.25],
    ['2023-11-14T22:13:20.250Z', 1_700_000_000.25],
    [-1, undefined],
    [Number.NaN, undefined],
    [8.64e12, undefined],
    ['yesterday', undefined],
    [null, undefined],
  ])('C14: of the time %o is sent with a time that can be', async (timestamp, expected) => {
    const { client, event } = memoryClient();
    client.captureEvent({ timestamp: timestamp as number });
    if (expected === undefined) expect(event().timestamp).toBeCloseTo(Date.now() / 1_000, -1);
    else expect(event().timestamp).toBe(expected);
    await client.close();
  });

  it('does not change the event it is given', async () => {
    const { client, event } = memoryClient();
    const frozen = Object.freeze({ ...own, tags: Object.freeze({ a: 'b' }) });
    client.captureEvent(frozen);
    expect(event().tags).toEqual({ a: 'b' });
    await client.close();
  });

  it('with fields that are undefined leaves ours as they are', async () => {
    const { client, event } = memoryClient();
    client.captureEvent({ release: undefined, timestamp: undefined } as unknown as Partial<ErrorEvent>);
    expect(event()).toMatchObject({ release: 'test@1', timestamp: expect.any(Number) });
    await client.close();
  });
});

describe('what is told about a client', () => {
  it('lastEventId is the last one that went out', async () => {
    const { client } = memoryClient({ beforeSend: (event) => (event.level === 'debug' ? null : event) });
    expect(client.lastEventId()).toBeUndefined();
    const id = client.captureMessage('sent');
    expect(client.captureMessage('dropped', 'debug')).toBeUndefined();
    expect(client.lastEventId()).toBe(id);
    await client.close();
  });

  it('publicDsn has no secret, no transport and no parameters', async () => {
    const client = createClient({
      dsn: 'memory+https://public:secret@sentry.example/base/1?concurrency=2',
      modules: false,
    });
    expect(client.publicDsn()).toBe('https://public@sentry.example/base/1');
    await client.close();
  });

  it('getClient is the first that is open, or the one for that DSN', async () => {
    const [first, second] = [memoryClient(), memoryClient({ dsn: 'http://public:secret@127.0.0.1:9/get-client' })];
    expect(getClient()).toBe(first.client);
    expect(getClient('http://public@127.0.0.1:9/get-client')).toBe(second.client);
    expect(getClient('http://public:secret@127.0.0.1:9/get-client')).toBe(second.client);
    expect(getClient('http://other@127.0.0.1:9/get-client')).toBeUndefined();
    expect(getClient('no dsn')).toBeUndefined();
    await first.client.close();
    expect(getClient()).toBe(second.client);
    await second.client.close();
    expect(getClient()).toBeUndefined();
  });
});

it.each(Object.entries(HOSTILE_VALUES))('P1: no method throws, given %s', async (_name, make) => {
  const { client } = memoryClient();
  const value = (): never => make() as never;
  client.captureException(value(), value());
  client.captureException(new Error('fine'), { extra: value(), tags: value(), user: value(), request: value() });
  client.captureMessage(value(), value(), value());
  client.captureEvent(value(), value());
  client.captureEvent({ exception: value(), tags: value(), contexts: value(), level: value() });
  client.addBreadcrumb(value());
  withScope(() => {
    scope.setUser(value());
    scope.setTag('a', value());
    scope.setTags(value());
    scope.setExtra('a', value());
    scope.setContext('a', value());
    scope.setFingerprint([value()]);
    scope.setFingerprint(value());
    scope.setLevel(value());
    scope.setTransaction(value());
    expect(client.captureMessage('still works')).toBeDefined();
  });
  expect(await client.flush(value())).toBe(true);
  expect(await client.close(value())).toBe(true);
  expectSettled(client);
});

describe('scrub.detectors', () => {
  it('looks for what scrub.detectors names, by deny rules and by an allow list', () => {
    const own = { name: 'customer', scrub: (text: string, mask: string) => text.replace(/CUST-\d+/g, () => mask) };
    for (const rules of [{}, { mode: 'allow', keys: ['note'] }] as const) {
      const { client, event } = memoryClient({ scrub: { ...rules, detectors: ['email', own] } });
      client.captureRecord(logRecord({ message: 'CUST-7 wrote from 10.0.0.7', data: { note: 'bob@example.com' } }));
      expect(event().logentry?.formatted).toBe('[Filtered] wrote from 10.0.0.7');
      expect(event().extra).toEqual({ note: '[Filtered]' });
    }
  });
});

describe('captureEvent where only listed keys survive', () => {
  it('masks the data of the event, not its structure', async () => {
    const { client, event } = memoryClient({ scrub: { mode: 'allow', keys: ['order'] } });
    const id = client.captureEvent({
      level: 'fatal',
      timestamp: 1_700_000_000,
      environment: 'lab',
      request: { method: 'GET', data: { name: 'ada', order: 17 } },
      breadcrumbs: { values: [{ timestamp: 1_700_000_000, category: 'shop', data: { name: 'ada', order: 17 } }] },
      exception: { values: [{ type: 'Mine', stacktrace: { frames: [{ lineno: 3, vars: { name: 'ada' } }] } }] },
      logentry: { message: 'for %s', params: ['ada'] },
      custom: { name: 'ada', order: 17 },
    });
    expect(event()).toMatchObject({
      event_id: id,
      level: 'fatal',
      timestamp: 1_700_000_000,
      platform: 'node',
      environment: 'lab',
      request: { data: { name: '[Filtered]', order: 17 } },
      breadcrumbs: {
        values: [{ timestamp: 1_700_000_000, category: 'shop', data: { name: '[Filtered]', order: 17 } }],
      },
      exception: { values: [{ type: 'Mine', stacktrace: { frames: [{ lineno: 3, vars: { name: '[Filtered]' } }] } }] },
      logentry: { message: 'for %s' },
      custom: { name: '[Filtered]', order: 17 },
    });
    expect(JSON.stringify(event())).not.toContain('ada');
    await client.close();
  });
});

it('a fingerprint of two parts is no key with its value', async () => {
  const { client, event } = memoryClient();
  client.captureMessage('hello', 'info', { fingerprint: ['session', 'expired'] });
  expect(event().fingerprint).toEqual(['session', 'expired']);
  await client.close();
});

it('the type of a mechanism is scrubbed and cut', async () => {
  const { client, event } = memoryClient();
  const type = `4539578763621486 ${'x'.repeat(500)}`;
  client.captureException(new Error('no stock'), { mechanism: { type, handled: true } });
  const sent = event().exception?.values[0]?.mechanism?.['type'];
  expect(sent).toMatch(/^\[Filtered\] x+…$/);
  expect(sent).toHaveLength(128);
  await client.close();
});
