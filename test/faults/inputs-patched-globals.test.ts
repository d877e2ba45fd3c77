import { expect, it } from 'vitest';
import { startInbox } from '../../src/inbox/server.js';
import { runScript } from '../support/child-script.js';

const script = (patch: string): string => `
  const { createClient } = require('./dist/index.js');
  const client = createClient({ dsn: process.argv[1], logLevel: 'error', onError() {} });
  ${patch}
  client.captureRecord({
    level: 'error', levelName: 'error', time: 1.7e12, message: 'no stock', origin: 'test', error: new TypeError('inner'),
    data: { order: 4711, lines: ['a', 'b'], nested: { password: 'hunter2' } }, context: { tags: { shop: 'berlin' } },
  });
  process.on('exit', () => {
    const { accepted, delivered, dropped, queued } = client.stats();
    const lost = Object.values(dropped).reduce((sum, { error = 0 }) => sum + error, 0);
    console.log(accepted.error - delivered.error - lost - queued.error, queued.error);
  });
`;

it.each([
  ['String.prototype.toJSON', `String.prototype.toJSON = function () { return 'patched'; };`],
  ['Date.now, stopped', `const now = Date.now(); Date.now = () => now;`],
  ['Date, replaced', `globalThis.Date = class extends Date { static now() { return 0; } };`],
  ['timers that never fire', `globalThis.setTimeout = globalThis.setInterval = () => ({ unref() {} });`],
  ['Math.random', `Math.random = () => 0;`],
  ['an enumerable field of Object.prototype', `Object.prototype.shared = 'inherited';`],
  ['frozen prototypes', `Object.freeze(Object.prototype); Object.freeze(Array.prototype);`],
  ['Error.prepareStackTrace', `Error.prepareStackTrace = (error, sites) => sites;`],
  ['Error.stackTraceLimit', `Error.stackTraceLimit = 0;`],
  [
    'Promise.prototype.then',
    `const { then } = Promise.prototype; Promise.prototype.then = function (...args) { return then.apply(this, args); };`,
  ],
])('C24: delivers with %s patched by the app', async (_name, patch) => {
  await using inbox = await startInbox();
  const { code, stdout, stderr } = await runScript(script(patch), [inbox.dsn]);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '0 0\n', stderr: '' });
  const [event] = inbox.items('event').map(({ payload }) => payload);
  expect(event).toMatchObject({
    logentry: { formatted: 'no stock' },
    exception: { values: [{ type: 'TypeError', value: 'inner' }] },
    extra: { order: 4711, lines: ['a', 'b'], nested: { password: '[Filtered]' } },
    tags: { shop: 'berlin' },
  });
  expect(inbox.items('log')).toHaveLength(1);
});

// The limit: who changes what all JSON of the process looks like changes ours.
it.each([
  ['Object.prototype.toJSON', `Object.prototype.toJSON = function () { return 'patched'; };`],
  ['Array.prototype.toJSON', `Array.prototype.toJSON = function () { return 'patched'; };`],
  ['JSON.stringify', `JSON.stringify = () => { throw new Error('patched'); };`],
  ['JSON.stringify, that gives nothing', `JSON.stringify = () => undefined;`],
  ['JSON.parse', `JSON.parse = () => { throw new Error('patched'); };`],
])('C24: with %s patched by the app the process goes on, and everything is counted', async (_name, patch) => {
  await using inbox = await startInbox();
  const { code, stdout, stderr } = await runScript(script(patch), [inbox.dsn]);
  expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '0 0\n' });
  expect(stderr).not.toMatch(/hunter2|\n\s+at /);
});
