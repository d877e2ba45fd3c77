import log4js from 'log4js';
import { afterEach, describe, expect, it } from 'vitest';
import { configure } from '../../src/adapters/log4js.js';
import { Log4jsLevels } from '../../src/adapters/log4js-levels.js';
import type { Level } from '../../src/protocol/level.js';
import { memoryClient } from '../support/memory-client.js';
import { jackdawLogger, shutdown } from './log4js-logger.js';

afterEach(shutdown);

describe('C09: the levels of log4js', () => {
  it.each([
    ['trace', 'debug'],
    ['debug', 'debug'],
    ['info', 'info'],
    ['warn', 'warning'],
    ['error', 'error'],
    ['fatal', 'fatal'],
    ['mark', 'info'],
  ] as const)('give %s its place, %s', (method, level) => {
    const { client, event } = memoryClient({ eventLevel: 'trace' });
    jackdawLogger({ client: () => client })[method]('lost');
    expect(event().level).toBe(level);
  });

  it('make no event of mark(), though its number is above FATAL', () => {
    const { client, events, trail } = memoryClient();
    jackdawLogger({ client: () => client }).mark('chapter two');
    expect(events()).toEqual([]);
    expect(trail()).toMatchObject([{ message: 'chapter two', level: 'info' }]);
  });

  it.each<[string, number, Record<string, Level>, string]>([
    ['between the numbers of log4js', 35_000, {}, 'warning'],
    ['above FATAL', 60_000, {}, 'fatal'],
    ['below DEBUG', 7_000, {}, 'debug'],
    ['where levelMap says, by its name', 35_000, { audit: 'error' }, 'error'],
    ['where levelMap says, by its name in capitals', 35_000, { AUDIT: 'error' }, 'error'],
    ['where levelMap says, by its number', 35_000, { '35000': 'fatal' }, 'fatal'],
  ])('put one of the user’s own %s', (_name, value, levelMap, level) => {
    const { client, event } = memoryClient({ eventLevel: 'trace', levelMap });
    const logger = jackdawLogger({ client: () => client }, { levels: { AUDIT: { value, colour: 'blue' } } as never });
    logger.log('audit', 'looked at');
    expect(event().level).toBe(level);
  });

  it('take what log4js makes of a level that it does not know', () => {
    const { client, events } = memoryClient({ eventLevel: 'info' });
    jackdawLogger({ client: () => client }).log('nonsense', 'lost');
    expect(events().map(({ level, logentry }) => [level, logentry?.formatted])).toEqual([
      ['warning', 'log4js:logger.log: valid log-level not found as first parameter given: nonsense'],
      ['info', '[nonsense] lost'],
    ]);
  });

  it('follow one that is changed at run time', () => {
    const { client, events } = memoryClient();
    const logger = jackdawLogger({ client: () => client });
    logger.level = 'off';
    logger.error('unheard');
    logger.level = 'error';
    logger.error('heard');
    expect(events().map(({ logentry }) => logentry?.formatted)).toEqual(['heard']);
  });

  it('leave the filtering of a logLevelFilter to log4js', () => {
    const { client, events } = memoryClient({ eventLevel: 'debug' });
    log4js.configure({
      appenders: {
        jackdaw: { type: { configure }, client: () => client },
        filtered: { type: 'logLevelFilter', appender: 'jackdaw', level: 'warn' },
      },
      categories: { default: { appenders: ['filtered'], level: 'all' } },
    });
    const logger = log4js.getLogger();
    logger.info('below');
    logger.warn('at');
    logger.error('above');
    expect(events().map(({ logentry, logger: name }) => [logentry?.formatted, name])).toEqual([
      ['at', 'default'],
      ['above', 'default'],
    ]);
  });

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'info'],
    ['null', null, 'info'],
    ['a text', 'error', 'error'],
    ['a number', 40_000, 'info'],
    ['an empty object', {}, 'info'],
    ['a name alone', { levelStr: 'FATAL' }, 'fatal'],
    ['a number alone', { level: 40_000 }, 'error'],
    ['NaN', { level: Number.NaN, levelStr: 'ODD' }, 'trace'],
    ['a name that is an object', { level: 30_000, levelStr: {} }, 'warning'],
    [
      'a getter that throws',
      {
        get levelStr() {
          throw new Error('levelStr');
        },
      },
      'info',
    ],
  ])('are never thrown at by %s', (_name, level, placed) => {
    expect(new Log4jsLevels().place(level).level).toBe(placed);
  });

  it('tell two unnamed numbers apart, and do not fill the memory with made up names', () => {
    const levels = new Log4jsLevels();
    expect([levels.place({ level: 40_000 }).level, levels.place({ level: 20_000 }).level]).toEqual(['error', 'info']);
    const made = (index: number) => ({ level: 40_000, levelStr: `MADE_UP_${index}` });
    for (let index = 0; index < 5_000; index++) levels.place(made(index));
    expect(levels.place(made(4_999))).not.toBe(levels.place(made(4_999)));
    expect(levels.place(made(0))).toBe(levels.place(made(0)));
  });
});
