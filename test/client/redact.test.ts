import log4js from 'log4js';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import winston from 'winston';
import jackdaw from '../../src/adapters/pino.js';
import { JackdawTransport } from '../../src/adapters/winston.js';
import { rescrub } from '../../src/client/rescrub.js';
import type { ClientOptions, RedactOptions } from '../../src/index.js';
import type { EnvelopeItem } from '../../src/protocol/envelope.js';
import { createScrubber } from '../../src/scrub/walk.js';
import { jackdawLogger } from '../adapters/log4js-logger.js';
import { runScript } from '../support/child-script.js';
import { logRecord, type MemoryClient, memoryClient } from '../support/memory-client.js';

class HttpError extends Error {
  readonly config: unknown;
  constructor(message: string, config: unknown, options?: ErrorOptions) {
    super(message, options);
    this.config = config;
  }
}

function clientWith(
  paths: readonly string[],
  more: Partial<RedactOptions> = {},
  options: ClientOptions = {},
): MemoryClient {
  return memoryClient({ redact: { paths, censor: '<gone>', ...more }, logLevel: 'trace', ...options });
}

type Log = (client: MemoryClient, fields: Record<string, unknown>, error: Error) => void;

const LOGGERS: readonly (readonly [name: string, log: Log])[] = [
  [
    'winston',
    ({ client }, fields, err) => {
      winston.createLogger({ transports: [new JackdawTransport({ client })] }).error('failed', { ...fields, err });
    },
  ],
  [
    'pino',
    ({ client }, fields, err) => {
      pino(jackdaw({ client })).error({ ...fields, err }, 'failed');
    },
  ],
  [
    'log4js',
    ({ client }, fields, err) => {
      jackdawLogger({ client: () => client }).error('failed', fields, err);
      log4js.shutdown(() => {});
    },
  ],
];

describe.each(LOGGERS)('redact, through %s', (_name, log) => {
  it('takes paths from the object that was logged: data, error and request alike', async () => {
    const paths = [
      'customer.iban',
      'items[*].note',
      'err.config.body',
      'err.message',
      'req.headers.accept',
      'user.email',
    ];
    const memory = clientWith(paths);
    const fields = {
      customer: { iban: 'hunter2', id: 7 },
      items: [{ note: 'hunter2', sku: 'a' }],
      req: { method: 'GET', url: '/p', headers: { accept: 'hunter2', host: 'a.example' } },
      user: { id: '7', email: 'hunter2' },
    };
    log(memory, fields, new HttpError('a reason', { body: 'hunter2', timeout: 5 }));
    const event = memory.event();
    expect(event).toMatchObject({
      extra: { customer: { iban: '<gone>', id: 7 }, items: [{ note: '<gone>', sku: 'a' }] },
      contexts: { HttpError: { config: { body: '<gone>', timeout: 5 } } },
      request: { headers: { accept: '<gone>', host: 'a.example' } },
      user: { id: '7', email: '<gone>' },
      exception: { values: [{ type: 'HttpError', value: '<gone>', stacktrace: { frames: expect.any(Array) } }] },
    });
    const logs = await memory.logs();
    expect(JSON.stringify([event, logs])).not.toContain('hunter2');
    expect(logs[0]?.attributes).toMatchObject({ 'exception.message': { value: '<gone>' } });
    expect(fields.customer.iban).toBe('hunter2');
  });
});

