import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { currentScope } from '../../src/client/process-state.js';
import { runInScope, type ScopeSetters, scope, withScope } from '../../src/client/run-in-scope.js';
import type { Level } from '../../src/protocol/level.js';
import { logRecord, memoryClient } from '../support/memory-client.js';

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the setters of a scope', () => {
  it('copy what they are given', () =>
    withScope(async (inner) => {
      const { client, event } = memoryClient();
      const user = { id: 1, plan: { name: 'free' } };
      const tags = { tenant: 'acme' };
      const extra = { list: [1] };
      const context = { size: 3 };
      const fingerprint = ['stock'];
      inner.setUser(user);
      inner.setTags(tags);
      inner.setExtra('cart', extra);
      inner.setContext('shop', context);
      inner.setFingerprint(fingerprint);
      Object.assign(user, { id: 2 }).plan.name = 'gold';
      tags.tenant = 'other';
      extra.list.push(2);
      context.size = 4;
      fingerprint.push('more');
      client.captureMessage('hello');
      expect(event()).toMatchObject({
        user: { id: 1, plan: { name: 'free' } },
        tags: { tenant: 'acme' },
        extra: { cart: { list: [1] } },
        contexts: { shop: { size: 3 } },
        fingerprint: ['stock'],
      });
      await client.close();
    }));

  it('are on the event, scrubbed by the rules of its client', () =>
    withScope(async (inner) => {
      const [strict, open] = [memoryClient(), memoryClient({ scrub: false })];
      inner.setExtra('password', 'hunter2');
      inner.setTag('number', 5);
      inner.setTag('flag', true);
      inner.setTransaction('GET /orders');
      inner.setLevel('fatal');
      for (const { client } of [strict, open]) client.captureMessage('hello');
      expect(strict.event()).toMatchObject({
        level: 'fatal',
        transaction: 'GET /orders',
        tags: { number: '5', flag: 'true' },
        extra: { password: '[Filtered]' },
      });
      expect(open.event().extra).toEqual({ password: 'hunter2' });
      await Promise.all([strict.client.close(), open.client.close()]);
    }));

  it.each([null, undefined])('%o takes back', (none) =>
    withScope(async (inner) => {
      const { client, event } = memoryClient({ user: { id: 'base' } });
      inner.setUser({ id: 1 });
      inner.setContext('shop', { size: 3 });
      inner.setFingerprint(['stock']);
      inner.setTransaction('GET /');
      inner.setLevel('fatal');
      inner.setUser(none as null);
      inner.setContext('shop', none as null);
      inner.setFingerprint(none as null);
      inner.setTransaction(none as null);
      inner.setLevel(none as null);
      client.captureMessage('hello');
      expect(event()).toMatchObject({ user: { id: 'base' }, level: 'info' });
      for (const field of ['fingerprint', 'transaction']) expect(event()).not.toHaveProperty(field);
      expect(event().contexts).not.toHaveProperty('shop');
      await client.close();
    }),
  );

  it('setLevel knows the usual words and ignores all others', () =>
    withScope((inner) => {
      inner.setLevel('warn' as Level);
      expect(currentScope().content.level).toBe('warning');
      inner.setLevel('loud' as Level);
      expect(currentScope().content.level).toBeUndefined();
    }));

  it('clear forgets everything, breadcrumbs included, here and in no other scope', () =>
    withScope(async (outer) => {
      const { client, events, trail } = memoryClient();
      outer.setTag('a', 'b');
      client.addBreadcrumb({ message: 'outer' });
      withScope((inner) => {
        inner.setUser({ id: 1 });
        inner.clear();
        expect(trail()).toEqual([]);
      });
      expect(trail()).toMatchObject([{ message: 'outer' }]);
      expect(events()[0]).not.toHaveProperty('tags');
      expect(events()[1]?.tags).toEqual({ a: 'b' });
      await client.close();
    }));
});

describe('the request of a scope', () => {
  const incoming = (): IncomingMessage =>
    Object.assign(new IncomingMessage(new Socket()), {
      method: 'POST',
      url: '/orders?page=2&token=hunter2',
      headers: {},
    });

  it('is on its events as it was, without secrets, and a record may bring another', () =>
    withScope(async (inner) => {
      const { client, events } = memoryClient();
      const request = incoming();
      inner.setRequest(request);
      request.method = 'GET';
      client.captureMessage('hello');
      client.captureMessage('hello', 'info', { request: { method: 'PUT', url: '/other' } });
      expect(events().map((event) => event.request)).toEqual([
        { method: 'POST', url: '/orders', query_string: { page: '2', token: '[Filtered]' }, headers: {} },
        { method: 'PUT', url: '/other' },
      ]);
      await client.close();
    }));

  it.each([null, undefined, 7, 'GET /', {}])('%o takes it back', (none) =>
    withScope(async (inner) => {
      const { client, event } = memoryClient();
      inner.setRequest(incoming());
      inner.setRequest(none as null);
      client.captureMessage('hello');
      expect(event()).not.toHaveProperty('request');
      await client.close();
    }),
  );
});

