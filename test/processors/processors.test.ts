import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dedupe } from '../../src/processors/dedupe.js';
import { dropLocalVariables } from '../../src/processors/drop-local-variables.js';
import { dropRequestBody } from '../../src/processors/drop-request-body.js';
import { ignore } from '../../src/processors/ignore.js';
import type { Processor } from '../../src/processors/processor.js';
import { sample } from '../../src/processors/sample.js';
import { sanitizeKeys } from '../../src/processors/sanitize-keys.js';
import { sanitizeValues } from '../../src/processors/sanitize-values.js';
import { SECTIONS } from '../../src/processors/sections.js';
import type { ErrorEvent } from '../../src/protocol/event.js';
import { logRecord, memoryClient } from '../support/memory-client.js';

const BASE: ErrorEvent = { event_id: 'a'.repeat(32), timestamp: 1_700_000_000, platform: 'node' };

/** An event that carries one value in every place that is for data. */
function eventWith(value: unknown, key = 'field'): ErrorEvent {
  const data = { [key]: value };
  return {
    ...BASE,
    extra: { ...data, deep: [{ ...data }] },
    contexts: { mine: { ...data } },
    user: { id: 'u', ...data },
    tags: { [key]: String(value) },
    request: { method: 'POST', data: { ...data }, headers: { ...data }, env: { ...data } },
    breadcrumbs: { values: [{ message: 'm', data: { ...data } }] },
    exception: { values: [{ type: 'E', stacktrace: { frames: [{ function: 'f', vars: { ...data } }] } }] },
    logentry: { formatted: 'f', params: [{ ...data }] },
  };
}

const run = (processor: Processor, event: ErrorEvent): ErrorEvent => {
  const result = processor(event, {});
  if (result === null) throw new Error('it was dropped');
  return result;
};

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>;
const object = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), json, { maxKeys: 5 });
const events: fc.Arbitrary<ErrorEvent> = fc
  .record({ extra: object, user: object, breadcrumb: object, request: object, vars: object })
  .map(({ extra, user, breadcrumb, request, vars }) => ({
    ...BASE,
    extra,
    user,
    breadcrumbs: { values: [{ data: breadcrumb }] },
    request: { method: 'POST', data: request },
    exception: { values: [{ type: 'E', value: 'v', stacktrace: { frames: [{ function: 'f', vars }, {}] } }, {}] },
  }));

const ALL: readonly [string, () => Processor][] = [
  ['dropLocalVariables', () => dropLocalVariables],
  ['dropRequestBody', () => dropRequestBody],
  ['sanitizeKeys', () => sanitizeKeys(['iban'])],
  ['sanitizeValues', () => sanitizeValues([/\bCUST-\d+\b/])],
  ['ignore', () => ignore(['Other', /never/])],
  ['sample', () => sample(1)],
  ['dedupe', () => dedupe()],
];

describe.each(ALL)('%s', (name, make) => {
  it('bears its name, for warnings', () => {
    expect(make().name).toBe(name);
  });

  it('a second time changes nothing more', () => {
    const processor = make();
    fc.assert(
      fc.property(events, (event) => {
        const once = run(processor, structuredClone(event));
        expect(run(processor, structuredClone(once))).toEqual(once);
      }),
    );
  });

  it('leaves what is not for data as it is, and adds no field', () => {
    fc.assert(
      fc.property(events, (event) => {
        const result = run(make(), structuredClone(event));
        expect(result).toMatchObject(BASE);
        expect(Object.keys(result).sort()).toEqual(Object.keys(event).sort());
      }),
    );
  });

  it('takes an event that has nothing', () => {
    expect(run(make(), { ...BASE })).toEqual(BASE);
  });
});

describe('dropRequestBody', () => {
  it('removes the body and nothing else', () => {
    fc.assert(
      fc.property(events, (event) => {
        const { data: _body, ...others } = event.request ?? {};
        expect(run(dropRequestBody, structuredClone(event))).toEqual({ ...event, request: others });
      }),
    );
  });
});

describe('dropLocalVariables', () => {
  it('removes the variables of all frames of all errors and nothing else', () => {
    fc.assert(
      fc.property(events, (event) => {
        const left = run(dropLocalVariables, structuredClone(event));
        expect(JSON.stringify(left.exception)).not.toContain('"vars"');
        expect({ ...left, exception: event.exception }).toEqual(event);
        expect(left.exception?.values[0]?.stacktrace?.frames).toEqual([{ function: 'f' }, {}]);
      }),
    );
  });
});

describe('sanitizeKeys', () => {
  it.each(['iban', 'IBAN', 'customerIban', 'customer_iban', 'iban-number'])('masks %s in every place', (key) => {
    const clean = JSON.stringify(run(sanitizeKeys(['iban']), eventWith('DE02120300000000202051', key)));
    expect(clean).not.toContain('DE0212');
    expect(clean.split('[Filtered]').length - 1).toBe(11);
  });

  it('masks no key that only contains the letters', () => {
    const event = eventWith('kept', 'discard');
    expect(run(sanitizeKeys(['card']), structuredClone(event))).toEqual(event);
  });

  it('does not change the event it is given', () => {
    const event = eventWith('DE02', 'iban');
    const before = structuredClone(event);
    run(sanitizeKeys(['iban']), event);
    expect(event).toEqual(before);
  });

  it.each([[undefined], [null], ['iban'], [[]], [['']], [[5]], [[/iban/]]])('refuses %o', (keys) => {
    expect(() => sanitizeKeys(keys as string[])).toThrow(TypeError);
  });
});

