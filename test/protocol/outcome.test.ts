import { describe, expect, it } from 'vitest';
import { clientReport, type DropReason, itemCategory } from '../../src/protocol/outcome.js';

const REASONS: readonly DropReason[] = [
  'queue_overflow',
  'cache_overflow',
  'buffer_overflow',
  'ratelimit_backoff',
  'network_error',
  'sample_rate',
  'before_send',
  'event_processor',
  'send_error',
  'internal_sdk_error',
  'backpressure',
  'ignored',
  'invalid',
];

describe('itemCategory', () => {
  it.each([
    ['event', 'error'],
    ['transaction', 'transaction'],
    ['attachment', 'attachment'],
    ['session', 'session'],
    ['sessions', 'session'],
    ['log', 'log_item'],
    ['client_report', 'internal'],
    ['check_in', 'monitor'],
    ['feedback', 'feedback'],
    ['user_report', 'default'],
    ['dinosaur', 'default'],
    ['__proto__', 'default'],
    ['constructor', 'default'],
  ])('counts an item of type %s as %s', (type, category) => {
    expect(itemCategory(type)).toBe(category);
  });
});

describe('clientReport', () => {
  it('tells what was lost, why and how many', () => {
    const discarded = [{ reason: 'queue_overflow', category: 'error', quantity: 23 }] as const;
    expect(clientReport(discarded, 1_580_998_560.5)).toEqual({
      header: { type: 'client_report' },
      payload:
        '{"timestamp":1580998560.5,"discarded_events":[{"reason":"queue_overflow","category":"error","quantity":23}]}',
    });
  });

  it('sends nothing but the three fields of an entry', () => {
    const entry = { reason: 'before_send', category: 'error', quantity: 1, item: { secret: 'x' } } as const;
    expect(clientReport([entry], 0).payload).not.toContain('secret');
  });

  it('stays below 4 KiB with every reason in every category we send', () => {
    const discarded = REASONS.flatMap((reason) =>
      ['error', 'log_item', 'log_byte'].map((category) => ({ reason, category, quantity: 1_000_000_000 })),
    );
    expect(clientReport(discarded, 1_580_998_560.123).payload.length).toBeLessThan(4096);
  });
});
