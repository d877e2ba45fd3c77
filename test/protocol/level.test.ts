import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventLevel, LEVELS, levelFromName, logLevel, SEVERITY } from '../../src/protocol/level.js';

describe('LEVELS and SEVERITY', () => {
  it('list the levels most severe first', () => {
    expect(LEVELS).toEqual(['fatal', 'error', 'warning', 'info', 'debug', 'trace']);
    expect([...LEVELS].sort((a, b) => SEVERITY[b] - SEVERITY[a])).toEqual(LEVELS);
  });

  it('number the levels like OpenTelemetry', () => {
    expect(SEVERITY).toEqual({ trace: 1, debug: 5, info: 9, warning: 13, error: 17, fatal: 21 });
  });
});

describe('levelFromName', () => {
  it.each([
    ['fatal', 'fatal'],
    ['error', 'error'],
    ['warning', 'warning'],
    ['info', 'info'],
    ['debug', 'debug'],
    ['trace', 'trace'],
    ['warn', 'warning'],
    ['log', 'info'],
    ['notice', 'info'],
    ['mark', 'info'],
    ['http', 'debug'],
    ['verbose', 'debug'],
    ['silly', 'trace'],
    ['all', 'trace'],
    ['critical', 'fatal'],
    ['crit', 'fatal'],
    ['alert', 'fatal'],
    ['emerg', 'fatal'],
    ['emergency', 'fatal'],
    ['panic', 'fatal'],
  ])('takes %s for %s, in any case', (name, level) => {
    fc.assert(
      fc.property(fc.mixedCase(fc.constant(name)), (word) => {
        expect(levelFromName(word)).toBe(level);
      }),
      { numRuns: 10 },
    );
  });

  it.each(['', 'dinosaur', ' error', '35', '__proto__', 'constructor', 'toString'])('does not know "%s"', (name) => {
    expect(levelFromName(name)).toBeUndefined();
  });
});

describe('the spelling of levels', () => {
  it.each([
    ['fatal', 'fatal', 'fatal'],
    ['error', 'error', 'error'],
    ['warning', 'warning', 'warn'],
    ['info', 'info', 'info'],
    ['debug', 'debug', 'debug'],
    ['trace', 'debug', 'trace'],
  ] as const)('of %s is %s in events and %s in logs', (level, event, log) => {
    expect(eventLevel(level)).toBe(event);
    expect(logLevel(level)).toBe(log);
  });
});
