import { describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../../src/client/config-error.js';
import { createClient } from '../../src/client/create-client.js';
import type { Envelope } from '../../src/protocol/envelope.js';
import type { Outcome } from '../../src/protocol/outcome.js';
import { registerTransport } from '../../src/transport/scheme.js';
import type { Settle, Transport } from '../../src/transport/transport.js';
import { expectBalanced, expectSettled } from '../support/balance.js';
import { freshDsn, logRecord } from '../support/memory-client.js';

/** What every own transport of these tests shares: it is done at once. */
const DONE = { flush: async (): Promise<boolean> => true, close: async (): Promise<boolean> => true };

/** Written by the interface alone: keeps envelopes until it is told what became of them. */
class HeldTransport implements Transport {
  readonly held: { readonly envelope: Envelope; readonly settle: Settle }[] = [];
  #waiting: (() => void) | undefined;

  send(envelope: Envelope, settle: Settle): void {
    this.held.push({ envelope, settle });
  }

  settleAll(outcome: Outcome): void {
    for (const { settle } of this.held.splice(0)) settle(outcome);
    this.#waiting?.();
  }

  flush(): Promise<boolean> {
    if (this.held.length === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#waiting = () => resolve(true);
    });
  }

  close(): Promise<boolean> {
    return this.flush();
  }
}

function clientOf(transport: Transport, options: object = {}) {
  return createClient({
    dsn: freshDsn(),
    transport,
    modules: false,
    logLevel: 'error',
    sendClientReports: false,
    ...options,
  });
}

describe('a transport by the interface', () => {
  it('settles events and logs when it knows what became of them', async () => {
    const transport = new HeldTransport();
    const client = clientOf(transport);
    for (let count = 0; count < 3; count += 1) client.captureRecord(logRecord());
    expectBalanced(client);
    expect(client.stats().queued).toEqual({ error: 3, log_item: 3 });

    const flushed = client.flush();
    // Three events, and the logs in one batch.
    expect(transport.held.map(({ envelope }) => envelope.quantity)).toEqual([1, 1, 1, 3]);
    transport.held[0]?.settle('network_error');
    transport.settleAll('delivered');
    expect(await flushed).toBe(true);
    expect(client.stats()).toMatchObject({
      delivered: { error: 2, log_item: 3 },
      dropped: { network_error: { error: 1 } },
    });
    expect(await client.close()).toBe(true);
    expectSettled(client);
  });

  it('that settles twice, at once or late, is heard once', async () => {
    const drops = vi.fn();
    const transport: Transport = {
      ...DONE,
      send(_envelope, settle) {
        settle('send_error');
        settle('delivered');
        setImmediate(settle, 'network_error');
      },
    };
    const client = clientOf(transport, { onDrop: drops });
    client.captureMessage('hello');
    await new Promise(setImmediate);
    expect(client.stats().dropped).toEqual({ send_error: { error: 1 } });
    expect(drops.mock.calls).toEqual([['send_error', 'error', 1, expect.objectContaining({ quantity: 1 })]]);
    await client.close();
    expectSettled(client);
  });

  it('that does not admit a level is not asked to send, and the event is not built', async () => {
    const built = vi.fn(() => null);
    const send = vi.fn((_envelope: Envelope, settle: Settle) => settle('delivered'));
    const client = clientOf(
      { ...DONE, send, admits: (level) => level === 'fatal' },
      { beforeSend: built, logLevel: false },
    );
    client.captureRecord(logRecord());
    expect(built).not.toHaveBeenCalled();
    expect(client.stats().dropped).toEqual({ queue_overflow: { error: 1 } });
    client.captureRecord(logRecord({ level: 'fatal' }));
    expect(built).toHaveBeenCalledOnce();
    await client.close();
    expectSettled(client);
  });
});