describe('redact', () => {
  it('holds for breadcrumbs, flat and nested, and for those of one’s own', () => {
    const memory = clientWith(['iban', 'customer.iban']);
    memory.client.captureRecord(logRecord({ level: 'info', data: { iban: 'hunter2', id: 7 } }));
    memory.client.captureRecord(logRecord({ level: 'info', data: { customer: { iban: 'hunter2' } } }));
    memory.client.addBreadcrumb({ message: 'own', data: { iban: 'hunter2' } });
    expect(memory.trail().map(({ data }) => data)).toEqual([
      { iban: '<gone>', id: 7 },
      { customer: { iban: '<gone>' } },
      { iban: '<gone>' },
    ]);
  });

  it('holds for what scope and options add to the same places', () => {
    const memory = clientWith(
      ['iban', 'user.email', 'tags.branch'],
      {},
      {
        extra: { iban: 'hunter2' },
        user: { email: 'hunter2', id: '7' },
        tags: { branch: 'hunter2', app: 'shop' },
      },
    );
    memory.client.captureMessage('hi');
    expect(memory.event()).toMatchObject({
      extra: { iban: '<gone>' },
      user: { email: '<gone>', id: '7' },
      tags: { branch: '<gone>', app: 'shop' },
    });
  });

  it('names causes and listed errors by where they are, and the frames by `stack`', () => {
    const memory = clientWith(['error.cause.config.body', 'err.cause.errors[1].message', '*.stack']);
    const listed = new AggregateError([new Error('first'), new Error('hunter2')], 'two');
    const cause = Object.assign(listed, { config: { body: 'hunter2' } });
    memory.client.captureException(new Error('outer', { cause }));
    const { exception, contexts } = memory.event();
    expect(contexts?.['AggregateError']).toMatchObject({ config: { body: '<gone>' } });
    expect(exception?.values.map(({ value }) => value)).toEqual(['<gone>', 'first', 'two', 'outer']);
    expect(exception?.values.at(-1)).not.toHaveProperty('stacktrace');
  });

  it('leaves the class alone where all of an error is redacted', () => {
    const memory = clientWith(['err']);
    memory.client.captureException(new HttpError('hunter2', { body: 'hunter2' }));
    const { exception, contexts } = memory.event();
    expect(exception?.values).toMatchObject([{ type: 'HttpError', value: '<gone>' }]);
    expect(contexts).not.toHaveProperty('HttpError');
  });

  it('D07: covers what toJSON returns', () => {
    const memory = clientWith(['card.pan']);
    memory.client.captureRecord(logRecord({ data: { card: { toJSON: () => ({ pan: 'hunter2' }) } } }));
    expect(memory.event().extra).toEqual({ card: { pan: '<gone>' } });
  });

  it('D08: covers frozen objects and getters, and changes none of them', () => {
    const frozen = Object.freeze({ pan: 'hunter2' });
    const getter = {
      get pan(): string {
        return 'hunter2';
      },
    };
    const memory = clientWith(['frozen.pan', 'getter.pan']);
    memory.client.captureRecord(logRecord({ data: Object.freeze({ frozen, getter }) }));
    expect(memory.event().extra).toEqual({ frozen: { pan: '<gone>' }, getter: { pan: '<gone>' } });
    expect([frozen.pan, getter.pan]).toEqual(['hunter2', 'hunter2']);
  });

  it('D09: is not in the way of values that JSON does not know', () => {
    const data = { big: 5n, pan: 'hunter2', list: [Symbol('x')] };
    const memory = clientWith(['pan']);
    memory.client.captureRecord(logRecord({ data }));
    expect(memory.event().extra).toMatchObject({ big: '[BigInt: 5]', pan: '<gone>' });
    expect(data).toEqual({ big: 5n, pan: 'hunter2', list: [expect.any(Symbol)] });
  });

  it('uses the mask of `scrub` where no censor is given, and is told to onScrub', () => {
    const heard: [string, number][] = [];
    const onScrub = (rule: string, count: number): void => void heard.push([rule, count]);
    const memory = memoryClient({ redact: { paths: ['a'] }, scrub: { mask: '***' }, onScrub });
    memory.client.captureRecord(logRecord({ data: { a: 1 } }));
    expect(memory.event().extra).toEqual({ a: '***' });
    expect(heard).toEqual([['redact', 1]]);
  });

  it('works without the built-in rules, and beside an allow list', () => {
    for (const scrub of [false, { mode: 'allow', keys: ['a'] }] as const) {
      const memory = clientWith(['a.b'], {}, { scrub });
      memory.client.captureRecord(logRecord({ data: { a: { b: 1, c: 2 } } }));
      expect(memory.event().extra).toEqual({ a: { b: '<gone>', c: 2 } });
    }
  });

  it('removes fields, whole errors included', () => {
    const memory = clientWith(['a', 'err.config'], { censor: undefined, remove: true });
    memory.client.captureRecord(logRecord({ data: { a: 1, b: 2 }, error: new HttpError('no', { body: 'hunter2' }) }));
    expect(memory.event().extra).toEqual({ b: 2 });
    expect(memory.event().contexts).not.toHaveProperty('HttpError');
  });

  it('holds for what an earlier run, without these paths, has left in the spool', () => {
    const redact: RedactOptions = { paths: ['iban', 'user.email'], censor: '<gone>' };
    const [structure, data] = [createScrubber({ rules: true }), createScrubber({ rules: true, redact })];
    const event = {
      event_id: 'a',
      extra: { iban: 'hunter2', id: 7 },
      user: { email: 'hunter2' },
      breadcrumbs: { values: [{ message: 'm', data: { iban: 'hunter2' } }] },
    };
    const log = { body: 'b', level: 'info', attributes: { iban: { type: 'string', value: 'hunter2' } } };
    const item = (type: string, payload: unknown): EnvelopeItem => ({
      header: { type },
      payload: Buffer.from(JSON.stringify(payload)),
    });
    const items = [item('event', event), item('log', { items: [log] })];
    const { items: clean } = rescrub(
      { header: {}, items, category: 'error', quantity: 1, level: 'error' },
      structure,
      data,
    );
    expect(clean.map(({ payload }) => String(payload)).join()).not.toContain('hunter2');
    expect(JSON.parse(String(clean[0]?.payload))).toMatchObject({
      extra: { iban: '<gone>', id: 7 },
      user: { email: '<gone>' },
    });
  });

  it('P23: says why where code generation is disallowed; without paths nothing needs it', async () => {
    const flags = ['--disallow-code-generation-from-strings'];
    const create = (redact: string): string => `
      const { createClient } = require('./dist/index.js');
      try {
        createClient({ dsn: 'memory+http://public@127.0.0.1:9/1', redact: ${redact} }).captureMessage('hi');
        console.log('made');
      } catch (error) { console.log(error.message); }
    `;
    const refused = await runScript(create("{ paths: ['a.b'] }"), [], { flags });
    expect(refused.stdout).toContain(
      'redact runs code made of the paths, which --disallow-code-generation-from-strings',
    );
    for (const off of ['undefined', '{ paths: [] }']) {
      expect((await runScript(create(off), [], { flags })).stdout).toBe('made\n');
    }
  });

  it('loads fast-redact only where there are paths', async () => {
    const loaded = (redact: string): string => `
      require('./dist/index.js').createClient({ dsn: 'memory+http://public@127.0.0.1:9/1', redact: ${redact} });
      console.log(Object.keys(require.cache).some((file) => file.includes('fast-redact')));
    `;
    expect((await runScript(loaded('undefined'))).stdout).toBe('false\n');
    expect((await runScript(loaded("{ paths: ['a'] }"))).stdout).toBe('true\n');
  });
});

