import { describe, expect, it, vi } from 'vitest';
import { HeldEvents, type UnfinishedEvent } from '../../src/client/held-events.js';
import type { Envelope } from '../../src/protocol/envelope.js';

function envelopeOf(payload: string): Envelope {
  return {
    header: {},
    items: [{ header: { type: 'event' }, payload }],
    category: 'error',
    quantity: 1,
    level: 'error',
  };
}

/** An event whose files are read when the test says so; `NOW` stands for lines that were read at once. */
function unfinished(payload: string): UnfinishedEvent & { read: () => void } {
  let told: (() => void)[] = [];
  let lines = '';
  return {
    envelope: envelopeOf(payload),
    whenRead: (callback) => told.push(callback),
    finish: (now) => envelopeOf(payload + (now ? 'NOW' : lines)),
    read() {
      lines = 'LINES';
      for (const callback of told) callback();
      told = [];
    },
  };
}

function heldEvents(): { held: HeldEvents; sent: unknown[] } {
  const sent: unknown[] = [];
  return { held: new HeldEvents(({ items }) => sent.push(items[0]?.payload)), sent };
}

describe('events whose source files are being read', () => {
  it('go on with their lines as soon as they are there, all in their order', () => {
    const { held, sent } = heldEvents();
    const [a, b] = [unfinished('a'), unfinished('b')];
    held.add(a);
    held.add(b);
    expect(sent).toEqual([]);
    expect(held.isEmpty).toBe(false);
    a.read();
    expect(sent).toEqual(['aLINES', 'b']);
    b.read();
    expect(sent).toEqual(['aLINES', 'b']);
    expect(held.isEmpty).toBe(true);
  });

  it('go on without them when the disk does not answer', async () => {
    const { held, sent } = heldEvents();
    held.add(unfinished('a'));
    await held.whenEmpty();
    expect(sent).toEqual(['a']);
  });

  it('are not given up while the process is busy and the answer is waiting already', async () => {
    const { held, sent } = heldEvents();
    const event = unfinished('a');
    held.add(event);
    setTimeout(() => {
      const end = performance.now() + 100;
      while (performance.now() < end);
      setImmediate(() => event.read());
    }, 1);
    await held.whenEmpty();
    expect(sent).toEqual(['aLINES']);
  });

  it('have what is missing read at once at the exit', () => {
    const { held, sent } = heldEvents();
    held.add(unfinished('a'));
    held.release(true);
    expect(sent).toEqual(['aNOW']);
  });

  it('are 50 at most and 2 Mi characters; others go on at once', () => {
    const many = heldEvents();
    for (let n = 0; n < 60; n++) many.held.add(unfinished(`${n}`));
    expect(many.sent).toEqual(Array.from({ length: 10 }, (_, n) => `${n + 50}`));
    many.held.release(false);
    expect(many.sent).toHaveLength(60);

    const large = heldEvents();
    const payload = 'x'.repeat(1_024 * 1_024);
    for (let n = 0; n < 3; n++) large.held.add(unfinished(payload));
    expect(large.sent).toEqual([payload]);
    large.held.release(false);
    large.held.add(unfinished(payload));
    expect(large.sent).toHaveLength(3);
    large.held.release(false);
  });

  it('do not keep who waits for none', async () => {
    await expect(heldEvents().held.whenEmpty()).resolves.toBeUndefined();
  });

  it('do not keep the process alive', () => {
    const unref = vi.spyOn(Object.getPrototypeOf(setTimeout(() => {}, 0)) as NodeJS.Timeout, 'unref');
    const { held } = heldEvents();
    held.add(unfinished('a'));
    expect(unref).toHaveBeenCalledOnce();
    unref.mockRestore();
    held.release(false);
  });
});
