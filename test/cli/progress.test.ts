import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Progress, progressOn } from '../../src/cli/progress.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
  return () => vi.useRealTimers();
});

/** What is written while work goes on: one step of `total` each `stepMs`. */
function drawn(columns: number | undefined, total: number, stepMs: number): string {
  const texts: string[] = [];
  const terminal = { isTTY: true, columns, cursorTo() {}, clearLine: () => texts.push('\n') };
  const output = Object.assign(new PassThrough(), columns === undefined ? {} : terminal);
  output.on('data', (chunk) => texts.push(String(chunk)));
  const progress: Progress = progressOn(output, 'working');
  for (let done = 0; done <= total; done++) {
    progress.update(done, total);
    vi.advanceTimersByTime(stepMs);
  }
  progress.end();
  return texts.join('');
}

describe('long work', () => {
  it('has a bar on a terminal, which goes at its end', () => {
    const text = drawn(80, 10, 200);
    expect(text).toMatch(/^working \[={12} {28}\] 3 of 10, \d+\.\d s left\n/);
    expect(text).toMatch(/working \[={40}\] 10 of 10, 0\.0 s left\n+$/);
  });

  it('fits a narrow terminal', () => {
    for (const line of drawn(40, 10, 200).split('\n')) expect(line.length).toBeLessThanOrEqual(40);
  });

  it('has a plain line every five seconds elsewhere', () => {
    expect(drawn(undefined, 6, 2_500)).toBe('working: 2 of 6\nworking: 4 of 6\nworking: 6 of 6\n');
  });

  it('has plain lines where the terminal does not say how wide it is', () => {
    expect(drawn(0, 2, 5_000)).toBe('working: 1 of 2\nworking: 2 of 2\n');
  });

  it('may turn out to be more than it seemed', () => {
    const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, cursorTo() {}, clearLine() {} });
    const texts: string[] = [];
    output.on('data', (chunk) => texts.push(String(chunk)));
    const progress = progressOn(output, 'working');
    vi.advanceTimersByTime(1_000);
    progress.update(5, 10);
    vi.advanceTimersByTime(1_000);
    progress.update(10, 20);
    progress.end();
    expect(texts.join('\n')).toContain('10 of 20');
  });
});

describe('short work', () => {
  it.each([80, undefined])('shows nothing on %s columns', (columns) => {
    expect(drawn(columns, 10, 10)).toBe('');
  });
});