describe('sendDefaultPii', () => {
  const record = logRecord({
    context: { request: { method: 'GET', url: '/', ip: '10.0.0.7', body: 'a=b' }, user: { id: '7' } },
  });

  it('is off: nobody’s address leaves, nor is the server to infer one', () => {
    const memory = memoryClient();
    memory.client.captureRecord(record);
    expect(memory.event()).toMatchObject({ user: { id: '7' }, sdk: { settings: { infer_ip: 'never' } } });
    expect(JSON.stringify(memory.event())).not.toMatch(/10\.0\.0\.7|a=b/);
  });

  it('on, tells who made the request; an address that is given wins', () => {
    const memory = memoryClient({ sendDefaultPii: true });
    memory.client.captureRecord(record);
    memory.client.captureRecord({ ...record, context: { ...record.context, user: { ip_address: '10.0.0.8' } } });
    const [event, given] = memory.events();
    expect(event).toMatchObject({
      user: { id: '7', ip_address: '10.0.0.7' },
      request: { data: 'a=b' },
      sdk: { settings: { infer_ip: 'auto' } },
    });
    expect(given?.user).toEqual({ ip_address: '10.0.0.8' });
  });
});

describe('C5: what a pino logger redacts by itself', () => {
  it('is honoured, though the Error itself is at hand', async () => {
    const memory = memoryClient({ logLevel: 'trace' });
    const redact = ['customer.iban', 'err.config.body', 'err.message', 'err.stack', 'req.headers.accept'];
    const logger = pino({ redact, hooks: { logMethod: jackdaw.logHook } }, jackdaw({ client: memory.client }));
    const req = { method: 'GET', url: '/p', headers: { accept: 'hunter2' } };
    logger.info({ customer: { iban: 'hunter2' } }, 'first');
    logger.error({ customer: { iban: 'hunter2' }, req, err: new HttpError('hunter2', { body: 'hunter2' }) }, 'failed');
    const event = memory.event();
    expect(event.extra).toEqual({ customer: { iban: '[Redacted]' } });
    expect(event.exception?.values).toMatchObject([{ type: 'HttpError' }]);
    expect(JSON.stringify([event, await memory.logs()])).not.toContain('hunter2');
  });
});
