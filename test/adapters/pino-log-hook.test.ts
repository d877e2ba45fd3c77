import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { JackdawDestination } from '../../src/adapters/pino-destination.js';
import { logHook, runningCall } from '../../src/adapters/pino-log-hook.js';
import type { ErrorEvent } from '../../src/protocol/event.js';
import { memoryTransport } from '../../src/transport/memory.js';
import { freshDsn } from './contract.js';

type Log = (logger: pino.Logger) => void;

/** The event and the line that a call with the hook makes. */
function logged(
  log: Log,
  options: pino.LoggerOptions = {},
): { event: ErrorEvent | undefined; line: Record<string, unknown> } {
  const transport = memoryTransport();
  // No source lines: the secrets stand in this very file.
  const destination = new JackdawDestination({ dsn: freshDsn(), transport, contextLines: 0 });
  const lines: string[] = [];
  const streams = pino.multistream([
    { stream: { write: (line: string) => void lines.push(line) } },
    { stream: destination },
  ]);
  log(pino({ hooks: { logMethod: logHook }, ...options }, streams));
  expect(lines).toHaveLength(1);
  return { event: transport.events[0] as ErrorEvent | undefined, line: JSON.parse(lines[0] ?? '') };
}

describe('logHook', () => {
  it.each<[string, Log, object]>([
    [
      'a text',
      (logger) => logger.error('order %d of %s lost', 4711, 'ann'),
      { message: 'order %d of %s lost', formatted: 'order 4711 of ann lost', params: ['4711', 'ann'] },
    ],
    [
      'a text behind fields',
      (logger) => logger.error({ a: 1 }, 'order %o lost', { id: 4711 }),
      { message: 'order %o lost', formatted: 'order {"id":4711} lost', params: ['{"id":4711}'] },
    ],
    [
      'more arguments than placeholders',
      (logger) => (logger.error as (...args: unknown[]) => void)('%s lost', 'one', 'two'),
      { message: '%s lost', formatted: 'one lost', params: ['one', 'two'] },
    ],
    [
      'fewer arguments than placeholders',
      (logger) => (logger.error as (...args: unknown[]) => void)('%s and %s lost', 'one'),
      { message: '%s and %s lost', formatted: 'one and %s lost', params: ['one'] },
    ],
    ['no placeholder', (logger) => logger.error('100 %'), { formatted: '100 %' }],
    [
      'a placeholder and nothing to fill it',
      (logger) => (logger.error as (text: string) => void)('100 %s'),
      { formatted: '100 %s' },
    ],
  ])('keeps template and arguments: %s', (_name, log, expected) => {
    expect(logged(log).event?.logentry).toEqual(expected);
  });

  it('masks secrets of objects in the text', () => {
    const { event, line } = logged((logger) => logger.error('login %j of %s', { password: 'HUNTER' }, 'ann'));
    expect(event?.logentry?.formatted).toBe('login {"password":"[Filtered]"} of ann');
    expect(JSON.stringify(event)).not.toContain('HUNTER');
    expect(line['msg']).toContain('HUNTER');
  });

  it('keeps the template as a child logger with a prefix writes it', () => {
    const { event } = logged((logger) => logger.child({}, { msgPrefix: '[db] ' }).error('%s lost', 'row'));
    expect(event?.logentry).toEqual({ message: '[db] %s lost', formatted: '[db] row lost', params: ['row'] });
  });

  it.each<[string, Log]>([
    ['after a text', (logger) => (logger.error as (...args: unknown[]) => void)('failed', new TypeError('no reply'))],
    [
      'after a text with placeholders',
      (logger) => (logger.error as (...args: unknown[]) => void)('failed %s', 'twice', new TypeError('no reply')),
    ],
    ['in the place of a placeholder', (logger) => logger.error('failed: %s', new TypeError('no reply'))],
  ])('saves an Error %s, for every target', (_name, log) => {
    const { event, line } = logged(log);
    expect(event?.exception?.values).toMatchObject([{ type: 'TypeError', value: 'no reply', stacktrace: {} }]);
    expect(event?.logentry?.formatted).toMatch(/^failed/);
    expect(line).toMatchObject({ msg: event?.logentry?.formatted, err: { type: 'TypeError', message: 'no reply' } });
  });

  it('saves it under the error key of the logger, and lets redact see it', () => {
    const log: Log = (logger) => (logger.error as (...args: unknown[]) => void)('failed', new TypeError('hunter2'));
    const { event, line } = logged(log, { errorKey: 'problem', redact: ['problem.message', 'problem.stack'] });
    expect(line['problem']).toMatchObject({ message: '[Redacted]' });
    expect(event?.exception?.values).toMatchObject([{ type: 'TypeError', value: '[Redacted]' }]);
    expect(JSON.stringify(event)).not.toContain('hunter2');
  });

  it('shows only arguments that the line of a logger with redact shows', () => {
    const log: Log = (logger) =>
      (logger.error as (...args: unknown[]) => void)('%s pays %o', 'ann', { card: 'hunter2', amount: 1 }, 'hunter2');
    const { event } = logged(log, { redact: ['card'] });
    expect(event?.logentry).toEqual({
      message: '%s pays %o',
      formatted: 'ann pays {"card":"[Redacted]","amount":1}',
      params: ['ann', '[Redacted]', '[Redacted]'],
    });
  });

  it('shows neither template nor arguments where the message itself is redacted', () => {
    const { event } = logged((logger) => logger.error('%s pays', 'hunter2'), { redact: ['msg'] });
    expect(event?.logentry).toEqual({ formatted: '[Redacted]' });
  });

  it('calls the log method with what it was given, and passes on what it throws', () => {
    const calls: unknown[][] = [];
    const method = (...args: unknown[]): void => {
      calls.push(args);
    };
    const error = new Error('no reply');
    for (const args of [['text', 1], [{ a: 1 }, 'text'], [error, 'text'], [undefined, 'text'], []]) {
      logHook.call({} as pino.Logger, args as never, method as never, 50);
      expect(calls.at(-1)).toEqual(args);
    }
    const broken = (): never => {
      throw error;
    };
    expect(() => logHook.call({} as pino.Logger, ['text'], broken, 50)).toThrow(error);
    expect(runningCall(undefined)).toBeUndefined();
  });

  it('never throws for what it is given', () => {
    const refuse = (): never => {
      throw new Error('a trap threw');
    };
    const { event } = logged((logger) => logger.error('text', new Proxy({}, { getPrototypeOf: refuse }) as never));
    expect(event?.logentry?.formatted).toBe('text');
  });

  it('knows a call by its logger and only while it runs', () => {
    const logger = {} as pino.Logger;
    const seen: unknown[] = [];
    const look = (): void => void seen.push(runningCall(logger)?.template, runningCall({}));
    logHook.call(
      logger,
      ['outer'],
      () => {
        logHook.call({} as pino.Logger, ['inner'], look as never, 30);
        look();
      },
      30,
    );
    look();
    expect(seen).toEqual([undefined, undefined, 'outer', undefined, undefined, undefined]);
  });

  it('stands beside a hook of the application', () => {
    const levels: number[] = [];
    const logMethod: NonNullable<pino.LoggerOptions['hooks']>['logMethod'] = function (args, method, level) {
      const own = (...more: Parameters<pino.LogFn>): void => {
        levels.push(level);
        method.apply(this, more);
      };
      logHook.call(this, args, own as pino.LogFn, level);
    };
    const { event } = logged((logger) => logger.error('%s lost', 'row'), { hooks: { logMethod } });
    expect(levels).toEqual([50]);
    expect(event?.logentry?.message).toBe('%s lost');
  });
});
