import { describe, expect, it } from 'vitest';
import { describeRecord } from '../../src/cli/describe-record.js';
import type { StoredRecord } from '../../src/spool/segment-reader.js';
import { EVENT_ID, envelopeOf, eventItem, logItem } from '../inbox/sender.js';

const TIME = Date.UTC(2026, 0, 2, 3, 4, 5);

function recordOf(payload: Uint8Array, changes: Partial<StoredRecord> = {}): StoredRecord {
  return {
    kind: 'record',
    number: 1,
    crc: 1,
    time: TIME,
    category: 'error',
    quantity: 1,
    level: 'error',
    payload,
    ...changes,
  };
}

describe('a record of the spool', () => {
  it('with an event is told by its error', () => {
    const payload = envelopeOf([eventItem({ exception: { values: [{ type: 'TypeError', value: 'x' }] } })]);
    expect(describeRecord(recordOf(payload))).toEqual({
      eventId: EVENT_ID,
      level: 'error',
      time: '2026-01-02T03:04:05.000Z',
      category: 'error',
      quantity: 1,
      title: 'TypeError: x',
      bytes: payload.length,
    });
  });

  it.each([
    [[{ body: 'up' }], 'up'],
    [[{ body: 'up' }, { body: 'down' }, {}], 'up (and 2 more)'],
    [[{}], '(no text)'],
    [[], '(no text)'],
  ])('with the logs %j is told by the first', (logs, title) => {
    const summary = describeRecord(recordOf(envelopeOf([logItem(...logs)], {}), { category: 'log_item' }));
    expect(summary).toMatchObject({ title });
    expect(summary).not.toHaveProperty('eventId');
  });

  it.each([
    ['no envelope', Buffer.from('nonsense')],
    ['nothing', Buffer.alloc(0)],
    ['an event that is no JSON', envelopeOf([{ header: { type: 'event' }, payload: 'x' }])],
    ['no item', envelopeOf([])],
  ])('with %s says so', (_what, payload) => {
    expect(describeRecord(recordOf(payload, { time: 1e300 }))).toMatchObject({ title: '(unreadable)', time: '' });
  });
});
