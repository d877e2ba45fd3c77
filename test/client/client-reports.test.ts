import { describe, expect, it } from 'vitest';
import { ClientReports } from '../../src/client/client-reports.js';
import type { Envelope } from '../../src/protocol/envelope.js';
import { eventEnvelope, logEnvelope } from '../support/bench.js';

const logs = logEnvelope(5);
const logBytes = Buffer.byteLength(logs.items[0]?.payload ?? '');

/** Reports, what they sent, and the timers they wait for. */
class Stage {
  readonly sent: Envelope[] = [];
  readonly timers: { readonly ms: number; readonly run: () => void }[] = [];
  readonly reports: ClientReports = new ClientReports(
    (report) => this.sent.push(report),
    (ms, run) => this.timers.push({ ms, run }),
  );

  get told(): unknown[] {
    return this.sent.map(({ items }) => JSON.parse(String(items[0]?.payload)).discarded_events);
  }
}

describe('client reports', () => {
  it('count by reason and category, and begin anew with each report', () => {
    const { reports, sent, told } = counted();
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ category: 'internal', items: [{ header: { type: 'client_report' } }] });
    expect(told).toEqual([
      [
        { reason: 'queue_overflow', category: 'error', quantity: 2 },
        { reason: 'queue_overflow', category: 'log_item', quantity: 6 },
        { reason: 'queue_overflow', category: 'log_byte', quantity: logBytes + 5 },
        { reason: 'sample_rate', category: 'error', quantity: 1 },
      ],
    ]);
    reports.settled('delivered');
    expect(reports.flush()).toBe(false);
    expect(sent).toHaveLength(1);
  });

  /** With one report under way. */
  function counted(): Stage {
    const stage = new Stage();
    stage.reports.heard('delivered');
    stage.reports.lost('queue_overflow', eventEnvelope());
    stage.reports.lost('queue_overflow', logs);
    stage.reports.dropped('queue_overflow', 'log_item', { message: 'gruß' });
    stage.reports.lost('queue_overflow', eventEnvelope());
    stage.reports.dropped('sample_rate', 'error', {});
    stage.reports.flush();
    return stage;
  }

  it('go out within a minute of the next success, many losses in one', () => {
    const { reports, timers, sent } = new Stage();
    for (let loss = 0; loss < 1_000; loss++) reports.dropped('before_send', 'error', {});
    expect(timers).toEqual([]);
    for (let success = 0; success < 10; success++) reports.heard('delivered');
    expect(timers).toHaveLength(1);
    expect(timers[0]?.ms).toBeLessThanOrEqual(60_000);
    timers[0]?.run();
    expect(sent).toHaveLength(1);
  });

  it('are not sent to a destination that has not answered', () => {
    const { reports, timers, sent } = new Stage();
    reports.lost('network_error', eventEnvelope());
    reports.heard('network_error');
    expect(reports.flush()).toBe(false);
    reports.heard('delivered');
    reports.heard('network_error');
    timers[0]?.run();
    expect(sent).toEqual([]);
  });

  it.each(['network_error', 'send_error', 'ratelimit_backoff', 'queue_overflow'] as const)(
    'B19: that end as %s give their counts back, are no loss themselves, and wait for the next success',
    (outcome) => {
      const { reports, sent, timers } = counted();
      reports.dropped('sample_rate', 'error', {});
      reports.settled(outcome);
      expect(reports.flush()).toBe(false);
      expect(sent).toHaveLength(1);
      reports.heard('delivered');
      timers.at(-1)?.run();
      expect(JSON.parse(String(sent[1]?.items[0]?.payload)).discarded_events).toEqual([
        { reason: 'sample_rate', category: 'error', quantity: 2 },
        { reason: 'queue_overflow', category: 'error', quantity: 2 },
        { reason: 'queue_overflow', category: 'log_item', quantity: 6 },
        { reason: 'queue_overflow', category: 'log_byte', quantity: logBytes + 5 },
      ]);
    },
  );

  it('are under way one at a time', () => {
    const { reports, sent } = counted();
    reports.dropped('sample_rate', 'error', {});
    expect(reports.flush()).toBe(true);
    expect(sent).toHaveLength(1);
  });
});
