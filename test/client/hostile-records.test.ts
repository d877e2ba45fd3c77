import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/create-client.js';
import type { Processor } from '../../src/processors/processor.js';
import { decodeEnvelope } from '../../src/protocol/decode-envelope.js';
import { encodeEnvelope } from '../../src/protocol/envelope.js';
import { expectSettled } from '../support/balance.js';
import { logRecord, memoryClient } from '../support/memory-client.js';
import { startScriptedServer } from '../support/scripted-server.js';

const MIB = 1_024 * 1_024;

describe('C08: forged lines stay inside the JSON', () => {
  const FORGED = 'x\r\n{"type":"event","length":2}\r\n{}\n{"dsn":"http://evil@evil.example/1"}\n';

  it('the envelope is decoded to exactly the item that was sent', async () => {
    await using server = await startScriptedServer();
    const client = createClient({ dsn: server.dsn, modules: false, release: FORGED, tags: { forged: FORGED } });
    const id = client.captureRecord(
      logRecord({
        message: FORGED,
        template: FORGED,
        logger: FORGED,
        error: new Error(FORGED),
        data: { [FORGED]: FORGED },
        context: { tags: { [FORGED]: FORGED }, transaction: FORGED, user: { id: FORGED } },
      }),
    );
    expect(await client.close()).toBe(true);
    const { header, items } = server.requests[0]?.envelope ?? {};
    expect(header).toMatchObject({ event_id: id });
    expect(header).not.toHaveProperty('dsn');
    expect(items?.map((item) => item.header['type'])).toEqual(['event']);
    const event = JSON.parse(String(items?.[0]?.payload)) as Record<string, unknown>;
    expect(event['logentry']).toMatchObject({ formatted: FORGED });
    for (const line of [event['logger'], event['transaction'], ...Object.values(event['tags'] as object)]) {
      expect(line).not.toMatch(/[\r\n]/);
    }
  });

  it('whatever the text, one record is one item', async () => {
    const { client, transport } = memoryClient({ breadcrumbLevel: false });
    const line = fc.oneof(
      fc.constantFrom('\n', '\r\n', '\u2028', '\u0000', '\ud800', '{"type":"event"}\n'),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(line), (parts) => {
        transport.clear();
        client.captureRecord(logRecord({ message: parts.join(''), data: { text: parts.join('') } }));
        const [envelope] = transport.envelopes;
        if (envelope === undefined) throw new Error('nothing was sent');
        const { items } = decodeEnvelope(encodeEnvelope(envelope, 0));
        expect(items).toHaveLength(1);
        expect(JSON.parse(String(items[0]?.payload))).toHaveProperty('event_id');
      }),
    );
    await client.close();
    expectSettled(client);
  });
});

describe('C13: tags', () => {
  it('are trimmed to what servers take', async () => {
    const { client, event } = memoryClient();
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, index]));
    const tags = {
      ['k'.repeat(300)]: 'v'.repeat(300),
      'with space/slash': 'line\r\nbreak',
      größe: 1,
      nothing: '',
      none: null,
      list: [1, 2],
      object: { a: 1 },
      flag: false,
      ...many,
    };
    client.captureRecord(logRecord({ context: { tags } }));
    const sent = event().tags ?? {};
    expect(sent).toMatchObject({
      'with-space-slash': 'line break',
      'gr--e': '1',
      list: '[1,2]',
      object: '{"a":1}',
      flag: 'false',
      k0: '0',
    });
    expect(sent).not.toHaveProperty('nothing');
    expect(Object.keys(sent).length).toBeLessThanOrEqual(200);
    for (const [key, value] of Object.entries(sent)) {
      expect(key).toMatch(/^[\w.:-]{1,200}$/);
      expect(value.length).toBeLessThanOrEqual(200);
    }
    await client.close();
  });

  it.each(['text', 5, null, ['a'], () => 1])('that are %o are none', async (tags) => {
    const { client, event } = memoryClient();
    client.captureRecord(logRecord({ context: { tags } }));
    expect(event()).not.toHaveProperty('tags');
    await client.close();
  });
});

