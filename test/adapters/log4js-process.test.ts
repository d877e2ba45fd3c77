import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startInbox } from '../../src/inbox/server.js';
import type { ErrorEvent } from '../../src/protocol/event.js';
import { runScript } from '../support/child-script.js';

const START = `
const log4js = require('log4js');
log4js.configure({
  appenders: { jackdaw: { type: require('./dist/adapters/log4js.js'), dsn: process.argv[1] } },
  categories: { default: { appenders: ['jackdaw'], level: 'info' } },
});
const logger = log4js.getLogger('orders');
logger.error('lost', new TypeError('no stock'));
`;

it.each([
  ['the natural end', ''],
  ['the natural end after shutdown without a callback', 'log4js.shutdown();'],
  ['shutdown, then process.exit', 'log4js.shutdown(() => process.exit(0));'],
  [
    'a new configuration',
    `log4js.configure({ appenders: { out: { type: 'stdout' } }, categories: { default: { appenders: ['out'], level: 'info' } } });`,
  ],
])('delivers what was logged before %s', async (_name, end) => {
  await using inbox = await startInbox();
  const { code, stdout, stderr } = await runScript(START + end, [inbox.dsn]);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(inbox.items('event').map(({ payload }) => payload['logentry'])).toMatchObject([{ message: 'lost' }]);
});

it('leaves what a callback of the user’s throws to the process, as log4js does', async () => {
  await using inbox = await startInbox();
  const end = `
    process.on('unhandledRejection', () => console.log('a rejection'));
    process.on('uncaughtException', ({ message }) => console.log(message));
    log4js.shutdown(() => { throw new Error('the user’s'); });
  `;
  const { code, stdout } = await runScript(START + end, [inbox.dsn]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'the user’s\n' });
});

it('tells the workers of a cluster apart, by their ids and breadcrumbs, and knows their errors’ classes', async () => {
  await using inbox = await startInbox();
  const file = join(__dirname, 'log4js-cluster.cjs');
  const { code, stdout, stderr } = await runScript(
    `require('node:child_process').fork(process.argv[1], process.argv.slice(2))`,
    [file, inbox.dsn],
  );
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'done\n', stderr: '' });
  const events = inbox.items('event').map(({ payload }) => payload as ErrorEvent);
  events.sort((one, other) => Number(one.tags?.['cluster.worker']) - Number(other.tags?.['cluster.worker']));
  expect(events).toHaveLength(2);
  for (const [index, event] of events.entries()) {
    expect(event).toMatchObject({
      logger: 'orders',
      tags: { 'cluster.worker': `${index + 1}` },
      exception: {
        values: [{ type: 'TypeError', value: 'cannot charge', stacktrace: { frames: expect.any(Array) } }],
      },
      extra: { password: '[Filtered]', pid: 'mine', 'log4js.pid': expect.any(Number) },
      breadcrumbs: { values: [{ message: `in worker ${index + 1}` }] },
    });
    expect(event.breadcrumbs?.values).toHaveLength(1);
  }
  expect(new Set(events.map(({ extra }) => extra?.['log4js.pid'])).size).toBe(2);
});
