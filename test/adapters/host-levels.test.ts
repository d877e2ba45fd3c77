import { describe, expect, it } from 'vitest';
import { HostLevels } from '../../src/adapters/host-levels.js';
import { ConfigError } from '../../src/client/config-error.js';

describe('HostLevels', () => {
  const levels = new HostLevels({ audit: 'info', error: 'fatal' });

  it.each([
    ['warn', 'warning', 13],
    ['ERROR', 'error', 17],
    ['audit', 'info', 9],
    ['error', 'fatal', 21],
    ['nobody knows', 'info', 9],
    ['__proto__', 'info', 9],
    ['', 'info', 9],
  ])('places %s as %s', (name, level, severity) => {
    expect(levels.place(name)).toEqual({ level, severity });
  });

  it('does not fill the memory when a host makes up names', () => {
    for (let index = 0; index < 5_000; index++) levels.place(`made up ${index}`);
    expect(levels.place('made up 4999')).not.toBe(levels.place('made up 4999'));
    expect(levels.place('audit')).toBe(levels.place('audit'));
  });

  it('names all that is wrong at once', () => {
    const check = (): void => levels.check(['error', 'audit', 'chatter', 'gossip'], 'eror');
    expect(check).toThrow(ConfigError);
    expect(check).toThrow(/levelMap .*chatter, gossip.*level must be one of .*, not 'eror'/s);
    expect(() => levels.check(['error', 'audit', 'warn'], 'warn')).not.toThrow();
  });
});
