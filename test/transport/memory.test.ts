import { expect, it } from 'vitest';
import { memoryTransport } from '../../src/transport/memory.js';
import { Bench, eventEnvelope, logEnvelope } from '../support/bench.js';

it('memoryTransport delivers at once and shows events and logs as values', async () => {
  const transport = memoryTransport();
  const bench = new Bench(() => transport, 'https://public@sentry.example/1');
  const [event, logs] = [eventEnvelope('warning', 3), logEnvelope(2)];
  bench.send(event, logs);
  expect(bench.outcomes).toEqual(['delivered', 'delivered']);
  expect(transport.envelopes).toEqual([event, logs]);
  expect(transport.events).toMatchObject([{ level: 'warning', logentry: { formatted: 'xxx' } }]);
  expect(transport.logs).toMatchObject([{ body: 'log 0' }, { body: 'log 1' }]);
  expect(await transport.flush()).toBe(true);
});

it('memoryTransport reads payloads that are bytes, too', () => {
  const transport = memoryTransport();
  const bytes = new TextEncoder().encode('{"level":"info"}');
  transport.send({ ...eventEnvelope(), items: [{ header: { type: 'event' }, payload: bytes }] }, () => {});
  expect(transport.events).toEqual([{ level: 'info' }]);
});

it('memoryTransport forgets on clear', () => {
  const transport = memoryTransport();
  transport.send(eventEnvelope(), () => {});
  transport.clear();
  expect(transport.envelopes).toEqual([]);
});

it('memoryTransport takes nothing after close, and keeps what it has', async () => {
  const transport = memoryTransport();
  const bench = new Bench(() => transport, 'https://public@sentry.example/1');
  bench.send();
  expect(await transport.close()).toBe(true);
  bench.send();
  expect(bench.outcomes).toEqual(['delivered', 'queue_overflow']);
  expect(transport.events).toHaveLength(1);
});