describe('C14: times', () => {
  const DAY = 24 * 60 * 60 * 1_000;
  it.each<[string, unknown, boolean]>([
    ['1970', 0, true],
    ['now', Date.now(), true],
    ['an hour ahead', Date.now() + DAY / 24, true],
    ['two days ahead', Date.now() + 2 * DAY, false],
    ['before 1970', -1, false],
    ['the year 275760', 8.64e15, false],
    ['NaN', Number.NaN, false],
    ['Infinity', Number.POSITIVE_INFINITY, false],
    ['a text', '2026-01-01T00:00:00Z', false],
    ['nothing', undefined, false],
    ['an object', {}, false],
  ])('%s in a record: kept or replaced by now', async (_name, time, isKept) => {
    const start = Date.now();
    const { client, events, logs } = memoryClient({ logLevel: 'info' });
    client.captureRecord(logRecord({ time: time as number }));
    client.captureMessage('for the breadcrumb');
    const [log] = await logs();
    const breadcrumb = events()[1]?.breadcrumbs?.values[0];
    for (const seconds of [events()[0]?.timestamp, breadcrumb?.timestamp, log?.timestamp]) {
      if (isKept) expect(seconds).toBe((time as number) / 1_000);
      else expect(((seconds ?? 0) * 1_000 - start) / 1_000).toBeCloseTo(0, -1);
    }
    await client.close();
  });

  it.each([-1, Number.NaN, 8.64e12, '2026-01-01', null])(
    'a timestamp of %o in an own breadcrumb is replaced by now',
    async (timestamp) => {
      const { client, event } = memoryClient();
      client.addBreadcrumb({ message: 'odd', timestamp: timestamp as number });
      client.captureMessage('hello');
      expect(event().breadcrumbs?.values.at(-1)?.timestamp).toBeCloseTo(Date.now() / 1_000, -1);
      await client.close();
    },
  );
});

describe('C18: an event above 1 MiB after everything', () => {
  const long = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index}`.padEnd(16_000, 'ü'));
  const adding =
    (fields: object): Processor =>
    (event) => ({ ...event, ...fields });
  const LARGE: readonly [string, object, string][] = [
    ['breadcrumbs', { breadcrumbs: { values: long(40).map((message) => ({ message })) } }, 'breadcrumbs'],
    ['extra', { extra: { long: long(40) } }, 'extra'],
    [
      'breadcrumbs and extra',
      { breadcrumbs: { values: long(40).map((message) => ({ message })) }, extra: { a: long(20), b: long(20) } },
      'extra',
    ],
    ['request', { request: { data: long(40) } }, 'request'],
    ['contexts', { contexts: { large: { long: long(40) } } }, 'contexts'],
    ['exception', { exception: { values: long(40).map((value) => ({ value })) } }, 'exception'],
    ['a field of the user’s own', { mine: long(40) }, 'mine'],
  ];

  it.each(LARGE)('%s: is sent without it, as valid JSON of at most 1 MiB, and says so', async (_name, fields, shed) => {
    const { client, transport, event } = memoryClient({ processors: [adding(fields)] });
    expect(client.captureMessage('hello', 'error', { tags: { kept: 'yes' } })).toBe(event().event_id);
    const payload = transport.envelopes[0]?.items[0]?.payload ?? '';
    expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(MIB);
    expect(event()).toMatchObject({ level: 'error', timestamp: expect.any(Number), platform: 'node' });
    expect(event().tags?.['jackdaw.shed']?.split(',').at(-1)).toBe(shed);
    expect(event()).not.toHaveProperty(shed);
    await client.close();
    expectSettled(client);
  });

  it('one below it is sent whole', async () => {
    const { client, event } = memoryClient();
    client.captureMessage('hello', 'error', { extra: { long: 'ü'.repeat(8_000) } });
    expect(event().extra?.['long']).toHaveLength(8_000);
    expect(event()).not.toHaveProperty('tags');
    await client.close();
  });
});
