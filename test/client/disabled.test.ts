import { describe, expect, it } from 'vitest';
import { createClient, getClient } from '../../src/client/create-client.js';
import { runScript } from '../support/child-script.js';
import { logRecord } from '../support/memory-client.js';

const EVERY_METHOD = `
const net = require('node:net');
net.Socket.prototype.connect = () => { throw new Error('it connects'); };
const { createClient, scope, withScope, runInScope } = require('./dist/index.js');
const client = createClient(process.argv[1] === 'empty' ? { dsn: '' } : {});
client.captureException(new Error('lost'));
client.captureMessage('lost', 'fatal');
client.captureEvent({ level: 'fatal' });
client.addBreadcrumb({ message: 'lost' });
client.captureRecord({ level: 'fatal', levelName: 'fatal', time: 0, message: 'lost', origin: 'test' });
scope.setTag('a', 'b');
withScope((inner) => inner.setUser({ id: 1 }));
runInScope(() => client.wrap(() => 1)());
client.flush().then(() => client.close()).then((closed) => console.log(closed));
`;

describe('H04: without a DSN the client is disabled', () => {
  it.each(['empty', 'absent'])('with an %s one: no network, and nothing on stderr', async (kind) => {
    const { code, stdout, stderr } = await runScript(EVERY_METHOD, [kind], { env: { SENTRY_DSN: '' } });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
  });

  it('no record is of interest, and every method can be called', async () => {
    const client = createClient({ dsn: '' });
    expect(client.threshold).toBe(Number.POSITIVE_INFINITY);
    expect(client.captureRecord(logRecord({ level: 'fatal' }))).toBeUndefined();
    expect(client.captureException(new Error('lost'))).toBeUndefined();
    expect(client.captureMessage('lost')).toBeUndefined();
    expect(client.captureEvent({})).toBeUndefined();
    client.addBreadcrumb({ message: 'lost' });
    expect(client.wrap((a: number) => a + 1)(1)).toBe(2);
    expect(client.publicDsn()).toBeUndefined();
    expect(client.lastEventId()).toBeUndefined();
    expect(getClient()).toBe(client);
    expect(await client.flush()).toBe(true);
    expect(await client.close()).toBe(true);
    expect(await client.close()).toBe(true);
    expect(client.stats()).toMatchObject({ accepted: { error: 0, log_item: 0 }, dropped: {} });
    expect(getClient()).toBeUndefined();
  });
});