describe('the trace of an event', () => {
  const [TRACE, SPAN] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];

  it.each([`00-${TRACE}-${SPAN}-01`, `${TRACE}-${SPAN}`, `${TRACE}-${SPAN}-0`])('goes on with that of %s', (header) =>
    runInScope(async () => {
      const { client, event } = memoryClient();
      scope.continueTrace(header);
      client.captureMessage('hello');
      const { traceId, spanId } = scope.trace;
      expect(traceId).toBe(TRACE);
      expect(spanId).toMatch(/^(?!b7ad6b7169203331)[0-9a-f]{16}$/);
      expect(event().contexts?.['trace']).toEqual({ trace_id: TRACE, span_id: spanId, parent_span_id: SPAN });
      await client.close();
    }),
  );

  it.each([undefined, 7, '', 'abc', `00-${'0'.repeat(32)}-${SPAN}-01`, `00-${TRACE}-${'0'.repeat(16)}-01`, `${TRACE}`])(
    'is a new one in spite of %o',
    (header) =>
      runInScope(() => {
        const { trace } = scope;
        scope.continueTrace(header as string);
        expect(scope.trace).toBe(trace);
      }),
  );

  it('is OpenTelemetry’s where the record has it, for events and logs', async () => {
    const { client, event, logs } = memoryClient({ logLevel: 'info' });
    client.captureRecord(logRecord({ data: { trace_id: TRACE, span_id: SPAN } }));
    expect(event().contexts?.['trace']).toEqual({ trace_id: TRACE, span_id: SPAN });
    expect(await logs()).toMatchObject([{ trace_id: TRACE }]);
    await client.close();
  });

  it.each([{ trace_id: '0'.repeat(32) }, { trace_id: 7 }, { span_id: SPAN }])(
    'is the scope’s beside %o',
    async (data) => {
      const { client, event } = memoryClient();
      client.captureRecord(logRecord({ data }));
      expect(event().contexts?.['trace']).toEqual({ trace_id: scope.trace.traceId, span_id: scope.trace.spanId });
      await client.close();
    },
  );
});

it('what is said nearer to the event wins: options < scope < record', () =>
  withScope(async (inner) => {
    const { client, event } = memoryClient({
      tags: { a: 'base', b: 'base', c: 'base' },
      extra: { a: 'base', b: 'base', c: 'base' },
      contexts: { one: { from: 'base' }, two: { from: 'base' } },
      user: { id: 'base' },
      contextTags: ['lifted'],
    });
    inner.setTags({ b: 'scope', c: 'scope', lifted: 'scope' });
    inner.setExtras({ b: 'scope', c: 'scope' });
    inner.setContext('two', { from: 'scope' });
    inner.setUser({ id: 'scope' });
    inner.setTransaction('scope');
    inner.setFingerprint(['scope']);
    const context = { tags: { c: 'record' }, user: { id: 'record' }, transaction: 'record', fingerprint: ['record'] };
    client.captureRecord(logRecord({ data: { c: 'record', lifted: 'record' }, context }));
    expect(event()).toMatchObject({
      tags: { a: 'base', b: 'scope', c: 'record', lifted: 'record' },
      extra: { a: 'base', b: 'scope', c: 'record' },
      contexts: { one: { from: 'base' }, two: { from: 'scope' } },
      user: { id: 'record' },
      transaction: 'record',
      fingerprint: ['record'],
    });
    await client.close();
  }));

describe.each<[string, number, <T>(fn: () => T) => T]>([
  ['runInScope, each run with a trace of its own', 50, runInScope],
  ['withScope, all in the trace around them', 1, (fn) => withScope(() => fn())],
])('%s', (_name, traces, run) => {
  it('returns what the function returns and passes on what it throws, sync and async', async () => {
    expect(run(() => 42)).toBe(42);
    expect(() =>
      run(() => {
        throw new RangeError('sync');
      }),
    ).toThrow('sync');
    await expect(run(async () => 42)).resolves.toBe(42);
    await expect(
      run(async () => {
        throw new RangeError('async');
      }),
    ).rejects.toThrow('async');
  });

  it('starts with what is known and keeps what is said inside, also after an await', async () => {
    const { client, events, trail } = memoryClient();
    await run(async () => {
      scope.setTag('level', 'outer');
      client.addBreadcrumb({ message: 'outer' });
      await run(async () => {
        await pause();
        scope.setTag('inner', 'yes');
        client.addBreadcrumb({ message: 'inner' });
        await pause();
        expect(trail().map(({ message }) => message)).toEqual(['outer', 'inner']);
      });
      expect(trail().map(({ message }) => message)).toEqual(['outer']);
    });
    expect(trail()).toEqual([]);
    expect(events().map(({ tags }) => tags)).toEqual([{ level: 'outer', inner: 'yes' }, { level: 'outer' }, undefined]);
    await client.close();
  });

  it('keeps requests that are served at the same time apart', async () => {
    const { client, events } = memoryClient();
    const serve = (id: string): Promise<void> =>
      run(async () => {
        scope.setUser({ id });
        client.addBreadcrumb({ message: id });
        await pause();
        client.captureMessage(id);
      });
    await Promise.all(Array.from({ length: 50 }, (_, index) => serve(String(index))));
    expect(events()).toHaveLength(50);
    for (const { logentry, user, breadcrumbs } of events()) {
      expect(user).toEqual({ id: logentry?.formatted });
      expect(breadcrumbs?.values.map(({ message }) => message)).toEqual([logentry?.formatted]);
    }
    expect(new Set(events().map(({ contexts }) => contexts?.['trace']?.['trace_id'])).size).toBe(traces);
    await client.close();
  });
});

it('withScope hands the new scope over, and it works after the function has returned', async () => {
  const { client, event } = memoryClient();
  const kept: ScopeSetters = withScope((inner) => inner);
  kept.setTag('late', 'yes');
  client.captureMessage('outside');
  expect(event()).not.toHaveProperty('tags');
  await client.close();
});

it('all events of one scope share a trace', async () => {
  const { client, events } = memoryClient();
  runInScope(() => {
    client.captureMessage('one');
    client.captureMessage('two');
  });
  const [one, two] = events().map(({ contexts }) => contexts?.['trace']);
  expect(one).toEqual({
    trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  expect(two).toEqual(one);
  await client.close();
});
