import { describe, expect, it } from 'vitest';
import { ClientReports } from '../../src/client/client-reports.js';
import type { Envelope } from '../../src/protocol/envelope.js';

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
        { reason: 'queue_overflow', category: 'error', quantity: 3 },
        { reason: 'queue_overflow', category: 'log_item', quantity: 5 },
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
    stage.reports.count('queue_overflow', 'error', 1);
    stage.reports.count('queue_overflow', 'log_item', 5);
    stage.reports.count('queue_overflow', 'error', 2);
    stage.reports.count('sample_rate', 'error', 1);
    stage.reports.flush();
    return stage;
  }

  it('go out within a minute of the next success, many losses in one', () => {
    const { reports, timers, sent } = new Stage();
    for (let loss = 0; loss < 1_000; loss++) reports.count('before_send', 'error', 1);
    expect(timers).toEqual([]);
    for (let success = 0; success < 10; success++) reports.heard('delivered');
    expect(timers).toHaveLength(1);
    expect(timers[0]?.ms).toBeLessThanOrEqual(60_000);
    timers[0]?.run();
    expect(sent).toHaveLength(1);
  });

  it('are not sent to a destination that has not answered', () => {
    const { reports, timers, sent } = new Stage();
    reports.count('network_error', 'error', 1);
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
      reports.count('sample_rate', 'error', 4);
      reports.settled(outcome);
      expect(reports.flush()).toBe(false);
      expect(sent).toHaveLength(1);
      reports.heard('delivered');
      timers.at(-1)?.run();
      expect(JSON.parse(String(sent[1]?.items[0]?.payload)).discarded_events).toEqual([
        { reason: 'sample_rate', category: 'error', quantity: 5 },
        { reason: 'queue_overflow', category: 'error', quantity: 3 },
        { reason: 'queue_overflow', category: 'log_item', quantity: 5 },
      ]);
    },
  );

  it('are under way one at a time', () => {
    const { reports, sent } = counted();
    reports.count('sample_rate', 'error', 1);
    expect(reports.flush()).toBe(true);
    expect(sent).toHaveLength(1);
  });
});
