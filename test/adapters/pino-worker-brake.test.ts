import { PassThrough } from 'node:stream';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { Brake } from '../../src/adapters/pino-worker-brake.js';
import type { Client } from '../../src/client/client.js';

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

/** A stream that is read, in front of a queue that is as full as the test says. */
function setUp(fullness: number) {
  const stream = new PassThrough().resume();
  const client = { fullness, settings: { shutdownTimeoutMs: 2_000 } as Client['settings'] };
  return { stream, client, brake: new Brake(stream, client) };
}

it('lets lines pass while the queue is at most half full', () => {
  const { stream, brake } = setUp(0.5);
  brake.check();
  expect(stream.isPaused()).toBe(false);
});

it('holds them while it is fuller, and no longer', () => {
  const { stream, client, brake } = setUp(0.9);
  brake.check();
  expect(stream.isPaused()).toBe(true);
  vi.advanceTimersByTime(500);
  expect(stream.isPaused()).toBe(true);
  client.fullness = 0.5;
  vi.advanceTimersByTime(10);
  expect(stream.isPaused()).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

it('gives up after a second in which it grew no shorter, until it is all but empty', () => {
  const { stream, client, brake } = setUp(0.9);
  brake.check();
  vi.advanceTimersByTime(1_020);
  expect(stream.isPaused()).toBe(false);
  client.fullness = 0.3;
  brake.check();
  client.fullness = 0.9;
  brake.check();
  expect(stream.isPaused()).toBe(false);
  client.fullness = 0.2;
  brake.check();
  client.fullness = 0.9;
  brake.check();
  expect(stream.isPaused()).toBe(true);
});

/** How long lines are held by a queue that grows shorter all the time, and is filled again each time it is half empty. */
function heldInOneJam({ stream, client, brake }: ReturnType<typeof setUp>): number {
  let heldMs = 0;
  for (let turn = 0; turn < 30; turn++) {
    client.fullness = 0.9;
    brake.check();
    for (; stream.isPaused(); heldMs += 5) {
      client.fullness -= 0.004;
      vi.advanceTimersByTime(5);
    }
  }
  return heldMs;
}

it('gives up after eight seconds of one jam, whatever the progress', () => {
  expect(heldInOneJam(setUp(0.9))).toBeLessThanOrEqual(8_005);
  expect(heldInOneJam(setUp(0.9))).toBeGreaterThan(7_000);
});

it('P3: holds the end of the process up no longer than shutdownTimeoutMs', () => {
  const stage = setUp(0.9);
  stage.stream.end();
  expect(heldInOneJam(stage)).toBeLessThanOrEqual(2_005);
});

it('gives up when too much waits in front of it', () => {
  const { stream, brake } = setUp(0.9);
  brake.check();
  const piece = Buffer.alloc(1024 * 1024);
  for (let count = 0; count < 60; count++) stream.write(piece);
  vi.advanceTimersByTime(10);
  expect(stream.isPaused()).toBe(false);
});
