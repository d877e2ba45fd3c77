import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { CarriedScopes, carriedScope, scopeMixin } from '../../src/adapters/pino-scope.js';
import { processState } from '../../src/client/process-state.js';
import { runInScope, scope } from '../../src/client/run-in-scope.js';

const ids = { trace_id: '0123456789abcdef'.repeat(2), span_id: 'fedcba9876543210' };

/** The line that a logger with the mixin writes here. */
function line(fields: object = {}): Record<string, unknown> {
  const lines: string[] = [];
  pino({ mixin: scopeMixin }, { write: (text) => void lines.push(text) }).info(fields, 'text');
  return JSON.parse(lines[0] ?? '');
}

describe('scopeMixin', () => {
  it('writes ids and tags of the running scope under one key, and nothing else', () => {
    runInScope(() => {
      scope.setTag('tenant', 'acme');
      scope.setUser({ id: 'u-7', email: 'ann@example.com' });
      scope.setExtra('cart', 'full');
      scope.setContext('order', { id: 4711 });
      scope.setTransaction('GET /orders/4711');
      const { traceId, spanId } = processState().activeScope.getStore()?.trace ?? {};
      expect(line()['jackdaw']).toEqual({
        trace_id: traceId,
        span_id: spanId,
        request: true,
        tags: { tenant: 'acme' },
      });
    });
  });

  it('does not call it a request outside of one, where a scope lasts as long as the process', () => {
    expect(line()['jackdaw']).not.toHaveProperty('request');
  });

  it('writes the same id beside the same Error, at whatever key, and another beside another', () => {
    const idOf = (fields: object): unknown => carriedScope(line(fields)['jackdaw'])?.error_id;
    const error = new Error('no stock');
    const ids = [idOf(error), idOf({ err: error }), idOf({ failure: error }), idOf({ err: new Error('no stock') })];
    expect(ids[0]).toEqual(expect.any(String));
    expect(new Set(ids)).toEqual(new Set([ids[0], ids[3]]));
    expect(ids[3]).not.toBe(ids[0]);
    expect(idOf({ order: 1 })).toBeUndefined();
  });

  it('writes the same ids within a scope, and others in another', () => {
    const traceOf = (): unknown => carriedScope(line()['jackdaw'])?.trace_id;
    const [first, second, other] = [...runInScope(() => [traceOf(), traceOf()]), runInScope(traceOf)];
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });

  it('hands out an object that pino may change', () => {
    expect(line({ order: 1 })).toMatchObject({ order: 1 });
    expect(line()).not.toHaveProperty('order');
  });

  it('sees tags that are set between two lines', () => {
    runInScope(() => {
      line();
      scope.setTag('step', 2);
      expect(line()['jackdaw']).toMatchObject({ tags: { step: 2 } });
    });
  });
});

describe('the scope in a line', () => {
  it('is read back', () => {
    expect(carriedScope(ids)).toEqual(ids);
    expect(carriedScope({ ...ids, tags: { a: 1 }, more: 2 })).toEqual({ ...ids, tags: { a: 1 } });
  });

  it.each([
    undefined,
    null,
    'text',
    7,
    [],
    {},
    { trace_id: ids.trace_id },
    { ...ids, span_id: 'g'.repeat(16) },
    { ...ids, trace_id: 7 },
  ])('is not seen in %j', (value) => {
    expect(carriedScope(value)).toBeUndefined();
  });

  it.each([null, 'text', ['a'], 7])('has no tags where they are %j', (tags) => {
    expect(carriedScope({ ...ids, tags })).toEqual(ids);
  });

  it('leads to the same scope again, of which only the last used are kept', () => {
    const scopes = new CarriedScopes();
    const idsOf = (n: number) => ({ ...ids, trace_id: n.toString(16).padStart(32, '0') });
    const first = scopes.scopeOf(idsOf(0));
    expect(first.trace).toEqual({ traceId: idsOf(0).trace_id, spanId: ids.span_id });
    const second = scopes.scopeOf(idsOf(1));
    for (let n = 2; n < 200; n++) scopes.scopeOf(idsOf(n));
    expect(scopes.scopeOf(idsOf(0))).toBe(first);
    scopes.scopeOf(idsOf(200));
    expect(scopes.scopeOf(idsOf(0))).toBe(first);
    expect(scopes.scopeOf(idsOf(1))).not.toBe(second);
  });
});
