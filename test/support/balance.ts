import { expect } from 'vitest';
import type { Stats } from '../../src/client/ledger.js';

/** Anything that keeps a balance: a client, of this copy of the package or of another. */
export interface Balanced {
  stats(): Stats;
}

const CATEGORIES = ['error', 'log_item'] as const;

/** The law of every destination: what was accepted is delivered, dropped for a reason, queued or spooled; nothing else. */
export function expectBalanced(client: Balanced): void {
  const stats = client.stats();
  for (const category of CATEGORIES) {
    const settled = stats.delivered[category] + dropped(stats, category);
    const waiting = stats.queued[category] + stats.spooled[category];
    expect(settled + waiting, `${category} of ${JSON.stringify(stats)}`).toBe(
      stats.accepted[category] + stats.recovered[category],
    );
    expect(Math.min(settled, waiting), `${category} of ${JSON.stringify(stats)}`).toBeGreaterThanOrEqual(0);
  }
}

/** The same, and nothing waits any more. */
export function expectSettled(client: Balanced): void {
  expectBalanced(client);
  const { queued, spooled } = client.stats();
  expect({ queued, spooled }).toEqual({ queued: { error: 0, log_item: 0 }, spooled: { error: 0, log_item: 0 } });
}

/** How many of a category were lost, for whatever reason. */
function dropped(stats: Stats, category: 'error' | 'log_item'): number {
  return Object.values(stats.dropped).reduce((total, byCategory) => total + (byCategory[category] ?? 0), 0);
}
