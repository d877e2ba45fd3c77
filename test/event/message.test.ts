import { describe, expect, it } from 'vitest';
import { cleanMessage } from '../../src/event/message.js';
import { SMALL } from '../../src/event/scope-content.js';
import { createScrubber } from '../../src/scrub/walk.js';
import { logRecord } from '../support/memory-client.js';

const scrubber = createScrubber({ rules: true });

describe('cleanMessage', () => {
  it.each<[template: string, params: unknown[], left: string[]]>([
    ['user %s, password=%s', ['bob', 'hunter2'], ['bob', '[Filtered]']],
    ['login with password: %s (%d tries)', ['hunter2', 3], ['[Filtered]', '3']],
    ['{"token":"%s","id":%d}', ['hunter2', 5], ['[Filtered]', '5']],
    ['connect postgres://%s:%s@%s/db', ['bob', 'hunter2', 'host'], ['[Filtered]', '[Filtered]', 'host']],
    ['GET /a?sig=%s&page=%d', ['hunter2', 2], ['[Filtered]', '2']],
    [
      '100 %% of Bearer %s for %o',
      ['hunter2', { id: 1, password: 'x' }],
      ['[Filtered]', '{"id":1,"password":"[Filtered]"}'],
    ],
    ['order %s shipped in %d ms', ['4711', 35], ['4711', '35']],
    ['more than %s', ['a', 'token=b'], ['a', 'token=[Filtered]']],
  ])('masks the arguments that %j makes secrets of', (template, params, left) => {
    const clean = cleanMessage(logRecord({ message: 'x', template, params }), 8_192, SMALL, scrubber);
    expect(clean.params).toEqual(left);
  });

  it('masks the whole of a secret argument in the message, blanks and all', () => {
    const record = logRecord({
      message: 'password=correct horse, user=bob',
      template: 'password=%s, user=%s',
      params: ['correct horse', 'bob'],
    });
    expect(cleanMessage(record, 8_192, SMALL, scrubber).formatted).toBe('password=[Filtered], user=bob');
  });

  it('keeps the placeholders of the template', () => {
    const record = logRecord({ message: 'x', template: 'user %s, password=%s', params: ['bob', 'hunter2'] });
    expect(cleanMessage(record, 8_192, SMALL, scrubber).template).toBe('user %s, password=%s');
  });

  it('has no arguments without a template', () => {
    const record = logRecord({ message: 'token=x', params: ['x'] });
    expect(cleanMessage(record, 8_192, SMALL, scrubber)).toEqual({
      formatted: 'token=[Filtered]',
      template: undefined,
      params: [],
    });
  });
});
