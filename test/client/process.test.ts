import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startInbox } from '../../src/inbox/server.js';
import { runScript } from '../support/child-script.js';
import { never, startScriptedServer } from '../support/scripted-server.js';

const CLIENT = `
const { createClient } = require('./dist/index.js');
const client = createClient({ dsn: process.argv[1], modules: false, logLevel: 'error', ...JSON.parse(process.argv[2] ?? '{}') });
const record = { level: 'error', levelName: 'error', time: Date.now(), message: 'at the end', origin: 'test' };
client.captureRecord(record);
`;

it('F01: what is queued at the natural end is delivered, logs included', async () => {
  await using inbox = await startInbox();
  const { code, stdout, stderr } = await runScript(CLIENT, [inbox.dsn]);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(inbox.items('event').map(({ payload }) => payload['logentry'])).toEqual([{ formatted: 'at the end' }]);
  expect(inbox.items('log')).toHaveLength(1);
});

it('F01: what a last listener of the host’s logs at the natural end is delivered, too', async () => {
  await using inbox = await startInbox();
  const late = `process.once('beforeExit', () => client.captureMessage('later still'));`;
  const { code, stderr } = await runScript(`${CLIENT}${late}`, [inbox.dsn]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(inbox.items('event')).toHaveLength(2);
});

it('F01: without drainOnExit the process does not wait', async () => {
  await using server = await startScriptedServer({ otherwise: never() });
  const { code, ms } = await runScript(CLIENT, [server.dsn, '{"drainOnExit":false,"shutdownTimeoutMs":60000}']);
  expect(code).toBe(0);
  expect(ms).toBeLessThan(10_000);
});

it('F01: a server that never answers holds the end up no longer than shutdownTimeoutMs', async () => {
  await using server = await startScriptedServer({ otherwise: never() });
  const { code, stdout, ms } = await runScript(CLIENT, [server.dsn, '{"shutdownTimeoutMs":500}']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(server.requests.length).toBeGreaterThan(0);
  expect(ms).toBeGreaterThanOrEqual(500);
  expect(ms).toBeLessThan(500 + 1_500);
});

const BROKEN = `
const { createClient } = require('./dist/index.js');
const broken = () => Promise.reject(new Error('broken'));
const client = createClient({ dsn: process.argv[1], transport: { send(envelope, settle) {}, flush: broken, close: broken } });
client.captureMessage('never settled');
`;

it('P1: a transport of the user’s whose flush rejects does not change how the process ends', async () => {
  const { code, stdout, stderr } = await runScript(BROKEN, ['http://public@127.0.0.1:9/1']);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
});

const LISTENERS = `
const { createClient, runInScope } = require('./dist/index.js');
const client = createClient({ dsn: process.argv[1] });
runInScope(() => client.captureException(new Error('seen')));
const names = process.eventNames().map(String).sort();
client.close().then(() => console.log(JSON.stringify({ names, after: process.eventNames().map(String).sort() })));
process.exitCode = 7;
`;

it('P3: no listener but those for the end of the process and the monitor of uncaught errors, and the exit code is the host’s', async () => {
  await using inbox = await startInbox();
  const { code, stdout, stderr } = await runScript(LISTENERS, [inbox.dsn]);
  expect({ code, stderr }).toEqual({ code: 7, stderr: '' });
  const bare = await runScript('console.log(JSON.stringify(process.eventNames().map(String)))');
  const names = [...(JSON.parse(bare.stdout) as string[]), 'beforeExit', 'exit', 'uncaughtExceptionMonitor'].sort();
  expect(JSON.parse(stdout)).toEqual({ names, after: names });
});

it.each([
  ['an uncaught throw', `throw new RangeError('mine')`],
  ['an unhandled rejection', `Promise.reject(new RangeError('mine'))`],
  ['process.exit', 'process.exit(3)'],
])('P3: %s ends the process as it would have without a client', async (_name, end) => {
  const withClient = await runScript(`${CLIENT}${end}`, ['http://public@127.0.0.1:9/1']);
  const without = await runScript(end);
  expect(withClient.code).toBe(without.code);
  expect(withClient.stderr.includes('RangeError: mine')).toBe(without.stderr.includes('RangeError: mine'));
  expect(withClient.stderr).not.toContain('JACKDAW');
});

const CYCLES = `
const { createClient } = require('./dist/index.js');
const cycle = async () => {
  const client = createClient({ dsn: process.argv[1] });
  client.captureMessage('hello');
  if (!(await client.close())) throw new Error('not delivered');
};
const collect = async () => { await new Promise(setImmediate); gc(); gc(); return process.memoryUsage().heapUsed; };
const seen = () => ({
  sockets: process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length,
  atEnd: process.listenerCount('beforeExit'),
  listeners: process.eventNames().flatMap((name) => process.listeners(name)).length,
});
(async () => {
  for (let round = 0; round < 100; round++) await cycle();
  const [before, heap] = [seen(), await collect()];
  for (let round = 0; round < 1_000; round++) await cycle();
  const growth = (await collect()) - heap;
  console.log(JSON.stringify({ before, after: seen(), growth }));
})();
`;

it('F13: 1,000 clients that were created, used and closed leave nothing behind', async () => {
  await using server = await startScriptedServer();
  const { code, stdout, stderr } = await runScript(CYCLES, [server.dsn], { flags: ['--expose-gc'] });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { before, after, growth } = JSON.parse(stdout) as { before: object; after: object; growth: number };
  expect(after).toEqual(before);
  expect(after).toMatchObject({ atEnd: 1, sockets: 0 });
  expect(growth).toBeLessThan(3 * 1_024 * 1_024);
  expect(server.requests).toHaveLength(1_100);
}, 60_000);

const TWO_COPIES = `
const [one, two] = [process.argv[1], process.argv[2]].map((dir) => require(dir + '/index.js'));
if (one.createClient === two.createClient) throw new Error('it is one copy');
const transport = two.memoryTransport();
const client = one.createClient({ dsn: 'http://public@127.0.0.1:9/1', transport, modules: false });
if (two.getClient() !== client) throw new Error('the other copy does not know the client');
two.scope.setTag('process', 'two');
two.runInScope(async () => {
  two.scope.setUser({ id: 4 });
  client.addBreadcrumb({ message: 'left by one' });
  await null;
  one.scope.setTag('request', 'one');
  const other = two.createClient({ dsn: 'http://public@127.0.0.1:9/1', transport, modules: false });
  other.captureMessage('seen by two');
  client.captureMessage('seen by one');
}).then(async () => {
  await Promise.all([client.close(), two.getClient().close()]);
  const listeners = process.listenerCount('beforeExit');
  const events = transport.events.map(({ user, tags, breadcrumbs }) => ({ user, tags, trail: breadcrumbs.values.map((one) => one.message) }));
  console.log(JSON.stringify({ listeners, events }));
});
`;

it('two copies of the package share scope, breadcrumbs, clients and the one listener', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'jackdaw-'));
  const root = join(__dirname, '../..');
  try {
    await cp(join(root, 'dist'), join(dir, 'dist'), { recursive: true });
    await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
    const { code, stdout, stderr } = await runScript(TWO_COPIES, [join(root, 'dist'), join(dir, 'dist')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const seen = { user: { id: 4 }, tags: { process: 'two', request: 'one' }, trail: ['left by one'] };
    expect(JSON.parse(stdout)).toEqual({ listeners: 1, events: [seen, seen] });
  } finally {
    await rm(dir, { recursive: true });
  }
});
