import { describe, expect, it } from 'vitest';
import { buildLog } from '../../src/event/build-log.js';
import type { CleanContent } from '../../src/event/scope-content.js';
import type { LogItem } from '../../src/protocol/log-item.js';
import type { LogRecord } from '../../src/record.js';
import { createScrubber } from '../../src/scrub/walk.js';
import { logRecord } from '../support/memory-client.js';

const NOW = 1_700_000_000_000;
const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
const nobody: CleanContent = { tags: {}, extra: {}, contexts: {}, user: undefined };

function build(record: Partial<LogRecord>, scope: Partial<CleanContent> = {}): LogItem {
  const base = {
    scrubber: createScrubber({ rules: true }),
    attributes: { 'sentry.release': { type: 'string', value: 'r' } as const },
  };
  const input = {
    record: logRecord({ time: NOW, ...record }),
    trace,
    scope: { ...nobody, ...scope },
    sequence: 3,
    now: NOW,
  };
  return buildLog(input, base);
}

describe('buildLog', () => {
  it.each([
    ['fatal', 'fatal', 21],
    ['error', 'error', 17],
    ['warning', 'warn', 13],
    ['info', 'info', 9],
    ['debug', 'debug', 5],
    ['trace', 'trace', 1],
  ] as const)('spells %s as logs do', (level, spelled, severity) => {
    expect(build({ level })).toMatchObject({ level: spelled, severity_number: severity });
  });

  it('has time, trace, body, origin, logger, and the attributes of its client', () => {
    expect(build({ message: 'no stock', logger: 'orders' })).toEqual({
      timestamp: NOW / 1_000,
      trace_id: trace.traceId,
      level: 'error',
      severity_number: 17,
      body: 'no stock',
      attributes: {
        'sentry.release': { type: 'string', value: 'r' },
        'sentry.origin': { type: 'string', value: 'auto.log.test' },
        'sentry.timestamp.sequence': { type: 'integer', value: 3 },
        'logger.name': { type: 'string', value: 'orders' },
      },
    });
  });

  it('types the fields, and masks secrets', () => {
    const data = {
      text: 'a',
      whole: 7,
      part: 0.5,
      yes: true,
      none: null,
      list: [1, 'b'],
      nested: { password: 'x' },
      token: 't',
    };
    expect(build({ data }).attributes).toMatchObject({
      text: { type: 'string', value: 'a' },
      whole: { type: 'integer', value: 7 },
      part: { type: 'double', value: 0.5 },
      yes: { type: 'boolean', value: true },
      list: { type: 'string', value: '[1,"b"]' },
      nested: { type: 'string', value: '{"password":"[Filtered]"}' },
      token: { type: 'string', value: '[Filtered]' },
    });
    expect(build({ data }).attributes).not.toHaveProperty('none');
  });

  it('keeps template and parameters apart, so that logs of one kind are found', () => {
    const { attributes } = build({
      message: 'order 7 of ada',
      template: 'order %d of %s',
      params: [7, { password: 'x' }],
    });
    expect(attributes).toMatchObject({
      'sentry.message.template': { value: 'order %d of %s' },
      'sentry.message.parameter.0': { type: 'string', value: '7' },
      'sentry.message.parameter.1': { type: 'string', value: '{"password":"[Filtered]"}' },
    });
  });

  it.each([
    ['no parameters', { template: 'order', params: [] }],
    ['no template', { params: [7] }],
  ])('says nothing of a template with %s', (_name, fields) => {
    expect(Object.keys(build(fields).attributes).filter((name) => name.startsWith('sentry.message'))).toEqual([]);
  });

  it('names the error and the user of the scope', () => {
    const { attributes } = build(
      { error: new RangeError('no stock') },
      { user: { id: 7, username: 'ada', email: 'ada@example.com', plan: 'gold' } },
    );
    expect(attributes).toMatchObject({
      'exception.type': { value: 'RangeError' },
      'exception.message': { value: 'no stock' },
      'user.id': { type: 'integer', value: 7 },
      'user.name': { value: 'ada' },
      'user.email': { value: 'ada@example.com' },
    });
    expect(attributes).not.toHaveProperty('user.plan');
  });

  it('has no field of the prototype', () => {
    const { attributes } = build({ data: JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') });
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
    expect(attributes).toMatchObject({ constructor: { type: 'integer', value: 1 } });
  });

  it('lets no field of the data take the name of an attribute of ours', () => {
    const data = { 'sentry.release': 'fake', 'sentry.origin': 'fake', 'user.id': 'fake', kept: 1 };
    expect(build({ data }, { user: { id: 7 } }).attributes).toMatchObject({
      'sentry.release': { value: 'r' },
      'sentry.origin': { value: 'auto.log.test' },
      'user.id': { value: 7 },
      kept: { value: 1 },
    });
  });

  it('does not take two parameters for a key with its value', () => {
    const { attributes } = build({ template: '%s %s', params: ['session', 'expired'] });
    expect(attributes['sentry.message.parameter.1']).toEqual({ type: 'string', value: 'expired' });
  });

  it('scrubs the origin', () => {
    expect(build({ origin: '4539578763621486' }).attributes['sentry.origin']?.value).toBe('auto.log.[Filtered]');
  });
});
