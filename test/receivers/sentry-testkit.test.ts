import { once } from 'node:events';
import sentryTestkit from 'sentry-testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import winston from 'winston';
import { JackdawTransport } from '../../src/adapters/winston.js';
import { runInScope, scope } from '../../src/client/run-in-scope.js';
import { expectSettled } from '../support/balance.js';

const { testkit, localServer } = sentryTestkit();

beforeAll(() => localServer.start('http://public@localhost/42'));
afterAll(() => localServer.stop());
beforeEach(() => testkit.reset());

interface Host {
  readonly logger: winston.Logger;
  readonly transport: JackdawTransport;
  /** Ends the logger and waits until all is delivered. */
  end(): Promise<void>;
}

function openHost(): Host {
  const transport = new JackdawTransport({
    dsn: localServer.getDsn() ?? '',
    release: 'shop@1.2.3',
    environment: 'staging',
    tags: { tenant: 'acme' },
    logLevel: 'info',
  });
  const logger = winston.createLogger({ transports: [transport] });
  return {
    logger,
    transport,
    async end() {
      logger.end();
      await once(logger, 'finish');
      await transport.client.close();
    },
  };
}

describe('the local server of sentry-testkit', () => {
  it('reads an error with message, stack, level, user, tags, release and breadcrumbs', async () => {
    const { logger, transport, end } = openHost();
    const error = new RangeError('no stock');
    await runInScope(async () => {
      scope.setUser({ id: '4', email: 'jane@shop.example' });
      logger.info('order received', { order: 17 });
      logger.error('order failed', error);
      await end();
    });
    expect(transport.client.stats().delivered).toEqual({ error: 1, log_item: 2 });
    expectSettled(transport.client);

    const [report, ...others] = await testkit.waitForReports(1);
    expect(others).toEqual([]);
    expect(report).toMatchObject({
      level: 'error',
      release: 'shop@1.2.3',
      user: { id: '4' },
      tags: { tenant: 'acme' },
      error: { name: 'RangeError', message: 'no stock' },
      originalReport: {
        environment: 'staging',
        platform: 'node',
        breadcrumbs: { values: [{ message: 'order received', level: 'info', data: { order: 17 } }] },
      },
    });
    const frames = report?.error?.stacktrace.frames ?? [];
    expect(frames.at(-1)?.filename).toContain('sentry-testkit.test.ts');
    expect(testkit.isExist(error)).toBe(true);
    expect(testkit.reportsWithTag('tenant', 'acme')).toHaveLength(1);
  });

  it('reads structured logs', async () => {
    const { logger, end } = openHost();
    logger.warn('low on stock', { left: 3 });
    await end();
    const [log] = await testkit.waitForLogs(1);
    expect(log).toMatchObject({ level: 'warn', message: 'low on stock', severityNumber: 13 });
    expect(log?.attributes).toMatchObject({ left: 3, 'sentry.origin': 'auto.log.winston' });
    expect(testkit.reports()).toEqual([]);
  });

  it('reads many, and not one is missing', async () => {
    const { logger, transport, end } = openHost();
    for (let index = 0; index < 200; index += 1) logger.error(`failure ${index}`);
    await end();
    expect(transport.client.stats().delivered).toEqual({ error: 200, log_item: 200 });
    expect(new Set(testkit.reports().map(({ originalReport }) => originalReport.event_id)).size).toBe(200);
    expect(testkit.logs()).toHaveLength(200);
  });
});
