import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/protocol/outcome.js';
import { Unsettled } from '../../src/transport/unsettled.js';

describe('Unsettled', () => {
  it('passes on the first call only', () => {
    const calls: [Outcome, boolean | undefined][] = [];
    const settle = new Unsettled().track((outcome, countedByServer) => calls.push([outcome, countedByServer]));
    settle('ratelimit_backoff', true);
    settle('delivered');
    expect(calls).toEqual([['ratelimit_backoff', true]]);
  });

  it('has nothing to wait for while nothing is open', async () => {
    const unsettled = new Unsettled();
    unsettled.track(() => {})('delivered');
    expect(await unsettled.settledWithin(0)).toBe(true);
  });

  it('waits for what was handed over before, in whatever order it is settled, and for nothing later', async () => {
    const unsettled = new Unsettled();
    const [first, second] = [unsettled.track(() => {}), unsettled.track(() => {})];
    const waiting = unsettled.settledWithin(5_000);
    const later = unsettled.track(() => {});
    second('delivered');
    expect(await Promise.race([waiting, new Promise((resolve) => setImmediate(resolve, 'open'))])).toBe('open');
    first('network_error');
    expect(await waiting).toBe(true);
    expect(await unsettled.settledWithin(1)).toBe(false);
    later('delivered');
    expect(await unsettled.settledWithin(1)).toBe(true);
  });

  it('is not fooled by later envelopes that are settled first', async () => {
    const unsettled = new Unsettled();
    unsettled.track(() => {});
    const waiting = unsettled.settledWithin(20);
    unsettled.track(() => {})('delivered');
    expect(await waiting).toBe(false);
  });
});