describe('sanitizeValues', () => {
  const text = fc.string({ unit: fc.constantFrom('C', '1', '-', ' ', 'a') });

  it('leaves no match in any place for data, and only the match is replaced', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const value = `${before} CUST-123456 ${after}`;
        const clean = run(sanitizeValues([/CUST-\d{6}/]), eventWith(value));
        for (const section of SECTIONS) expect(JSON.stringify(clean[section]) ?? '').not.toContain('CUST-123456');
        expect(clean.extra).toMatchObject({ field: `${before} [Filtered] ${after}` });
      }),
    );
  });

  it.each(['', 'g', 'y', 'gy', 'i'])('with the flags "%s" replaces every match, at every call', (flags) => {
    const pattern = new RegExp('CUST-\\d', flags);
    pattern.lastIndex = 5;
    const processor = sanitizeValues([pattern]);
    for (let call = 0; call < 3; call += 1) {
      expect(run(processor, eventWith('a CUST-1 b CUST-2')).extra?.['field']).toBe('a [Filtered] b [Filtered]');
    }
    expect(pattern.lastIndex).toBe(5);
  });

  it('writes the mask as it is, dollar signs included', () => {
    expect(run(sanitizeValues([/CUST/], "$&$1$'"), eventWith('a CUST b')).extra?.['field']).toBe("a $&$1$' b");
  });

  it.each([[undefined], [null], [/a/], [[]], [['a']], [[/a/, 'b']]])('refuses %o', (patterns) => {
    expect(() => sanitizeValues(patterns as RegExp[])).toThrow(TypeError);
  });
});

it('all four work in a client, in a row', async () => {
  const { client, event } = memoryClient({ processors: ALL.map(([, make]) => make()) });
  client.captureMessage('order of CUST-17', 'error', {
    extra: { iban: 'DE02' },
    request: { method: 'POST', url: '/orders', body: { note: 'body' } },
  });
  expect(event()).toMatchObject({
    logentry: { formatted: 'order of [Filtered]' },
    extra: { iban: '[Filtered]' },
    request: { method: 'POST' },
  });
  expect(event().request).not.toHaveProperty('data');
  await client.close();
});

describe('ignore', () => {
  it('drops events by the error they show, or by their text', () => {
    const processors = [ignore(['TypeError', '*hang up'])];
    const { client, events } = memoryClient({ processors });
    client.captureException(new TypeError('no reply'));
    client.captureException(new RangeError('no reply', { cause: new TypeError('no reply') }));
    client.captureMessage('socket hang up');
    client.captureMessage('socket hung up');
    expect(events()).toHaveLength(2);
    expect(client.stats().dropped).toEqual({ event_processor: { error: 2 } });
  });

  it('sees what the processors in front of it have made of the event', () => {
    const rename: Processor = (event) => ({ ...event, exception: { values: [{ type: 'Renamed', value: 'v' }] } });
    const { client, events } = memoryClient({ processors: [rename, ignore(['Renamed: v'])] });
    client.captureException(new TypeError('no reply'));
    expect(events()).toEqual([]);
  });

  it('is asked with the error itself; what throws there drops the event, as in every processor', () => {
    const error = new TypeError('no reply');
    const asked: unknown[] = [];
    const predicate = (given: unknown): boolean => {
      asked.push(given);
      throw new Error('a mistake');
    };
    const errors: Error[] = [];
    const { client, events } = memoryClient({ processors: [ignore([predicate])], onError: (one) => errors.push(one) });
    client.captureException(error);
    expect(asked).toEqual([error]);
    expect(events()).toEqual([]);
    expect(errors).toMatchObject([{ message: 'processor ignore threw' }]);
  });

  it('refuses what is no list', () => {
    expect(() => ignore('TypeError' as never)).toThrow(TypeError);
  });
});

describe('sample', () => {
  it('keeps the share', () => {
    const numbers = [0, 0.24, 0.25, 0.99];
    const processor = sample(0.25, () => numbers.shift() ?? 1);
    const kept = [1, 2, 3, 4].map(() => processor({ ...BASE }, {}) !== null);
    expect(kept).toEqual([true, true, false, false]);
  });

  it.each([-0.1, 1.1, Number.NaN, 'all'])('refuses %o', (rate) => {
    expect(() => sample(rate as number)).toThrow(RangeError);
  });
});

describe('dedupe', () => {
  afterEach(() => vi.restoreAllMocks());

  it('drops what has passed within the time, by the Error or by that of which the host made a copy', () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    const processor = dedupe(1_000);
    const error = new Error('no stock');
    const copied = { originalException: new Error('a copy'), record: logRecord({ errorIdentity: error }) };
    expect(processor({ ...BASE }, { originalException: error })).not.toBeNull();
    clock.mockReturnValue(999);
    expect(processor({ ...BASE }, { originalException: error })).toBeNull();
    expect(processor({ ...BASE }, copied)).toBeNull();
    expect(processor({ ...BASE }, { originalException: new Error('no stock') })).not.toBeNull();
    clock.mockReturnValue(1_000);
    expect(processor({ ...BASE }, { originalException: error })).not.toBeNull();
  });

  it('keeps what has no identity', () => {
    const processor = dedupe();
    for (const originalException of ['text', undefined, null, 5]) {
      expect(processor({ ...BASE }, { originalException })).not.toBeNull();
      expect(processor({ ...BASE }, { originalException })).not.toBeNull();
    }
  });

  it.each([0, -1, Number.NaN, 'x'])('refuses %o', (withinMs) => {
    expect(() => dedupe(withinMs as number)).toThrow(RangeError);
  });
});