describe('a transport that is an async function', () => {
  it('delivers when it resolves and fails with send_error when it rejects', async () => {
    const errors: Error[] = [];
    const under: Promise<void>[] = [];
    const send = (envelope: Envelope): Promise<void> => {
      const sent = (async () => {
        await new Promise(setImmediate);
        if (envelope.level === 'fatal') throw new Error('refused');
      })();
      under.push(sent.catch(() => {}));
      return sent;
    };
    const client = clientOf({ ...DONE, send }, { onError: (error: Error) => errors.push(error), logLevel: false });
    client.captureRecord(logRecord());
    client.captureRecord(logRecord({ level: 'fatal' }));
    expect(client.stats().queued.error).toBe(2);
    await Promise.all(under);
    expect(client.stats()).toMatchObject({ delivered: { error: 1 }, dropped: { send_error: { error: 1 } } });
    expect(errors).toMatchObject([{ message: 'refused' }]);
    expect(client.stats().lastError).toBe(errors[0]);
    await client.close();
    expectSettled(client);
  });

  it('may return what only behaves like a promise', async () => {
    const outcomes: ((value: unknown) => unknown)[] = [];
    // biome-ignore lint/suspicious/noThenProperty: promises of other libraries are such objects
    const thenable = { then: (resolve: (value: unknown) => unknown) => void outcomes.push(resolve) };
    const client = clientOf({ ...DONE, send: (_envelope: Envelope) => thenable as unknown as Promise<void> });
    client.captureMessage('hello');
    expect(client.stats().queued.error).toBe(1);
    outcomes[0]?.(undefined);
    expect(client.stats().delivered.error).toBe(1);
    await client.close();
    expectSettled(client);
  });
});

it('a transport that only takes the envelope: the hand-over is the delivery', async () => {
  const sent: Envelope[] = [];
  const client = clientOf({ ...DONE, send: (envelope: Envelope) => void sent.push(envelope) });
  client.captureRecord(logRecord());
  await client.flush();
  expect(sent).toHaveLength(2);
  expect(client.stats().delivered).toEqual({ error: 1, log_item: 1 });
  await client.close();
  expectSettled(client);
});

describe('a transport that throws', () => {
  const fail = (): never => {
    throw new Error('broken');
  };

  it('in send loses the envelope, which is counted', async () => {
    const client = clientOf({ ...DONE, send: fail });
    client.captureRecord(logRecord());
    await client.flush();
    expect(client.stats().dropped).toEqual({ send_error: { error: 1, log_item: 1 } });
    expect(client.stats().lastError?.message).toBe('broken');
    await client.close();
    expectSettled(client);
  });

  it('in admits loses the event, which is counted', async () => {
    const client = clientOf({ ...DONE, send: () => {}, admits: fail }, { logLevel: false });
    expect(client.captureRecord(logRecord())).toBeUndefined();
    expect(client.stats().dropped).toEqual({ internal_sdk_error: { error: 1 } });
    await client.close();
    expectSettled(client);
  });

  it.each<[string, () => Promise<boolean>]>([
    ['throw', fail],
    ['reject', () => Promise.reject(new Error('broken'))],
  ])('flush and close that %s are false, and no rejection of the host’s', async (_name, broken) => {
    const client = clientOf({ send: () => {}, flush: broken, close: broken });
    expect(await client.flush()).toBe(false);
    expect(client.stats().lastError?.message).toBe('broken');
    expect(await client.close()).toBe(false);
  });
});

describe('a factory', () => {
  it('is given the destination, the settled options, the name of the SDK and where to speak', async () => {
    const factory = vi.fn(() => new HeldTransport());
    const client = createClient({
      dsn: 'http://public@127.0.0.1:9/7',
      transport: factory,
      concurrency: 2,
      modules: false,
    });
    expect(factory.mock.calls).toEqual([
      [
        {
          dsn: expect.objectContaining({ projectId: '7', publicKey: 'public' }),
          options: expect.objectContaining({ concurrency: 2, maxQueueItems: 1_000 }),
          sdk: { name: 'jackdaw.node', version: expect.any(String) },
          warn: expect.any(Function),
          error: expect.any(Function),
          retried: expect.any(Function),
        },
      ],
    ]);
    await client.close();
  });

  it.each<[string, unknown]>([
    ['the promise of a transport', async () => new HeldTransport()],
    ['nothing', () => undefined],
    ['half a transport', () => ({ send: () => {} })],
    ['a name', () => 'http'],
  ])('that makes %s is a ConfigError', (_name, transport) => {
    expect(() => createClient({ dsn: freshDsn(), transport: transport as () => Transport })).toThrow(ConfigError);
  });

  it('that is registered is picked by its name; a name cannot be taken twice', async () => {
    const transport = new HeldTransport();
    registerTransport('held', () => transport);
    const client = createClient({ dsn: freshDsn(), transport: 'held', modules: false });
    client.captureMessage('hello');
    expect(transport.held).toHaveLength(1);
    transport.settleAll('delivered');
    await client.close();
    expectSettled(client);
    expect(() => registerTransport('held', () => transport)).toThrow('taken');
    expect(() => registerTransport('http', () => transport)).toThrow('taken');
    expect(() => registerTransport('No Scheme', () => transport)).toThrow('Invalid');
  });
});
