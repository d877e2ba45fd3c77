import { describe, expect, it } from 'vitest';
import { startInbox } from '../../src/inbox/server.js';
import type { ErrorEvent } from '../../src/protocol/event.js';
import { runScript } from '../support/child-script.js';

/** Three loggers in one process, each with a client of its own for the same DSN, log one Error. */
const LOGGERS = `
  const [dsn, options] = [process.argv[1], JSON.parse(process.argv[2])];
  const winston = require('winston');
  const { pino } = require('pino');
  const log4js = require('log4js');
  const { JackdawTransport } = require('./dist/adapters/winston.js');
  const jackdaw = require('./dist/adapters/pino.js');
  const { getClient, runInScope } = require('./dist/index.js');
  const mine = { dsn, modules: false, ...options };
  const first = winston.createLogger({ transports: [new JackdawTransport(mine)] });
  const second = pino({ name: 'second' }, jackdaw(mine));
  const type = require('./dist/adapters/log4js.js');
  log4js.configure({ appenders: { jackdaw: { type, ...mine } }, categories: { default: { appenders: ['jackdaw'], level: 'all' } } });
  const third = log4js.getLogger('third');
  const constant = new RangeError('no stock');
  function logThrice(error) {
    first.error('saving', error);
    second.error(error, 'serving');
    third.error('giving up', error);
  }
`;

const CASES: readonly [string, string, object, readonly string[]][] = [
  ['is one event', 'logThrice(constant);', {}, ['winston']],
  ['is an event each with dedupe: false', 'logThrice(constant);', { dedupe: false }, ['winston', 'second', 'third']],
  [
    'and then thrown to the top is one event',
    'process.once("uncaughtException", () => {}); logThrice(constant); setImmediate(() => { throw constant; });',
    {},
    ['winston'],
  ],
  [
    'by a listener for what is uncaught is the one event of the process hook',
    'process.once("uncaughtException", logThrice); setImmediate(() => { throw constant; });',
    {},
    ['none'],
  ],
  [
    'in two requests at once is one event',
    'for (const _ of [1, 2]) runInScope(() => logThrice(constant));',
    {},
    ['winston'],
  ],
];

describe('C21: the same Error logged by three loggers', () => {
  it.each(CASES)('%s', async (_name, script, options, loggers) => {
    await using inbox = await startInbox();
    const { code, stderr } = await runScript(LOGGERS + script, [inbox.dsn, JSON.stringify(options)]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const events = inbox.items('event').map(({ payload }) => payload as unknown as ErrorEvent);
    expect(events.map(({ logger = 'none' }) => logger).sort()).toEqual([...loggers].sort());
    for (const event of events) {
      expect(event.exception?.values).toMatchObject([{ type: 'RangeError', value: 'no stock' }]);
    }
  });

  it('leaves a breadcrumb of each further sighting, for the next event', async () => {
    await using inbox = await startInbox();
    const script = `logThrice(constant); first.error('the next');`;
    await runScript(LOGGERS + script, [inbox.dsn, '{}']);
    const events = inbox.items('event').map(({ payload }) => payload as unknown as ErrorEvent);
    const next = events.find(({ logentry }) => logentry?.formatted === 'the next');
    expect(next?.breadcrumbs?.values.map(({ message, category }) => [category, message])).toEqual([
      ['winston', 'saving no stock'],
      ['second', 'serving'],
      ['third', 'giving up RangeError: no stock'],
    ]);
  });
});
