import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/index.js';
import { deterministic, type JackdawMatchers, jackdawMatchers, memoryTransport } from '../../src/testing.js';
import { freshDsn } from '../support/memory-client.js';

declare module 'vitest' {
  interface Matchers extends JackdawMatchers {}
}

expect.extend(jackdawMatchers);

async function sent() {
  const transport = memoryTransport();
  const client = createClient({ ...deterministic(), dsn: freshDsn(), transport, logLevel: 'info' });
  const record = { level: 'error', levelName: 'error', time: 0, origin: 'test' } as const;
  client.captureRecord({
    ...record,
    message: 'payment failed',
    error: new RangeError('no funds'),
    data: { order: 17 },
  });
  client.captureMessage('hello');
  await client.close();
  return transport;
}

describe('the matchers', () => {
  it.each<string | object>([
    'payment failed',
    'no funds',
    'hello',
    { level: 'info' },
    { extra: { order: 17 }, level: 'error' },
    { exception: { values: [{ type: 'RangeError' }] } },
    { logentry: { formatted: expect.stringContaining('pay') } },
  ])('find an event by %o', async (expected) => {
    const transport = await sent();
    expect(transport).toHaveSentEvent(expected);
    expect(() => expect(transport).not.toHaveSentEvent(expected)).toThrow('expected no event like');
  });

  it.each<string | object>(['payment', 'Hello', { level: 'fatal' }, { extra: { order: 17 }, level: 'info' }])(
    'find none by %o, and tell what there is',
    async (expected) => {
      const transport = await sent();
      expect(transport).not.toHaveSentEvent(expected);
      const failing = (): void => expect(transport).toHaveSentEvent(expected);
      expect(failing).toThrow('sent: \n- payment failed | no funds\n- hello');
    },
  );

  it('find logs', async () => {
    const transport = await sent();
    expect(transport).toHaveSentLog('payment failed');
    expect(transport).toHaveSentLog({ attributes: { order: { value: 17 } } });
    expect(transport).not.toHaveSentLog('hello');
    expect(() => expect(memoryTransport()).toHaveSentLog('hello')).toThrow('sent: none');
  });
});
