import { describe, expect, it, vi } from 'vitest';
import { createClient } from '../../src/client/create-client.js';
import { expectBalanced, expectSettled } from '../support/balance.js';
import { logRecord, memoryClient } from '../support/memory-client.js';
import { answer, never, startScriptedServer } from '../support/scripted-server.js';

const LATE = { ignored: { error: 2, log_item: 1 } };

describe('F05: close', () => {
  it('delivers everything, then takes nothing more; late records are counted', async () => {
    await using server = await startScriptedServer();
    const client = createClient({ dsn: server.dsn, logLevel: 'error', modules: false });
    client.captureRecord(logRecord());
    expect(await client.close()).toBe(true);
    expect(client.stats().delivered).toEqual({ error: 1, log_item: 1 });

    expect(client.captureRecord(logRecord())).toBeUndefined();
    expect(client.captureMessage('late')).toBeUndefined();
    client.addBreadcrumb({ message: 'late' });
    expect(client.stats().dropped).toEqual(LATE);
    expect(await client.flush()).toBe(true);
    expectSettled(client);
    expect(server.requests).toHaveLength(2);
  });

  it('called again, also during the first call, is the first call', async () => {
    const { client } = memoryClient();
    const first = client.close();
    expect(client.close(0)).toBe(first);
    await first;
    expect(client.close()).toBe(first);
  });

  it('right after construction and during a flush ends both', async () => {
    await using server = await startScriptedServer();
    const client = createClient({ dsn: server.dsn, modules: false });
    client.captureMessage('hello');
    expect(await Promise.all([client.flush(), client.close()])).toEqual([true, true]);
    expectSettled(client);
    expect(await createClient({ dsn: server.dsn, modules: false }).close()).toBe(true);
  });

  it('after a failure is false, and what had no answer is a network_error', async () => {
    await using server = await startScriptedServer({ otherwise: never() });
    const client = createClient({ dsn: server.dsn, modules: false, shutdownTimeoutMs: 50 });
    client.captureMessage('hello');
    expect(await client.close()).toBe(false);
    expect(client.stats().dropped).toEqual({ network_error: { error: 1 } });
    expectSettled(client);
  });

  it('is what `await using` does', async () => {
    const { client } = memoryClient();
    {
      await using disposed = client;
      disposed.captureMessage('hello');
    }
    client.captureMessage('late');
    expect(client.stats()).toMatchObject({ delivered: { error: 1 }, dropped: { ignored: { error: 1 } } });
  });
});

describe('F06: odd timeouts', () => {
  it.each([0, -1, Number.NaN, Number.NEGATIVE_INFINITY])('%d is no wait', async (timeoutMs) => {
    await using server = await startScriptedServer({ otherwise: never() });
    const client = createClient({ dsn: server.dsn, modules: false });
    client.captureMessage('hello');
    const start = performance.now();
    expect(await client.flush(timeoutMs)).toBe(false);
    expectBalanced(client);
    expect(client.stats().queued.error).toBe(1);
    expect(await client.close(timeoutMs)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1_000);
    expectSettled(client);
  });

  it.each([Number.POSITIVE_INFINITY, 1e12, 2 ** 31])('%d waits until all is settled', async (timeoutMs) => {
    const warn = vi.spyOn(process, 'emitWarning');
    await using server = await startScriptedServer({ replies: [answer(500)] });
    const client = createClient({ dsn: server.dsn, modules: false, retry: false });
    client.captureMessage('hello');
    expect(await client.flush(timeoutMs)).toBe(true);
    client.captureMessage('hello');
    expect(await client.close(timeoutMs)).toBe(true);
    expect(client.stats()).toMatchObject({ delivered: { error: 1 }, dropped: { send_error: { error: 1 } } });
    // Node warns of a timer that does not fit.
    expect(warn.mock.calls.map(([text]) => String(text)).join()).not.toContain('does not fit');
    warn.mockRestore();
  });

  it('the default of both is shutdownTimeoutMs', async () => {
    await using server = await startScriptedServer({ otherwise: never() });
    const client = createClient({ dsn: server.dsn, modules: false, shutdownTimeoutMs: 150 });
    client.captureMessage('hello');
    for (const wait of [() => client.flush(), () => client.close()]) {
      const start = performance.now();
      expect(await wait()).toBe(false);
      const ms = performance.now() - start;
      expect(ms).toBeGreaterThanOrEqual(145);
      expect(ms).toBeLessThan(1_500);
    }
  });

  it('a flush that ran out of time leaves the client usable', async () => {
    await using server = await startScriptedServer({ otherwise: never() });
    const client = createClient({ dsn: server.dsn, modules: false, requestTimeoutMs: 300, retry: false });
    client.captureMessage('first');
    await server.received(1);
    expect(await client.flush(10)).toBe(false);
    server.rescript({});
    client.captureMessage('second');
    expect(await client.flush()).toBe(true);
    expect(client.stats().delivered.error).toBe(1);
    await client.close();
    expectSettled(client);
  });
});

it('stats are a copy that later counts do not change', async () => {
  const { client } = memoryClient();
  const before = client.stats();
  client.captureMessage('hello');
  expect(before.accepted.error).toBe(0);
  expect(client.stats().accepted.error).toBe(1);
  await client.close();
});
