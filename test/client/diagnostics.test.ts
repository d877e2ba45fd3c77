import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../../src/index.js';
import { expectSettled } from '../support/balance.js';
import { freshDsn, memoryClient } from '../support/memory-client.js';

/** What `String()` itself throws on. */
const nameless = (): object => Object.create(null);

const rejections: unknown[] = [];
const listen = (reason: unknown): number => rejections.push(reason);
process.on('unhandledRejection', listen);
afterEach(() => {
  expect(getEventListeners(process, 'unhandledRejection')).toContain(listen);
  expect(rejections.splice(0)).toEqual([]);
});

describe('what is thrown without being an Error', () => {
  it('by a transport of the user settles the event and reaches onError as an Error', async () => {
    const onError = vi.fn();
    const transport = {
      send: async () => {
        throw nameless();
      },
      flush: async () => true,
      close: async () => true,
    };
    const client = createClient({ dsn: freshDsn(), transport, modules: false, onError, sendClientReports: false });
    client.captureMessage('hello');
    await vi.waitFor(() => expect(client.stats().dropped).toEqual({ send_error: { error: 1 } }));
    expect(onError).toHaveBeenCalledWith(expect.any(Error));
    await client.close();
    expectSettled(client);
  });

  it.each(['throws', 'rejects'])('by an onDrop that %s costs nothing and counts nothing twice', async (how) => {
    const onDrop = (): unknown => {
      if (how === 'rejects') return Promise.reject(nameless());
      throw nameless();
    };
    const { client } = memoryClient({ sampleRate: 0, onDrop: onDrop as () => void });
    client.captureMessage('hello');
    expect(client.stats().dropped).toEqual({ sample_rate: { error: 1 } });
    await client.close();
    expectSettled(client);
  });
});

it('a hook that throws is named in the warning, but not what it said: it may quote what it was told', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const onDrop = (): void => {
    throw new Error('could not store hunter2');
  };
  const { client } = memoryClient({ sampleRate: 0, onDrop });
  client.captureMessage('hello');
  expect(warn.mock.calls.map(([text]) => String(text)).join()).not.toContain('hunter2');
  warn.mockRestore();
  await client.close();
});

it('a transport that forgets its deadline does not hold close and flush up', async () => {
  const never = (): Promise<boolean> => new Promise(() => {});
  const transport = { send: () => {}, flush: never, close: never };
  const client = createClient({ dsn: freshDsn(), transport, modules: false, shutdownTimeoutMs: 50 });
  expect(await client.flush()).toBe(false);
  expect(await client.close()).toBe(false);
});

it('a client that wants no breadcrumbs sends none, though another left some for the same destination', async () => {
  const dsn = freshDsn();
  const talkative = memoryClient({ dsn });
  const terse = memoryClient({ dsn, maxBreadcrumbs: 0 });
  talkative.client.addBreadcrumb({ message: 'left by the other' });
  terse.client.captureMessage('hello');
  expect(terse.event()).not.toHaveProperty('breadcrumbs');
  await Promise.all([talkative.client.close(), terse.client.close()]);
});

it('a capture inside a hook is counted as ignored, whatever its level', async () => {
  const { client } = memoryClient({
    logLevel: 'info',
    beforeSend: (event) => {
      client.captureMessage('inner');
      return event;
    },
  });
  client.captureMessage('outer');
  expect(client.stats()).toMatchObject({
    accepted: { error: 2, log_item: 0 },
    delivered: { error: 1 },
    dropped: { ignored: { error: 1 } },
  });
  await client.close();
});
