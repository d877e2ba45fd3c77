import log4js from 'log4js';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import winston from 'winston';
import { type LoggerFixture, log4jsFixture, pinoFixture, winstonFixture } from '../../src/testing.js';

const opened: LoggerFixture<unknown>[] = [];
afterEach(async () => {
  for (const fixture of opened.splice(0)) await fixture.close();
});

function keep<Fixture extends LoggerFixture<unknown>>(fixture: Fixture): Fixture {
  opened.push(fixture);
  return fixture;
}

const failure = new RangeError('no stock');

describe('a fixture', () => {
  it.each<[string, () => Promise<LoggerFixture<unknown>>]>([
    [
      'of winston',
      async () => {
        const fixture = keep(await winstonFixture(winston));
        fixture.logger.info('order %s received', 17);
        fixture.logger.error('order %s failed', 17, failure);
        return fixture;
      },
    ],
    [
      'of pino',
      async () => {
        const fixture = keep(await pinoFixture({ pino }));
        fixture.logger.info('order %s received', 17);
        fixture.logger.error(failure, 'order %s failed', 17);
        return fixture;
      },
    ],
    [
      'of log4js',
      async () => {
        const fixture = keep(await log4jsFixture(log4js));
        fixture.logger.info('order %s received', 17);
        fixture.logger.error('order %s failed', 17, failure);
        return fixture;
      },
    ],
  ])('%s reports into memory, with templates, in a world of its own', async (_, log) => {
    const first = await log();
    const [event, ...others] = first.transport.events;
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      timestamp: Date.UTC(2026, 0, 1) / 1_000,
      environment: 'test',
      logentry: { message: 'order %s failed', params: expect.arrayContaining(['17']) },
      exception: { values: [{ type: 'RangeError', value: 'no stock' }] },
      breadcrumbs: { values: [{ message: 'order 17 received' }] },
    });
    await first.close();
    const second = await log();
    expect(second.transport.events).toHaveLength(1);
    expect(second.transport.events[0]?.['event_id']).toBe(event?.['event_id']);
  });
});
