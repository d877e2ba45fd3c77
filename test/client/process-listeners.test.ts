import type { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { createClient, getClient } from '../../src/index.js';
import { memoryTransport } from '../../src/testing.js';

const dsn = 'https://public@sentry.example.com/1';
const EVENTS = ['exit', 'beforeExit', 'uncaughtExceptionMonitor', 'uncaughtException', 'unhandledRejection'] as const;

/** How many listeners the process has for each event that ends it, and for SIGTERM. */
function listeners(): Record<string, number> {
  return Object.fromEntries([...EVENTS, 'SIGTERM'].map((event) => [event, process.listenerCount(event)]));
}

/** Tells the monitors, as Node does before the process dies. */
function dieOf(error: Error, origin: 'uncaughtException' | 'unhandledRejection'): void {
  // The types know no such emit.
  (process as EventEmitter).emit('uncaughtExceptionMonitor', error, origin);
}

/** The package as a second copy of it, installed elsewhere, would load. */
async function secondCopy(): Promise<typeof import('../../src/index.js')> {
  vi.resetModules();
  return await import('../../src/index.js');
}

describe('P3: what the process is hooked by', () => {
  it('is nothing for a client that is disabled', async () => {
    const before = listeners();
    await using _client = createClient({ dsn: '', drainOnSignals: ['SIGTERM'] });
    expect(listeners()).toEqual(before);
  });

  it('is three listeners for any number of clients of two copies of the package, and none that decides', async () => {
    const before = listeners();
    const { createClient: createOther } = await secondCopy();
    const clients = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? createClient : createOther)({ dsn }));
    expect(listeners()).toEqual({
      ...before,
      exit: (before['exit'] ?? 0) + 1,
      beforeExit: (before['beforeExit'] ?? 0) + 1,
      uncaughtExceptionMonitor: (before['uncaughtExceptionMonitor'] ?? 0) + 1,
    });
    await Promise.all(clients.map((client) => client.close()));
  });

  it('is one listener for a signal that several clients ask for, until the last of them is closed', async () => {
    const before = process.listenerCount('SIGTERM');
    const { createClient: createOther } = await secondCopy();
    const first = createClient({ dsn, drainOnSignals: ['SIGTERM'] });
    const other = createOther({ dsn, drainOnSignals: ['SIGTERM', 'SIGTERM'] });
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    await first.close();
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    await other.close();
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});

it('a client that is closing is not handed out any more', async () => {
  const client = createClient({ dsn });
  const closed = client.close();
  expect(getClient(dsn)).toBeUndefined();
  await closed;
});

describe('uncaught errors', () => {
  it('are told to each DSN once, and not to clients that want none', async () => {
    const transports = Array.from({ length: 4 }, () => memoryTransport());
    const other = 'https://public@sentry.example.com/2';
    const clients = [
      createClient({ dsn, processHooks: false, transport: transports[0] }),
      createClient({ dsn, processHooks: true, transport: transports[1] }),
      createClient({ dsn, processHooks: true, transport: transports[2] }),
      createClient({ dsn: other, processHooks: true, transport: transports[3] }),
    ];
    dieOf(new Error('uncaught'), 'uncaughtException');
    expect(transports.map(({ events }) => events.length)).toEqual([0, 1, 0, 1]);
    await Promise.all(clients.map((client) => client.close()));
  });

  it('are breadcrumbs where they are seen again, and events where they are thrown again', async () => {
    const transport = memoryTransport();
    await using client = createClient({ dsn, transport, processHooks: true });
    const error = new Error('uncaught');
    dieOf(error, 'uncaughtException');
    expect(client.captureException(error)).toBeUndefined();
    expect(client.stats().accepted.error).toBe(1);
    dieOf(error, 'unhandledRejection');
    const mechanisms = transport.events.map(({ exception }) => exception as { values: { mechanism: unknown }[] });
    expect(mechanisms.map(({ values }) => values[0]?.mechanism)).toMatchObject([
      { type: 'onuncaughtexception', handled: false },
      { type: 'onunhandledrejection', handled: false },
    ]);
  });
});

it.each([
  [{ drainOnSignals: ['SIGKILL'] }, /drainOnSignals \[0\] must be one of SIGHUP, .*SIGTERM/],
  [{ drainOnSignals: ['TERM'] }, /not 'TERM'/],
  [{ drainOnSignals: 'SIGTERM' }, /drainOnSignals must be a list of signals/],
  [{ processHooks: 'yes' }, /processHooks must be true or false/],
])('%j is refused', (options, message) => {
  expect(() => createClient({ dsn, ...options } as never)).toThrow(message);
});
