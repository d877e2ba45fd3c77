import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Client } from '../../src/client/client.js';
import { createClient } from '../../src/client/create-client.js';
import type { ClientOptions } from '../../src/client/options.js';
import { runInScope, scope } from '../../src/client/run-in-scope.js';
import type { Breadcrumb, ErrorEvent } from '../../src/protocol/event.js';
import { type MemoryTransport, memoryTransport } from '../../src/transport/memory.js';
import { expectBalanced, expectSettled } from '../support/balance.js';
import { closedPort } from '../support/closed-port.js';
import { HOSTILE_ERRORS, HOSTILE_VALUES, LARGE_VALUES, type Make } from '../support/hostile-values.js';

/** The levels that every host knows under these names. */
type HostLevel = 'error' | 'warn' | 'info' | 'debug';

/** Log calls in the host's own natural shapes. */
export interface HostCalls {
  /** A text alone: `logger.info('text')`. Tests also pass what is no text. */
  message(level: HostLevel, text: string): void;
  /** A text and an Error: `logger.error('text', error)`, `logger.error({ err }, 'text')`. */
  error(level: HostLevel, text: string, error: unknown): void;
  /** An Error alone: `logger.error(error)`. */
  errorAlone(level: HostLevel, error: unknown): void;
  /** A text and an object of fields. */
  fields(level: HostLevel, text: string, fields: object): void;
}

/** What an adapter takes here: a client, the options of one, by mistake both, or neither. */
export type AdapterOptions = ClientOptions & { readonly client?: Client | (() => Client) };

/** A logger of the host at its most verbose level, with nothing but the adapter behind it. */
export interface OpenHost extends HostCalls {
  /** The client the adapter works with. */
  readonly client: Client;
  /** Ends the host the way its users do; resolves when the host says that it is done. Called once. */
  end(): Promise<void>;
}

/** How the contract uses one host. */
export interface HostHarness {
  /** The host's name, as `mechanism` and `sentry.origin` have it. */
  readonly name: string;
  /** How the harness names its logger: `logger` of events, `category` of breadcrumbs. */
  readonly loggerName: string;
  /**
   * A host with the adapter, given these options. Passes on what construction throws.
   * Clients arrive as functions, `client: () => client`: the one form that all hosts can take.
   */
  open(options: AdapterOptions): OpenHost | Promise<OpenHost>;
  /** Whether the adapter gets to see the Errors themselves. Default true; else only what a line tells of them. */
  readonly seesErrors?: boolean;
  /** The same host with something in the adapter's place that does nothing. Never used once `open` was called in a test. */
  bare(): HostCalls | Promise<HostCalls>;
}

const LEVELS = [
  ['error', 'error'],
  ['warn', 'warning'],
  ['info', 'info'],
  ['debug', 'debug'],
] as const;

let projects = 0;

/** A DSN that no other test has: breadcrumbs are kept per scope and DSN. */
export function freshDsn(): string {
  projects += 1;
  return `http://public@localhost/${projects}`;
}

interface Bench extends OpenHost {
  readonly transport: MemoryTransport;
  /** The events so far. */
  readonly events: readonly ErrorEvent[];
  /** The texts of the breadcrumbs that an event carries which is captured now, as a probe. */
  trail(): (string | undefined)[];
}

function makeError(message = 'no stock'): Error {
  return new Error(message);
}

function breadcrumbsOf(event: ErrorEvent | undefined): readonly Breadcrumb[] {
  return event?.breadcrumbs?.values ?? [];
}

