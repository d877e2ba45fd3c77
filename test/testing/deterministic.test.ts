import { describe, expect, it } from 'vitest';
import { createClient, runInScope, scope, withScope } from '../../src/index.js';
import type { ErrorEvent } from '../../src/protocol/event.js';
import { deterministic, logRecord, memoryTransport } from '../../src/testing.js';
import { freshDsn } from '../support/memory-client.js';

/** Its stack is input, too: it tells from where a test was called. */
function thrown(): Error {
  const stack = 'RangeError: no stock\n    at order (/app/shop.js:3:9)';
  return Object.assign(new RangeError('no stock'), { stack });
}

/** The same input, every time; returns what leaves. */
async function run(seed?: number): Promise<string> {
  const transport = memoryTransport();
  const options = deterministic({ seed });
  const client = createClient({ ...options, dsn: freshDsn(), transport, logLevel: 'info', sampleRate: 0.5 });
  runInScope(() => {
    scope.setUser({ id: 4 });
    client.addBreadcrumb({ message: 'before' });
    client.captureRecord(logRecord({ level: 'info', message: 'order received', time: Math.random() }));
    options.world.advance(1_500);
    for (let order = 0; order < 20; order += 1) {
      withScope((inner) => {
        inner.setTag('order', order);
        client.captureRecord(Object.freeze(logRecord({ data: { order } })));
      });
      client.captureException(thrown());
      client.captureMessage('hello');
    }
  });
  await client.close();
  return JSON.stringify(transport.envelopes);
}

describe('with deterministic()', () => {
  it('the same input gives the same bytes: events, logs, samples and reports', async () => {
    const outputs = new Set<string>();
    for (const seed of [undefined, 1, 1]) outputs.add(await run(seed));
    expect(outputs.size).toBe(1);
    for (const word of ['client_report', 'RangeError', '"type":"log"']) expect([...outputs][0]).toContain(word);
  });

  it('another seed gives other ids', async () => {
    expect(await run(2)).not.toBe(await run(3));
  });

  it('time stands still until it is told to pass, for the records of hosts, too', async () => {
    const transport = memoryTransport();
    const options = deterministic({ time: 5_000 });
    const client = createClient({ ...options, dsn: freshDsn(), transport });
    client.captureRecord(logRecord());
    options.world.advance(250);
    client.captureRecord(logRecord());
    client.captureEvent({ timestamp: 1 });
    expect(transport.events.map(({ timestamp }) => timestamp)).toEqual([5, 5.25, 1]);
    await client.close();
  });

  it('nothing tells of the machine', async () => {
    const transport = memoryTransport();
    const client = createClient({ ...deterministic(), dsn: freshDsn(), transport });
    client.captureMessage('hello');
    const [event] = transport.events as unknown as ErrorEvent[];
    expect(event).toMatchObject({ release: 'test@1.0.0', environment: 'test', server_name: 'test' });
    expect(Object.keys(event?.contexts ?? {})).toEqual(['trace']);
    expect(event?.event_id).toMatch(/^[0-9a-f]{32}$/);
    await client.close();
  });

  it('the traces of the process are left to chance again when the client is closed', async () => {
    const traceOf = (): string => runInScope(() => scope.trace.traceId);
    const client = createClient({ ...deterministic({ seed: 7 }), dsn: freshDsn(), transport: memoryTransport() });
    const first = traceOf();
    await client.close();
    const older = createClient({ ...deterministic(), dsn: freshDsn(), transport: memoryTransport() });
    const again = createClient({ ...deterministic({ seed: 7 }), dsn: freshDsn(), transport: memoryTransport() });
    await older.close();
    expect(traceOf()).toBe(first);
    await again.close();
    const closed = deterministic({ seed: 7 }).world;
    const known = Array.from({ length: 20 }, () => closed.id());
    expect(known).not.toContain(traceOf());
  });
});
