import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { PinoLevels } from '../../src/adapters/pino-levels.js';
import type { ClientOptions } from '../../src/client/options.js';
import { SEVERITY } from '../../src/protocol/level.js';

function levelsOf(options: pino.LoggerOptions<string> = {}, levelMap?: ClientOptions['levelMap']): PinoLevels {
  return new PinoLevels(pino(options, { write() {} }).levels, levelMap);
}

describe('the levels of a pino logger', () => {
  it.each([
    [10, 'trace', 'trace'],
    [20, 'debug', 'debug'],
    [30, 'info', 'info'],
    [40, 'warning', 'warn'],
    [50, 'error', 'error'],
    [60, 'fatal', 'fatal'],
  ])('place %d at %s, under the name of the logger', (number, level, name) => {
    const placed = { level, severity: SEVERITY[level as 'info'], name };
    expect(levelsOf().place(number)).toEqual(placed);
    expect(new PinoLevels().place(number)).toEqual(placed);
  });

  it.each([
    [35, 'info', 'audit'],
    [31, 'info', '31'],
    [59.5, 'error', '59.5'],
    [1_000, 'fatal', '1000'],
    [5, 'trace', '5'],
    [-7, 'trace', '-7'],
  ])('count an unknown %d as the most severe level it reaches', (number, level, name) => {
    expect(levelsOf({ customLevels: { audit: 35 } }).place(number)).toMatchObject({ level, name });
  });

  it.each([
    ['alert', 70, 'fatal'],
    ['notice', 32, 'info'],
    ['critical', 25, 'fatal'],
  ])('know the word %s whatever its number', (name, number, level) => {
    expect(levelsOf({ customLevels: { [name]: number } }).place(number)).toMatchObject({ level, name });
  });

  it('follow what the user says of a name or a number, before all else', () => {
    const levels = levelsOf({ customLevels: { audit: 35 } }, { audit: 'error', 42: 'debug', warn: 'info' });
    expect([35, 42, 40].map((number) => levels.place(number).level)).toEqual(['error', 'debug', 'info']);
  });

  it("follow the logger's own order where severity falls with the number", () => {
    const syslog = { emerg: 0, crit: 2, error: 3, warning: 4, notice: 5, info: 6, debug: 7, chatter: 9, outage: 1 };
    const options = {
      customLevels: syslog,
      useOnlyCustomLevels: true,
      level: 'info',
      levelComparison: 'DESC',
    } as const;
    const levels = levelsOf(options);
    expect([0, 1, 2, 3, 4, 7, 9, 100].map((number) => levels.place(number).level)).toEqual([
      'fatal',
      'fatal',
      'fatal',
      'error',
      'warning',
      'debug',
      'debug',
      'debug',
    ]);
  });

  it('measure by the numbers of pino where no name is known', () => {
    const levels = levelsOf({ customLevels: { red: 52, green: 33 }, useOnlyCustomLevels: true, level: 'green' });
    expect([52, 33].map((number) => levels.place(number).level)).toEqual(['error', 'info']);
  });

  it.each([
    ['ERROR', 'error'],
    ['Warning', 'warning'],
    ['AUDIT', 'warning'],
    ['audit', 'warning'],
    ['nonsense', 'info'],
  ])('understand the label %s', (label, level) => {
    expect(levelsOf({ customLevels: { audit: 45 } }).place(label).level).toBe(level);
  });

  it.each([undefined, null, {}, Number.NaN, Symbol('level')])('place %s somewhere', (level) => {
    expect(Object.keys(SEVERITY)).toContain(levelsOf().place(level).level);
  });

  it('tell the labels and numbers of the logger from any others', () => {
    const levels = levelsOf({ customLevels: { audit: 45 } });
    expect(['audit', 'AUDIT', 'warning', 45, 50].map((level) => levels.knows(level))).toEqual(Array(5).fill(true));
    expect(['orders', 'toString', 46, null, {}].map((level) => levels.knows(level))).toEqual(Array(5).fill(false));
  });

  it('never count a higher number as less severe', () => {
    const levels = levelsOf({ customLevels: { audit: 35, odd: 12 } });
    fc.assert(
      fc.property(fc.integer({ min: -10, max: 100 }), fc.integer({ min: 0, max: 50 }), (number, more) => {
        expect(levels.place(number + more).severity).toBeGreaterThanOrEqual(levels.place(number).severity);
      }),
    );
  });
});