/** What every adapter promises, run against the real host. */
export function describeAdapter(harness: HostHarness): void {
  const opened: OpenHost[] = [];

  /** The host, ended after the test where the test has not. */
  async function open(options: AdapterOptions): Promise<OpenHost> {
    const host = await harness.open(options);
    let ended: Promise<void> | undefined;
    const once: OpenHost = {
      message: (level, text) => host.message(level, text),
      error: (level, text, error) => host.error(level, text, error),
      errorAlone: (level, error) => host.errorAlone(level, error),
      fields: (level, text, fields) => host.fields(level, text, fields),
      client: host.client,
      end() {
        ended ??= host.end();
        return ended;
      },
    };
    opened.push(once);
    return once;
  }

  async function openBench(options: ClientOptions = {}): Promise<Bench> {
    const transport = memoryTransport();
    const host = await open({ dsn: freshDsn(), transport, ...options });
    const events = (): ErrorEvent[] => transport.events.map((event) => event as ErrorEvent);
    return {
      ...host,
      transport,
      get events() {
        return events();
      },
      trail() {
        const kept = transport.envelopes.length;
        host.client.captureMessage('probe');
        expect(transport.envelopes.length).toBe(kept + 1);
        return breadcrumbsOf(events().at(-1)).map(({ message }) => message);
      },
    };
  }

  afterEach(async () => {
    for (const host of opened.splice(0)) {
      expectBalanced(host.client);
      await host.end();
      await host.client.close(100);
      expectSettled(host.client);
    }
  });

  describe('thresholds', () => {
    it('makes nothing of a record below all of them', async () => {
      const host = await openBench();
      host.message('debug', 'chatter');
      host.fields('debug', 'chatter', { with: 'fields' });
      expect(host.transport.envelopes).toEqual([]);
      expect(host.trail()).toEqual([]);
      expect(host.client.stats().accepted).toEqual({ error: 1, log_item: 0 });
    });

    it('turns a record of breadcrumb level into a breadcrumb of the next event', async () => {
      const host = await openBench();
      const before = Date.now() / 1_000;
      host.fields('info', 'order received', { order: 4711, fast: true });
      expect(host.transport.envelopes).toEqual([]);
      host.message('error', 'order lost');
      const [breadcrumb, ...others] = breadcrumbsOf(host.events[0]);
      expect(others).toEqual([]);
      expect(breadcrumb).toMatchObject({
        level: 'info',
        category: harness.loggerName,
        message: expect.stringContaining('order received'),
        data: { order: 4711, fast: true },
      });
      expect(breadcrumb?.timestamp).toBeGreaterThanOrEqual(before - 0.001);
      expect(breadcrumb?.timestamp).toBeLessThanOrEqual(Date.now() / 1_000);
    });

    it('keeps records that repeat as one breadcrumb with a count', async () => {
      const host = await openBench();
      for (let count = 0; count < 3; count += 1) host.message('info', 'again');
      for (let count = 0; count < 2; count += 1) host.fields('info', 'with fields', { orderId: 17 });
      host.message('info', 'other');
      host.message('error', 'now');
      expect(breadcrumbsOf(host.events[0])).toMatchObject([
        { message: 'again', data: { count: 3 } },
        { message: expect.stringContaining('with fields'), data: { orderId: 17, count: 2 } },
        { message: 'other' },
      ]);
    });

    it('makes the record of an event a breadcrumb of the next event only', async () => {
      const host = await openBench();
      host.message('error', 'first');
      host.message('error', 'second');
      expect(host.events.map((event) => breadcrumbsOf(event).map(({ message }) => message))).toEqual([[], ['first']]);
    });

    it.each(LEVELS)('gives %s its place among the levels of events and breadcrumbs', async (level, placed) => {
      const host = await openBench({ eventLevel: 'debug', breadcrumbLevel: 'debug' });
      host.message(level, 'one');
      host.message(level, 'two');
      expect(host.events.map((event) => event.level)).toEqual([placed, placed]);
      expect(breadcrumbsOf(host.events[1])).toMatchObject([{ level: placed, message: 'one' }]);
    });

    it.each([
      ['eventLevel', { eventLevel: 'warning' }, ['error', 'warn'], ['error', 'warn', 'info'], []],
      ['eventLevel false', { eventLevel: false }, [], ['error', 'warn', 'info'], []],
      ['breadcrumbLevel', { breadcrumbLevel: 'error' }, ['error'], ['error'], []],
      ['breadcrumbLevel false', { breadcrumbLevel: false }, ['error'], [], []],
      ['maxBreadcrumbs 0', { maxBreadcrumbs: 0 }, ['error'], [], []],
      ['logLevel', { logLevel: 'info' }, ['error'], ['error', 'warn', 'info'], ['error', 'warn', 'info']],
      [
        'logLevel below the others',
        { logLevel: 'debug', eventLevel: false, breadcrumbLevel: false },
        [],
        [],
        LEVELS.map(([level]) => level),
      ],
      ['all of them false', { eventLevel: false, breadcrumbLevel: false }, [], [], []],
    ] satisfies [string, ClientOptions, string[], string[], string[]][])(
      'keeps %s apart from the other two',
      async (_name, options, events, breadcrumbs, logs) => {
        const host = await openBench(options);
        for (const [level] of LEVELS) host.message(level, level);
        expect(host.events.map((event) => event.logentry?.formatted)).toEqual(events);
        expect(host.trail()).toEqual(breadcrumbs);
        await host.client.flush();
        expect(host.transport.logs.map(({ body }) => body)).toEqual(logs);
      },
    );

    it('sends logs with level, origin, logger and fields', async () => {
      const host = await openBench({ logLevel: 'info', eventLevel: false });
      host.fields('warn', 'stock is low', { sku: 'JD-42', left: 2, password: 'hunter2' });
      await host.client.flush();
      const [log] = host.transport.logs;
      expect(log).toMatchObject({
        level: 'warn',
        severity_number: 13,
        body: expect.stringContaining('stock is low'),
        attributes: {
          'sentry.origin': { type: 'string', value: `auto.log.${harness.name}` },
          'logger.name': { type: 'string', value: harness.loggerName },
          sku: { type: 'string', value: 'JD-42' },
          left: { type: 'integer', value: 2 },
        },
      });
      expect(JSON.stringify(log)).not.toContain('hunter2');
    });
  });

  describe('an error', () => {
    it('becomes an event with type, text, own frames, logger, mechanism, and the text of the log beside it', async () => {
      const host = await openBench();
      host.error('error', 'order lost', makeError());
      expect(host.events).toHaveLength(1);
      const [event] = host.events;
      expect(event).toMatchObject({
        level: 'error',
        logger: harness.loggerName,
        platform: 'node',
        logentry: { formatted: expect.stringContaining('order lost') },
      });
      const [exception, ...others] = event?.exception?.values ?? [];
      expect(others).toEqual([]);
      expect(exception).toMatchObject({
        type: 'Error',
        value: 'no stock',
        mechanism: { type: `auto.log.${harness.name}`, handled: true },
      });
      const frames = exception?.stacktrace?.frames ?? [];
      expect(frames.at(-1)).toMatchObject({
        function: 'makeError',
        filename: expect.stringMatching(/contract\.ts$/),
        in_app: true,
      });
      expect(frames.some(({ in_app }) => in_app === false)).toBe(true);
    });

    it('alone becomes the same event', async () => {
      const host = await openBench();
      host.errorAlone('error', makeError());
      expect(host.events).toMatchObject([
        {
          logger: harness.loggerName,
          exception: { values: [{ type: 'Error', value: 'no stock', stacktrace: { frames: expect.any(Array) } }] },
        },
      ]);
    });

    it('below event level is a breadcrumb, not an event', async () => {
      const host = await openBench();
      host.error('warn', 'will retry', makeError());
      expect(host.events).toEqual([]);
      expect(host.trail()).toEqual([expect.stringContaining('will retry')]);
    });

    it('keeps its class, its own properties and the chain of its causes', async () => {
      class PaymentError extends Error {
        override readonly name = 'PaymentError';
        readonly code = 'CARD_DECLINED';
      }
      const host = await openBench();
      const cause = new TypeError('no gateway', { cause: new RangeError('currency XAU') });
      host.error('error', 'payment failed', new PaymentError('cannot charge', { cause }));
      const [event] = host.events;
      expect(event?.exception?.values?.map(({ type, value }) => [type, value])).toEqual([
        ['RangeError', 'currency XAU'],
        ['TypeError', 'no gateway'],
        ['PaymentError', 'cannot charge'],
      ]);
      expect(event?.exception?.values?.map(({ stacktrace }) => (stacktrace?.frames.length ?? 0) > 0)).toEqual([
        true,
        true,
        true,
      ]);
      expect(event?.contexts?.['PaymentError']).toEqual({ code: 'CARD_DECLINED' });
    });

    it('shows its own properties, bounded and without secrets', async () => {
      const host = await openBench();
      const dump = Array.from({ length: 1_000 }, (_, index) => ({ page: index, text: 'x'.repeat(100) }));
      const own = { code: 'EPIPE', errno: -32, syscall: 'write', status: 503, apiKey: 'hunter2', dump };
      host.error('error', 'order lost', Object.assign(new TypeError('no stock'), own));
      const context = host.events[0]?.contexts?.['TypeError'];
      expect(context).toMatchObject({ code: 'EPIPE', errno: -32, syscall: 'write', status: 503, apiKey: '[Filtered]' });
      expect(JSON.stringify(context).length).toBeLessThanOrEqual(8 * 1_024);
      expect(host.events[0]?.logentry?.formatted).toContain('order lost');
    });

    it('that holds several errors is shown with all of them', async () => {
      const host = await openBench();
      host.error(
        'error',
        'all mirrors failed',
        new AggregateError([makeError('mirror 1'), makeError('mirror 2')], 'none'),
      );
      const values = host.events[0]?.exception?.values ?? [];
      expect(values.map(({ value }) => value)).toEqual(['mirror 2', 'mirror 1', 'none']);
      expect(values.at(-1)?.mechanism).toMatchObject({ is_exception_group: true });
    });
  });

  describe('fields', () => {
    it('go into extra; tags, user and fingerprint go to their own places', async () => {
      const host = await openBench();
      host.fields('error', 'order lost', {
        order: { id: 4711, lines: ['a', 'b'] },
        tags: { shop: 'berlin', attempt: 3 },
        user: { id: 'u-7', plan: 'gold' },
        fingerprint: ['orders', 'lost'],
      });
      const [event] = host.events;
      expect(event).toMatchObject({
        extra: { order: { id: 4711, lines: ['a', 'b'] } },
        tags: { shop: 'berlin', attempt: '3' },
        user: { id: 'u-7', plan: 'gold' },
        fingerprint: ['orders', 'lost'],
      });
      expect(event?.exception).toBeUndefined();
      for (const lifted of ['tags', 'user', 'fingerprint']) expect(event?.extra).not.toHaveProperty(lifted);
    });

    it('that hold secrets are masked in events and breadcrumbs', async () => {
      const host = await openBench();
      const fields = { password: 'hunter2', nested: { apiKey: 'k-hunter2' }, note: 'fine' };
      host.fields('info', 'signed in', fields);
      host.fields('error', 'thrown out', fields);
      const [event] = host.events;
      expect(event?.extra).toMatchObject({ password: '[Filtered]', nested: { apiKey: '[Filtered]' }, note: 'fine' });
      expect(breadcrumbsOf(event)[0]?.data).toMatchObject({ password: '[Filtered]', note: 'fine' });
      expect(JSON.stringify(event)).not.toContain('hunter2');
    });

    it('that have a meaning of their own go to their places, whatever the client and the scope say', async () => {
      const host = await openBench({ sampleRate: 0, tags: { shop: 'paris', app: 'web' }, user: { id: 'nobody' } });
      scope.setTransaction('GET /');
      host.fields('error', 'order lost', {
        sampleRate: 1,
        transaction: 'POST /orders',
        tags: { shop: 'berlin' },
        user: { id: 'u-7' },
        fingerprint: ['orders', 'lost'],
      });
      host.fields('error', 'order lost', { sampleRate: 0 });
      scope.setTransaction(null);
      expect(host.events).toMatchObject([
        {
          transaction: 'POST /orders',
          tags: { shop: 'berlin', app: 'web' },
          user: { id: 'u-7' },
          fingerprint: ['orders', 'lost'],
        },
      ]);
      for (const lifted of ['sampleRate', 'transaction'])
        expect(host.events[0]?.extra ?? {}).not.toHaveProperty(lifted);
      expect(host.client.stats().dropped).toEqual({ sample_rate: { error: 1 } });
    });

    it('that contextTags names are tags, too; those of the record win', async () => {
      const host = await openBench({ contextTags: ['tenant', 'attempt', 'absent', 'password'] });
      const fields = { tenant: 'acme', attempt: 3, other: 'x', password: 'hunter2', tags: { attempt: 'last' } };
      host.fields('error', 'order lost', fields);
      expect(host.events[0]?.tags).toEqual({ tenant: 'acme', attempt: 'last', password: '[Filtered]' });
      expect(host.events[0]?.extra).toMatchObject({ tenant: 'acme', attempt: 3, other: 'x' });
    });
  });

  describe('which records become events', () => {
    class PoolError extends Error {}

    it.each<[string, ClientOptions]>([
      ['the name of its class', { ignoreErrors: ['PoolError'] }],
      ['its class', { ignoreErrors: [PoolError] }],
      ['its message', { ignoreErrors: ['*connection*'] }],
      ['a RegExp', { ignoreErrors: [/^PoolError: no/g] }],
      ['a function', { ignoreErrors: [(error) => (error as Error).message === 'no connection'] }],
      ['its logger', { ignoreLoggers: [harness.loggerName] }],
      ['its logger, below a level', { ignoreLoggers: [{ name: '*', allowLevel: 'fatal' }] }],
    ])('an Error that is ignored by %s makes none, each time', async (_name, options) => {
      // log4js copies its options, which breaks a RegExp: a client is what all hosts take.
      const transport = memoryTransport();
      await using client = createClient({ dsn: freshDsn(), transport, ...options });
      const host = await open({ client: () => client });
      for (let count = 0; count < 3; count += 1) host.error('error', 'lost', new PoolError('no connection'));
      expect(transport.events).toEqual([]);
      expect(client.stats()).toMatchObject({ accepted: { error: 3 }, dropped: { ignored: { error: 3 } } });
    });

    it('a rule for the logger moves its thresholds, adds tags and fingerprint, and samples', async () => {
      const rule = { eventLevel: 'debug', tags: { team: 'data' }, fingerprint: ['orders'], sampleRate: 1 } as const;
      const host = await openBench({
        sampleRate: 0,
        rules: [
          { logger: harness.loggerName, ...rule },
          { logger: 'another', eventLevel: false },
        ],
      });
      host.message('debug', 'chatter');
      expect(host.events).toMatchObject([{ level: 'debug', tags: { team: 'data' }, fingerprint: ['orders'] }]);
    });

    it('a rule for other loggers changes nothing', async () => {
      const rules = [{ logger: 'another', eventLevel: 'debug', breadcrumbLevel: 'debug', tags: { a: 'b' } }] as const;
      const host = await openBench({ rules });
      for (const [level] of LEVELS) host.message(level, level);
      expect(host.events).toMatchObject([{ level: 'error' }]);
      expect(host.events[0]?.tags).toBeUndefined();
      expect(host.trail()).toEqual(['error', 'warn', 'info']);
    });
  });

  describe('the caller', () => {
    it('finds its objects as they were', async () => {
      const makeFields = () => ({
        order: { id: 1, when: new Date(0) },
        tags: { a: 'b' },
        user: { id: 2 },
        password: 'x',
        list: [1, { c: 2 }],
      });
      const host = await openBench({ logLevel: 'debug' });
      const fields = makeFields();
      const cause = makeError('cause');
      const error = Object.assign(new Error('mine', { cause }), { details: { code: 1 } });
      const before = Reflect.ownKeys(error);
      host.fields('error', 'fields', fields);
      host.fields('info', 'fields', fields);
      host.error('error', 'error', error);
      expect(fields).toEqual(makeFields());
      expect(Reflect.ownKeys(error)).toEqual(before);
      expect(error).toMatchObject({ message: 'mine', details: { code: 1 } });
      expect(error.cause).toBe(cause);
    });

    it('may freeze them', async () => {
      const host = await openBench();
      const fields = Object.freeze({ order: Object.freeze({ id: 1 }), tags: Object.freeze({ a: 'b' }) });
      host.fields('error', 'frozen fields', fields);
      host.error('error', 'frozen error', Object.freeze(makeError()));
      expect(host.events).toMatchObject([{ extra: { order: { id: 1 } }, tags: { a: 'b' } }, { exception: {} }]);
    });
  });

  /** Makes the call with the bare host first: where even that throws, the adapter was never reached. */
  async function survives(call: (host: HostCalls) => void): Promise<void> {
    const bareThrew = throws(call, await harness.bare());
    const host = await openBench({ logLevel: 'debug' });
    expect(throws(call, host), 'throws where the host alone does').toBe(bareThrew);
    if (bareThrew) return;
    await host.client.flush();
    expect(host.events).toHaveLength(1);
    expect(host.transport.logs).toHaveLength(1);
    for (const envelope of host.transport.envelopes) {
      expect(envelope.items).toHaveLength(1);
      expect(Buffer.byteLength(envelope.items[0]?.payload ?? '')).toBeLessThanOrEqual(1_048_576);
      expect(String(envelope.items[0]?.payload).isWellFormed()).toBe(true);
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    // And it goes on.
    host.message('error', 'after it');
    expect(host.events).toHaveLength(2);
  }

  describe('hostile input', () => {
    it.each(Object.entries({ ...HOSTILE_VALUES, ...LARGE_VALUES }))(
      'survives %s among the fields',
      async (_name, make) => {
        await survives((host) => host.fields('error', 'odd field', { fine: 1, odd: make() }));
      },
    );

    it.each(Object.entries(HOSTILE_VALUES))('survives %s in the place of the fields', async (_name, make) => {
      await survives((host) => host.fields('error', 'odd fields', make() as object));
    });

    it.each(Object.entries(HOSTILE_VALUES))(
      'survives %s in the places of user, tags and fingerprint',
      async (_name, make) => {
        await survives((host) =>
          host.fields('error', 'odd context', { user: make(), tags: make(), fingerprint: [make()] }),
        );
      },
    );

    it.each([
      ['undefined', undefined],
      ['null', null],
      ['a number', 42],
      ['an object', { a: 1 }],
      ['an empty text', ''],
      ['a percent sign', '100 % of %s and %d'],
      ['a symbol', Symbol('message')],
      ['a BigInt', 7n],
      ['a function', function message() {}],
      ['a text with a forged envelope', 'x\r\n{"type":"event"}\n{}'],
      ['a text of lone surrogates and NUL', '\ud83d \u0000 \u2028'],
    ])('survives %s as the message', async (_name, message) => {
      await survives((host) => host.message('error', message as string));
    });

    it.each(Object.entries(HOSTILE_ERRORS))('survives %s', async (_name, make) => {
      await survives((host) => host.error('error', 'odd error', make()));
    });

    it.each(Object.entries(HOSTILE_ERRORS))('survives %s alone', async (_name, make) => {
      await survives((host) => host.errorAlone('error', make()));
    });

    const thrown: Readonly<Record<string, Make>> = {
      ...HOSTILE_VALUES,
      null: () => null,
      undefined: () => undefined,
      'a text': () => 'thrown text',
    };
    it.each(Object.entries(thrown))('survives %s in the place of an Error', async (_name, make) => {
      await survives((host) => host.error('error', 'thrown by mistake', make()));
    });

    it('survives a text of 100 MB', { timeout: 30_000 }, async () => {
      const text = 'x'.repeat(100 * 2 ** 20);
      await survives((host) => host.message('error', text));
    });

    it('does not recurse when a toJSON logs, and counts what it logged', async () => {
      const host = await openBench();
      let calls = 0;
      const chatty = {
        toJSON() {
          calls += 1;
          if (calls > 1_000) throw new Error('it recurses');
          host.message('error', 'from inside toJSON');
          return { calls };
        },
      };
      host.fields('error', 'from outside', { chatty });
      const texts = host.events.map((event) => event.logentry?.formatted ?? '');
      expect(texts.filter((text) => text.includes('from outside'))).toHaveLength(1);
      expect(calls).toBeGreaterThan(0);
      expect(calls).toBeLessThan(20);
      expect(host.client.stats().accepted.error).toBe(1 + calls);
      expectSettled(host.client);
    });
  });

  describe('scope', () => {
    it('keeps concurrent requests apart, before and after an await', async () => {
      const host = await openBench();
      host.message('info', 'started');
      const serve = async (request: number): Promise<void> => {
        scope.setTag('request', request);
        host.message('info', `request ${request} begins`);
        await new Promise(setImmediate);
        host.message('info', `request ${request} goes on`);
        await new Promise(setImmediate);
        host.message('error', `request ${request} fails`);
      };
      await Promise.all([1, 2, 3, 4, 5].map((request) => runInScope(() => serve(request))));
      for (const request of [1, 2, 3, 4, 5]) {
        const event = host.events.find(({ logentry }) => logentry?.formatted === `request ${request} fails`);
        expect(event?.tags).toEqual({ request: `${request}` });
        expect(breadcrumbsOf(event).map(({ message }) => message)).toEqual([
          'started',
          `request ${request} begins`,
          `request ${request} goes on`,
        ]);
      }
      expect(host.trail()).toEqual(['started']);
    });

    it('never lets what a child scope says bleed into its parent or its siblings', async () => {
      const host = await openBench();
      runInScope(() => {
        host.message('info', 'parent');
        runInScope(() => {
          scope.setTag('child', true);
          host.message('info', 'elder child');
          expect(host.trail()).toEqual(['parent', 'elder child']);
        });
        runInScope(() => {
          host.message('info', 'younger child');
          expect(host.trail()).toEqual(['parent', 'younger child']);
        });
        expect(host.trail()).toEqual(['parent']);
        host.message('error', 'parent fails');
        expect(host.events.at(-1)?.tags).toBeUndefined();
      });
      expect(host.trail()).toEqual([]);
    });
  });

  describe.runIf(harness.seesErrors ?? true)('an Error that is seen again', () => {
    afterEach(() => vi.restoreAllMocks());

    it.each<[string, (host: HostCalls, error: Error) => void]>([
      ['behind a text', (host, error) => host.error('error', 'again', error)],
      ['alone', (host, error) => host.errorAlone('error', error)],
    ])('%s is a breadcrumb, not a second event', async (_name, call) => {
      const host = await openBench();
      const error = makeError();
      host.error('error', 'lost', error);
      call(host, error);
      expect(host.client.captureException(error)).toBeUndefined();
      expect(host.events).toHaveLength(1);
      expect(host.client.stats().accepted.error).toBe(1);
      expect(host.trail()).toHaveLength(3);
    });

    it('by another logger with the same DSN is none either, unless dedupe is off', async () => {
      const dsn = freshDsn();
      const transport = memoryTransport();
      await using first = createClient({ dsn, transport });
      await using other = createClient({ dsn, transport, dedupe: false });
      const host = await open({ client: () => first });
      const error = makeError();
      first.captureException(error);
      host.error('error', 'lost', error);
      expect(transport.events).toHaveLength(1);
      const loud = await open({ client: () => other });
      loud.error('error', 'lost', error);
      expect(transport.events).toHaveLength(2);
    });

    it('is an event again in the next request, and once in each', async () => {
      const host = await openBench();
      const constant = makeError();
      for (let request = 1; request <= 3; request += 1) {
        vi.spyOn(performance, 'now').mockReturnValue(request * 1e6);
        runInScope(() => {
          host.error('error', 'lost', constant);
          vi.spyOn(performance, 'now').mockReturnValue(request * 1e6 + 60_000);
          host.error('error', 'lost', constant);
        });
        expect(host.events).toHaveLength(request);
      }
    });

    it('is an event each time where only its like is seen', async () => {
      const host = await openBench();
      for (let count = 0; count < 3; count += 1) host.error('error', 'lost', makeError());
      expect(host.events).toHaveLength(3);
    });
  });

  describe('the client', () => {
    it('is the one that was given, and stays open when the host ends', async () => {
      const transport = memoryTransport();
      await using client = createClient({ dsn: freshDsn(), transport });
      const host = await harness.open({ client: () => client });
      expect(host.client).toBe(client);
      host.message('error', 'before the end');
      await host.end();
      expect(client.captureMessage('after the end')).toBeDefined();
      expect(transport.events).toHaveLength(2);
      expectSettled(client);
    });

    it('is made of the options that were given, and closed when the host ends', async () => {
      const transport = memoryTransport();
      const host = await harness.open({ dsn: freshDsn(), transport, release: 'shop@1.2.3' });
      host.message('error', 'before the end');
      expect(transport.events).toMatchObject([{ release: 'shop@1.2.3' }]);
      await host.end();
      expect(host.client.captureMessage('after the end')).toBeUndefined();
      expect(host.client.stats().dropped).toEqual({ ignored: { error: 1 } });
      expectSettled(host.client);
    });

    it('is refused together with options', async () => {
      await using client = createClient({ dsn: freshDsn(), transport: memoryTransport() });
      const both = async (): Promise<OpenHost> => harness.open({ client: () => client, release: 'shop@1.2.3' });
      await expect(both()).rejects.toThrow(TypeError);
    });

    it('refuses wrong options at once, by name', async () => {
      const wrong = async (): Promise<OpenHost> => harness.open({ dsn: freshDsn(), sampleRate: 7 });
      await expect(wrong()).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('sampleRate'),
      });
    });

    it('is disabled without a DSN: nothing is taken and nothing is said', async () => {
      vi.stubEnv('SENTRY_DSN', '');
      const stderr = vi.spyOn(process.stderr, 'write');
      const warnings: Error[] = [];
      const listener = (warning: Error): number => warnings.push(warning);
      process.on('warning', listener);
      try {
        const host = await open({});
        host.error('error', 'nobody hears', makeError());
        host.fields('info', 'nobody hears', { a: 1 });
        expect(await host.client.flush()).toBe(true);
        await new Promise(setImmediate);
        expect(host.client.stats().accepted).toEqual({ error: 0, log_item: 0 });
        expect(warnings).toEqual([]);
        expect(stderr).not.toHaveBeenCalled();
      } finally {
        process.off('warning', listener);
        stderr.mockRestore();
        vi.unstubAllEnvs();
      }
    });
  });

  describe('itself', () => {
    /** Waits until several rounds of the event loop have brought nothing new. */
    async function settledCount(host: Bench): Promise<number> {
      for (let round = 0; round < 20; round++) await new Promise(setImmediate);
      return host.client.stats().accepted.error;
    }

    it.each(['at once', 'a turn later'])('does not feed on what onDrop logs %s', async (when) => {
      let heard = 0;
      const host: Bench = await openBench({
        beforeSend: () => null,
        onDrop() {
          heard += 1;
          if (when === 'at once') host.message('error', 'dropped one');
          else setImmediate(() => host.message('error', 'dropped one'));
        },
      });
      host.message('error', 'unwanted');
      const accepted = await settledCount(host);
      expect(heard).toBe(1);
      expect(accepted).toBe(2);
      expect(await settledCount(host)).toBe(accepted);
      expect(host.events).toEqual([]);
    });

    it.each(['at once', 'a turn later'])('does not feed on what onError logs %s', async (when) => {
      let heard = 0;
      const host: Bench = await openBench({
        processors: [
          function broken() {
            throw new Error('a mistake in a processor');
          },
        ],
        onError() {
          heard += 1;
          if (when === 'at once') host.message('error', 'heard of an error');
          else setImmediate(() => host.message('error', 'heard of an error'));
        },
      });
      host.message('error', 'unlucky');
      const accepted = await settledCount(host);
      expect(heard).toBe(1);
      expect(accepted).toBe(2);
      expect(await settledCount(host)).toBe(accepted);
    });

    it.each([
      ['beforeSend', 'at once'],
      ['beforeSend', 'a turn later'],
      ['beforeSendLog', 'at once'],
      ['beforeSendLog', 'a turn later'],
      ['beforeBreadcrumb', 'at once'],
      ['beforeBreadcrumb', 'a turn later'],
      ['processors', 'at once'],
      ['processors', 'a turn later'],
    ])('does not feed on what %s logs %s', async (hook, when) => {
      let calls = 0;
      const logging = <T>(item: T): T => {
        calls += 1;
        if (when === 'at once') host.message('error', 'from the hook');
        else setImmediate(() => host.message('error', 'from the hook'));
        return item;
      };
      const host: Bench = await openBench({ logLevel: 'debug', [hook]: hook === 'processors' ? [logging] : logging });
      host.message('error', 'news');
      await settledCount(host);
      await host.client.flush();
      expect(calls).toBe(1);
      expect(host.events.map((event) => event.logentry?.formatted)).toEqual(['news']);
      expect(host.transport.logs.map(({ body }) => body)).toEqual(['news']);
      expect(host.client.stats()).toMatchObject({
        accepted: { error: 2, log_item: 2 },
        dropped: { ignored: { error: 1, log_item: 1 } },
      });
    });

    it('does not feed on what a transport logs while it sends', async () => {
      const sent: unknown[] = [];
      const dsn = freshDsn();
      const host: OpenHost = await open({
        dsn,
        transport: {
          async send(envelope) {
            sent.push(envelope);
            host.message('error', 'sending');
            await new Promise(setImmediate);
            host.message('error', 'sent');
          },
          flush: async () => true,
          close: async () => true,
        },
      });
      host.message('error', 'news');
      await vi.waitFor(() => expect(host.client.stats().delivered.error).toBe(1));
      expect(sent).toHaveLength(1);
      expect(host.client.stats().dropped).toEqual({ ignored: { error: 2 } });
    });

    it('takes 100,000 records while the destination is dead, and the host goes on', { timeout: 60_000 }, async () => {
      const host = await open({ dsn: `http://public@127.0.0.1:${await closedPort()}/1`, shutdownTimeoutMs: 200 });
      const errors = 50_000;
      for (let index = 0; index < errors; index++) {
        host.message('error', `error ${index}`);
        host.message('info', `info ${index}`);
      }
      expect(host.client.stats().accepted.error).toBe(errors);
      expect(host.client.stats().queued.error).toBeLessThanOrEqual(1_000 + 4);
      expectBalanced(host.client);
      await new Promise(setImmediate);
      host.message('error', 'one more');
      expect(host.client.stats().accepted.error).toBe(errors + 1);
      await host.end();
      expectSettled(host.client);
    });
  });
}

function throws(call: (host: HostCalls) => void, host: HostCalls): boolean {
  try {
    call(host);
    return false;
  } catch {
    return true;
  }
}
