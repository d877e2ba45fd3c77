import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClient, runInScope, scope } from '../../src/index.js';
import { checkEvent } from '../../src/protocol/check-event.js';
import { describeFinding } from '../../src/protocol/finding.js';
import { memoryTransport } from '../../src/testing.js';

const GOOD = { event_id: '9ec79c33ec9942ab8353589fcb2e04dc', timestamp: 1_700_000_000.5, platform: 'node' };
const FRAME = { filename: 'a.js', lineno: 1, colno: 1 };

function deep(levels: number): unknown {
  return levels === 0 ? 1 : { a: deep(levels - 1) };
}

describe('an event without a finding', () => {
  it.each<[string, object]>([
    ['is the least there is', {}],
    ['has its id with dashes', { event_id: '9ec79c33-ec99-42ab-8353-589fcb2e04dc' }],
    ['has its time as text', { timestamp: '2026-01-02T03:04:05.678Z' }],
    [
      'has texts that just fit',
      { logger: 'x'.repeat(64), server_name: 'x'.repeat(256), logentry: { formatted: '😀'.repeat(8_192) } },
    ],
    ['has names as they should be', { release: 'shop@1.2.3+a', environment: 'pre-production', dist: 'a_1.2-b' }],
    [
      'has tags of both kinds',
      {
        tags: [
          ['a.b:c-d_e', 'x'],
          ['a b', null],
        ],
      },
    ],
    [
      'has lists of both kinds',
      { exception: [{ type: 'E' }], breadcrumbs: { values: [{ message: 'a', level: 'info' }] } },
    ],
    [
      'has a stack',
      {
        exception: {
          values: [{ type: 'E', value: '', stacktrace: { frames: [FRAME] }, mechanism: { type: 'generic' } }],
        },
      },
    ],
    [
      'has a stack without an error',
      { threads: { values: [{ current: true, stacktrace: { frames: [{ function: 'f' }] } }] } },
    ],
    ['has data that just fits', { extra: { a: deep(7) }, request: { data: 'x' }, contexts: { app: { a: 1 } } }],
    ['has a trace', { contexts: { trace: { trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) } } }],
    [
      'has a null for nothing',
      { tags: null, extra: null, user: null, exception: null, logentry: null, sdk: null, modules: null },
    ],
  ])('%s', (_what, fields) => {
    expect(checkEvent({ ...GOOD, ...fields })).toEqual([]);
  });

  it('is what a client makes of a rich record', async () => {
    const transport = memoryTransport();
    const client = createClient({
      dsn: 'https://key@sentry.example.com/1',
      transport,
      release: 'shop@1.2.3',
      processHooks: false,
      tags: { region: 'eu-1', shard: 7 },
    });
    await runInScope(async () => {
      scope.setUser({ id: 1, email: 'bob@example.com' });
      scope.setContext('order', { id: 4_711, lines: [{ sku: 'a' }] });
      client.addBreadcrumb({ message: 'signed in', category: 'auth', level: 'info', data: { ms: 12 } });
      client.captureRecord({
        level: 'error',
        levelName: 'error',
        time: Date.now(),
        message: 'order 7 failed',
        template: 'order %d failed',
        params: [7],
        error: new TypeError('no stock', { cause: new Error('disk full') }),
        logger: 'checkout',
        data: { order: { id: 7 }, list: [1, 2], missing: undefined },
        context: {
          tags: { 'a b': true },
          fingerprint: ['a', 'b'],
          request: { method: 'GET', url: 'http://host/a?b=c', headers: {} },
        },
        origin: 'test',
      });
    });
    await client.close();
    const [event] = transport.events;
    expect(event).toMatchObject({ exception: { values: expect.any(Array) } });
    expect(checkEvent(JSON.parse(JSON.stringify(event)))).toEqual([]);
  });
});

