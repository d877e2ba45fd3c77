import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Envelope } from '../../src/protocol/envelope.js';
import type { LogBatcher } from '../../src/transport/log-batcher.js';

let batcher: LogBatcher;
let envelopes: Envelope[];

beforeEach(async () => {
  // The clock is bound when its module loads, so the fake one has to be there first.
  vi.useFakeTimers();
  vi.resetModules();
  const { LogBatcher } = await import('../../src/transport/log-batcher.js');
  envelopes = [];
  batcher = new LogBatcher({ sdk: { name: 'sdk', version: '1' } }, (envelope) => envelopes.push(envelope));
});

afterEach(() => {
  vi.useRealTimers();
});

function log(index: number, bytes = 0): string {
  return JSON.stringify({ body: `log ${index}${'x'.repeat(bytes)}` });
}

function payload({ items }: Envelope): { version: number; items: unknown[] } {
  return JSON.parse(String(items[0]?.payload));
}

describe('LogBatcher', () => {
  it('hands over 100 logs at once, in their order', () => {
    for (let index = 0; index < 250; index++) batcher.add(log(index), 'info');
    expect(envelopes.map(({ quantity }) => quantity)).toEqual([100, 100]);
    expect(batcher.held).toBe(50);
    batcher.flush();
    expect(envelopes.flatMap((envelope) => payload(envelope).items)).toEqual(
      Array.from({ length: 250 }, (_, index) => JSON.parse(log(index))),
    );
  });

  it('makes an envelope that says what it holds', () => {
    batcher.add(log(0), 'debug');
    batcher.add(log(1), 'error');
    batcher.add(log(2), 'info');
    batcher.flush();
    expect(envelopes).toEqual([
      {
        header: { sdk: { name: 'sdk', version: '1' } },
        items: [{ header: expect.objectContaining({ type: 'log', item_count: 3 }), payload: expect.any(String) }],
        category: 'log_item',
        quantity: 3,
        level: 'error',
      },
    ]);
  });

  it('forgets the level of the last batch', () => {
    batcher.add(log(0), 'fatal');
    batcher.flush();
    batcher.add(log(1), 'debug');
    batcher.flush();
    expect(envelopes.map(({ level }) => level)).toEqual(['fatal', 'debug']);
  });

  it('hands over 5 s after the first log, not after the last', () => {
    batcher.add(log(0), 'info');
    vi.advanceTimersByTime(4_999);
    batcher.add(log(1), 'info');
    expect(envelopes).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(envelopes.map(({ quantity }) => quantity)).toEqual([2]);
    expect(batcher.held).toBe(0);
  });

  it('starts the 5 s anew for each batch', () => {
    batcher.add(log(0), 'info');
    vi.advanceTimersByTime(4_000);
    batcher.flush();
    batcher.add(log(1), 'info');
    vi.advanceTimersByTime(4_999);
    expect(envelopes).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(envelopes).toHaveLength(2);
  });

  it('begins a new batch for a log that would make it larger than 1 MB, counted in bytes', () => {
    const large = JSON.stringify({ body: '€'.repeat(150_000) });
    for (let index = 0; index < 3; index++) batcher.add(large, 'info');
    expect(envelopes.map(({ quantity }) => quantity)).toEqual([2]);
    expect(batcher.held).toBe(1);
  });

  it('hands over a log that is larger than that alone', () => {
    batcher.add(log(0), 'info');
    batcher.add(log(1, 1_500_000), 'info');
    expect(envelopes.map(({ quantity }) => quantity)).toEqual([1, 1]);
    expect(batcher.held).toBe(0);
  });

  it('leaves no timer behind and hands over nothing when there is nothing', () => {
    batcher.add(log(0), 'info');
    batcher.flush();
    batcher.flush();
    expect(vi.getTimerCount()).toBe(0);
    expect(envelopes).toHaveLength(1);
  });
});
