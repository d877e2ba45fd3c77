import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InboxItem, JsonObject } from '../../src/inbox/item.js';
import { renderItem } from '../../src/inbox/render.js';
import { type View, viewFor } from '../../src/inbox/view.js';

const PLAIN: View = viewFor({ columns: 80 }, {});
const COLOURED: View = viewFor({ columns: 80, isTTY: true }, {});
const RECEIVED_AT = '2026-01-02T03:04:05.678Z';
const TIME = new Date(RECEIVED_AT).toTimeString().slice(0, 8);

function itemOf(type: string, payload: JsonObject, header: JsonObject = {}): InboxItem {
  return { receivedAt: RECEIVED_AT, project: '1', envelope: {}, header: { ...header, type }, payload };
}

/** The lines of an item without the local time they start with. */
function linesOf(item: InboxItem, view: View = PLAIN): string[] {
  const text = renderItem(item, view);
  expect(text.startsWith(`${TIME}  `)).toBe(true);
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(TIME.length, -1)
    .split('\n')
    .map((line) => line.trimStart());
}

const ERROR_EVENT: JsonObject = {
  level: 'error',
  logger: 'checkout',
  logentry: { formatted: 'Payment 4711 failed', message: 'Payment %s failed', params: ['4711'] },
  exception: {
    values: [
      { type: 'SystemError', value: 'ECONNREFUSED' },
      { type: 'ConnectionError', value: 'no connection' },
      {
        type: 'TypeError',
        value: 'cannot read total',
        stacktrace: {
          frames: [
            { function: 'main', filename: 'src/main.js', lineno: 3, in_app: true },
            { function: 'charge', filename: 'src/payments.js', lineno: 42, in_app: true },
            { function: 'emit', filename: 'node:events', lineno: 517, in_app: false },
          ],
        },
      },
    ],
  },
  tags: { region: 'eu-1', plan: 'pro' },
  release: 'shop@1.4.2',
  environment: 'production',
  breadcrumbs: { values: [{ message: 'a' }, { message: 'b', data: { token: '[Filtered]' } }] },
  extra: { password: '[Filtered]' },
};

describe('an event', () => {
  it('shows what happened, where, why and what was masked', () => {
    expect(renderItem(itemOf('event', ERROR_EVENT), PLAIN)).toBe(
      [
        `${TIME}  error  checkout`,
        '          TypeError: cannot read total',
        '          at charge (src/payments.js:42)',
        '          caused by    ConnectionError, SystemError',
        '          message      Payment 4711 failed',
        '          template     Payment %s failed',
        '          tags         region=eu-1, plan=pro',
        '          release      shop@1.4.2, production',
        '          breadcrumbs  2',
        '          masked       breadcrumbs[1].data.token, extra.password',
        '',
      ].join('\n'),
    );
  });

  it('made of a message shows the message and its template', () => {
    const event = { level: 'warning', logentry: { formatted: 'disk 91 % full', message: 'disk %d %% full' } };
    expect(linesOf(itemOf('event', event))).toEqual(['warning', 'disk 91 % full', 'template     disk %d %% full']);
  });

  it.each<[string, JsonObject, string[]]>([
    ['without anything', {}, ['error', '(no message)']],
    [
      'with the message of an old SDK',
      { message: 'hello' },
      ['error', 'hello', 'a server     would refuse the event for message, which is logentry.fo…'],
    ],
    ['whose message is its template', { logentry: { message: 'hello' } }, ['error', 'hello']],
    [
      'whose message is the error',
      { logentry: { formatted: 'x' }, exception: { values: [{ type: 'E', value: 'x' }] } },
      ['error', 'E: x'],
    ],
    ['with an error without value', { exception: { values: [{ type: 'E', value: '' }] } }, ['error', 'E']],
    [
      'with an error without type',
      { exception: [{ value: 'x' }] },
      ['error', 'Error: x', 'a server     would refuse the event for exception[0], which has no ty…'],
    ],
    [
      'with tags as pairs',
      {
        tags: [
          ['a', 'b'],
          ['c', null],
        ],
      },
      ['error', '(no message)', 'tags         a=b, c='],
    ],
    ['with an environment alone', { environment: 'staging' }, ['error', '(no message)', 'environment  staging']],
    [
      'with frames of others only',
      { exception: { values: [{ type: 'E', stacktrace: { frames: [{ abs_path: '/a.js' }] } }] } },
      ['error', 'E', 'at /a.js'],
    ],
    [
      'with a function without a name',
      {
        exception: {
          values: [{ type: 'E', stacktrace: { frames: [{ function: '?', filename: 'a.js', lineno: 7 }] } }],
        },
      },
      ['error', 'E', 'at a.js:7'],
    ],
    [
      'where every field is of a wrong type',
      { level: {}, logger: [], exception: 7, logentry: 'x', tags: 'x', release: {}, breadcrumbs: null, message: [] },
      [
        'error',
        '(no message)',
        'a server     would refuse the event for level, which is none of fatal…',
        'a server     would refuse the event for message, which is logentry.fo…',
        'a server     would drop logger, which is no text',
        'a server     would drop release, which is no text',
        'a server     would drop logentry, which is no object',
        'a server     would object to 2 more',
      ],
    ],
  ])('%s is shown as far as possible', (_what, event, lines) => {
    expect(linesOf(itemOf('event', event))).toEqual(lines);
  });
});