describe('an event that breaks one rule', () => {
  it.each<[object, string]>([
    [{ event_id: undefined }, 'fill in event_id, which is missing'],
    [{ event_id: 'abc' }, 'refuse the event for event_id, which is no UUID'],
    [{ event_id: 7 }, 'refuse the event for event_id, which is no UUID'],
    [{ timestamp: undefined }, 'fill in timestamp, which is missing'],
    [{ timestamp: 'yesterday' }, 'replace timestamp, which is neither seconds since the epoch nor RFC 3339'],
    [{ timestamp: -1 }, 'replace timestamp, which is neither seconds since the epoch nor RFC 3339'],
    [{ platform: undefined }, 'fill in platform, which is missing'],
    [{ platform: 7 }, 'drop platform, which is no text'],
    [{ level: 'warn' }, 'refuse the event for level, which is none of fatal, error, warning, info, debug'],
    [{ level: 'trace' }, 'refuse the event for level, which is none of fatal, error, warning, info, debug'],
    [{ logger: 'x'.repeat(65) }, 'cut logger, which is longer than 64 characters'],
    [{ logger: 'a\nb' }, 'drop logger, which has a line end'],
    [{ logger: {} }, 'drop logger, which is no text'],
    [{ transaction: 'x'.repeat(201) }, 'cut transaction, which is longer than 200 characters'],
    [{ server_name: 'x'.repeat(257) }, 'cut server_name, which is longer than 256 characters'],
    [{ release: 'a/b' }, 'drop release, which has a slash, a tab or a line end, or is nothing but dots'],
    [{ release: '..' }, 'drop release, which has a slash, a tab or a line end, or is nothing but dots'],
    [{ release: 'x'.repeat(201) }, 'cut release, which is longer than 200 characters'],
    [{ dist: 'a b' }, 'drop dist, which has characters other than letters, digits, dot, dash and underscore'],
    [{ environment: 'my stage' }, 'drop environment, which has a space, a slash or a line end'],
    [{ message: 'hello' }, 'refuse the event for message, which is logentry.formatted nowadays'],
    [{ culprit: 'x' }, 'drop culprit, which is transaction nowadays'],
    [{ stacktrace: {} }, 'drop stacktrace, which belongs to an exception or a thread'],
    [{ type: 'transaction' }, 'drop type, which belongs to transactions'],
    [{ logentry: 'x' }, 'drop logentry, which is no object'],
    [{ logentry: {} }, 'drop logentry, which has neither formatted nor message'],
    [{ logentry: { formatted: 'x'.repeat(8_193) } }, 'cut logentry.formatted, which is longer than 8192 characters'],
    [{ logentry: { message: 7 } }, 'drop logentry.message, which is no text'],
    [{ logentry: { message: 'a', params: 'b' } }, 'drop logentry.params, which is neither a list nor an object'],
    [{ exception: 7 }, 'drop exception, which is no list'],
    [{ exception: [{}] }, 'drop exception[0], which has neither type nor value'],
    [{ exception: [7] }, 'drop exception[0], which has neither type nor value'],
    [{ exception: { values: [{ value: 'x' }] } }, 'refuse the event for exception[0], which has no type'],
    [{ exception: [{ type: 'E', mechanism: {} }] }, 'drop exception[0].mechanism, which has no type'],
    [{ exception: [{ type: 'E', stacktrace: { frames: [] } }] }, 'drop exception[0].stacktrace, which has no frames'],
    [
      { exception: [{ type: 'E', stacktrace: { frames: [{ lineno: 1 }] } }] },
      'drop exception[0].stacktrace.frames[0], which has neither filename nor function',
    ],
    [
      { exception: [{ type: 'E', stacktrace: { frames: [7] } }] },
      'drop exception[0].stacktrace.frames[0], which is no object',
    ],
    [
      { exception: [{ type: 'E', stacktrace: { frames: [{ ...FRAME, lineno: 1.5 }] } }] },
      'drop exception[0].stacktrace.frames[0].lineno, which is no number of a line or column',
    ],
    [
      { exception: [{ type: 'E', stacktrace: { frames: Array.from({ length: 51 }, () => FRAME) } }] },
      'cut exception[0].stacktrace.frames, which has more than 50 frames',
    ],
    [{ threads: [7] }, 'drop threads[0], which is no object'],
    [{ threads: [{ stacktrace: {} }] }, 'drop threads[0].stacktrace, which has no frames'],
    [{ breadcrumbs: 'x' }, 'drop breadcrumbs, which is no list'],
    [{ breadcrumbs: [7] }, 'drop breadcrumbs[0], which is no object'],
    [
      { breadcrumbs: [{}, { level: 'warn' }] },
      'refuse the event for breadcrumbs[1].level, which is none of fatal, error, warning, info, debug',
    ],
    [
      { breadcrumbs: [{ category: 'x'.repeat(129) }] },
      'cut breadcrumbs[0].category, which is longer than 128 characters',
    ],
    [
      { breadcrumbs: [{ timestamp: 'x' }] },
      'replace breadcrumbs[0].timestamp, which is neither seconds since the epoch nor RFC 3339',
    ],
    [{ breadcrumbs: [{ data: 'x' }] }, 'drop breadcrumbs[0].data, which is no object'],
    [{ breadcrumbs: [{ data: { a: 'x'.repeat(2_048) } }] }, 'cut breadcrumbs[0].data, which is larger than 2 KiB'],
    [{ breadcrumbs: [{ data: deep(6) }] }, 'cut breadcrumbs[0].data, which is nested deeper than 5'],
    [{ tags: 'x' }, 'drop tags, which is neither an object nor a list of pairs'],
    [{ tags: { a: 1 } }, 'refuse the event for tags.a, which is no text'],
    [{ tags: { a: {} } }, 'drop tags.a, which is no text'],
    [{ tags: { a: 'x'.repeat(201) } }, 'cut tags.a, which is longer than 200 characters'],
    [{ tags: { a: 'b\nc' } }, 'drop tags.a, which has a line end'],
    [
      { tags: { 'a/b': 'c' } },
      'drop tags["a/b"], which has a key with characters other than letters, digits, _ . : and -',
    ],
    [{ tags: [['a'.repeat(201), 'b']] }, 'drop tags[0], which has a key longer than 200 characters'],
    [{ tags: [['a']] }, 'drop tags[0], which is no pair of a key and a value'],
    [{ user: 'bob' }, 'drop user, which is no object'],
    [{ request: [] }, 'drop request, which is no object'],
    [{ request: { data: 'x'.repeat(8_192) } }, 'cut request.data, which is larger than 8 KiB'],
    [{ extra: 'x' }, 'drop extra, which is no object'],
    [{ extra: { 'a b': 'x'.repeat(16_384) } }, 'cut extra["a b"], which is larger than 16 KiB'],
    [{ extra: { a: deep(8) } }, 'cut extra.a, which is nested deeper than 7'],
    [
      { extra: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [index, 'x'.repeat(15_000)])) },
      'cut extra, which is larger than 256 KiB',
    ],
    [{ contexts: { app: 7 } }, 'drop contexts.app, which is no object'],
    [{ contexts: { app: { a: 'x'.repeat(8_192) } } }, 'cut contexts.app, which is larger than 8 KiB'],
    [
      { contexts: { trace: { trace_id: 'x', span_id: 'b'.repeat(16) } } },
      'drop contexts.trace.trace_id, which is not 32 hex digits',
    ],
    [{ contexts: { trace: { trace_id: 'a'.repeat(32) } } }, 'drop contexts.trace, which has no span_id'],
    [{ modules: { a: 1 } }, 'drop modules.a, which is no text'],
    [{ modules: { a: 'x'.repeat(8_192) } }, 'cut modules, which is larger than 8 KiB'],
    [{ fingerprint: 'x' }, 'drop fingerprint, which is no list'],
    [{ fingerprint: ['a', 7] }, 'drop fingerprint[1], which is no text'],
    [{ sdk: { name: 'a' } }, 'drop sdk, which has no name or no version'],
    [{ a: '\ud800' }, 'refuse the event, which cannot be read: a string with a lone surrogate'],
    [{ a: deep(200) }, 'refuse the event, which cannot be read: nested deeper than 128'],
    [{ a: 'x'.repeat(2 ** 20) }, 'refuse the event, which is larger than 1 MiB'],
  ])('%.60j: a server would %s', (fields, text) => {
    expect(checkEvent({ ...GOOD, ...fields }).map(describeFinding)).toEqual([text]);
  });
});

it('whatever is given, each finding names a place and nothing throws', () => {
  const names = [
    'event_id',
    'level',
    'tags',
    'extra',
    'contexts',
    'exception',
    'threads',
    'breadcrumbs',
    'request',
    'user',
  ];
  const field = fc.oneof(
    fc.jsonValue({ depthSize: 'medium' }),
    fc.record({ values: fc.jsonValue() }),
    fc.array(fc.jsonValue()),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), field), (event) => {
      const before = JSON.stringify(event);
      for (const finding of checkEvent(event as Record<string, unknown>)) {
        expect(describeFinding(finding)).toMatch(/^(?:refuse|drop|cut|replace|fill in) .+, which /s);
      }
      expect(JSON.stringify(event)).toBe(before);
    }),
  );
});