describe('an event that breaks a rule', () => {
  it.each<[string, JsonObject, string]>([
    ['of a long logger', { logger: 'x'.repeat(65) }, 'cut logger, which is longer than 64 characters'],
    ['of tags', { tags: { 'a\u0000b': 'c' } }, 'drop tags["a\\u0000b"], which has a key with charac…'],
    ['of event ids', { event_id: 'x' }, 'refuse the event for event_id, which is no UUID'],
  ])('%s says what a server would do', (_what, event, text) => {
    expect(linesOf(itemOf('event', event)).at(-1)).toBe(`a server     would ${text}`);
  });

  it('is not blamed for its id where the envelope has a good one', () => {
    const item = { ...itemOf('event', { event_id: 'x' }), envelope: { event_id: '9ec79c33ec9942ab8353589fcb2e04dc' } };
    expect(linesOf(item)).toEqual(['error', '(no message)']);
  });
});

describe('other items', () => {
  it('logs show level and text', () => {
    const items = [
      { level: 'info', body: 'signed in' },
      { level: 'warn', body: 'cache cold', attributes: { token: { value: '[Filtered]', type: 'string' } } },
      { level: 'error', body: 'x'.repeat(200) },
    ];
    expect(linesOf(itemOf('log', { items }))).toEqual([
      'log  3 lines',
      'info   signed in',
      'warn   cache cold',
      `error  ${'x'.repeat(62)}…`,
      'masked       items[1].attributes.token.value',
    ]);
  });

  it('many logs are counted, not all shown', () => {
    const items = Array.from({ length: 25 }, (_, index) => ({ level: 'info', body: `log ${index}` }));
    const lines = linesOf(itemOf('log', { items }));
    expect(lines).toHaveLength(12);
    expect(lines[0]).toBe('log  25 lines');
    expect(lines.slice(-2)).toEqual(['info   log 9', 'and 15 more']);
  });

  it('a client report shows reasons, quantities and categories', () => {
    const discarded_events = [{ reason: 'sample_rate', category: 'error', quantity: 3 }, { reason: 'queue_overflow' }];
    expect(linesOf(itemOf('client_report', { discarded_events }))).toEqual([
      'client report  lost before they were sent',
      'sample_rate × 3 (error)',
      'queue_overflow × ? (?)',
    ]);
  });

  it.each<[string, JsonObject, JsonObject, string]>([
    ['attachment', { filename: 'dump.txt' }, { size: 12 }, 'attachment  dump.txt, 12 bytes'],
    ['session', { length: 80 }, { status: 'ok' }, 'session  80 bytes'],
    ['future', {}, {}, 'future'],
    ['a'.repeat(99), {}, {}, `${'a'.repeat(19)}…`],
  ])('of type %s show what is known of them', (type, header, payload, line) => {
    expect(linesOf(itemOf(type, payload, header))).toEqual([line]);
  });
});

describe('whatever was sent', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.constant('\u001b[2J\r\n\u202e'));
  const field = fc.oneof(text, fc.jsonValue(), fc.array(fc.record({ values: fc.jsonValue(), type: text, body: text })));
  const names = ['level', 'logger', 'message', 'logentry', 'exception', 'tags', 'release', 'breadcrumbs', 'items'];
  const payloads = fc.dictionary(fc.constantFrom(...names, 'discarded_events', 'extra'), field);
  const types = fc.oneof(fc.constantFrom('event', 'log', 'client_report', 'attachment'), text);

  it('is shown on lines that fit the terminal and hold nothing but text', () => {
    fc.assert(
      fc.property(types, payloads, fc.integer({ min: 40, max: 120 }), (type, payload, columns) => {
        const item = itemOf(type, payload, { filename: payload['message'] });
        const plain = renderItem(item, viewFor({ columns }, {}));
        for (const line of plain.slice(0, -1).split('\n')) {
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
          expect([...line].length).toBeLessThanOrEqual(columns);
        }
        expect(stripVTControlCharacters(renderItem(item, viewFor({ columns, isTTY: true }, {})))).toBe(plain);
      }),
    );
  });
});

describe('viewFor', () => {
  it.each([
    ['a terminal', { isTTY: true }, {}, true],
    ['a terminal with an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, true],
    ['a terminal with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
    ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
    ['a pipe', {}, {}, false],
  ])('gives %s the colours it wants', (_what, stream, env, coloured) => {
    expect(viewFor(stream, env).paint('red', 'x') !== 'x').toBe(coloured);
  });

  it.each([
    [undefined, 80],
    [10, 40],
    [100, 100],
    [500, 120],
  ])('makes of %s columns a width of %i', (columns, width) => {
    expect(viewFor({ columns }, {}).width).toBe(width);
  });

  it('colours levels by their weight', () => {
    const headings = ['fatal', 'warning', 'info', 'debug'].map(
      (level) => renderItem(itemOf('event', { level }), COLOURED).split('\n')[0]?.split('  ')[1],
    );
    expect(headings).toEqual([
      '\u001b[31mfatal\u001b[39m',
      '\u001b[33mwarning\u001b[39m',
      '\u001b[34minfo\u001b[39m',
      '\u001b[2mdebug\u001b[22m',
    ]);
  });
});
