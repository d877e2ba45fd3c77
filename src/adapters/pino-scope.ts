import { currentScope } from '../client/process-state.js';
import { Scope } from '../client/scope.js';
import type { ScopeContent } from '../event/scope-content.js';
import { errorId } from './pino-error-id.js';
import { DEFAULT_KEYS, errorKeyOf } from './pino-logger.js';
import { findRaw } from './pino-raw-error.js';

/** The one key that jackdaw adds to lines. */
export const SCOPE_KEY = 'jackdaw';

/** What a line tells of the scope it was written in: ids and tags. Every target of the logger sees it. */
export interface CarriedScope {
  readonly trace_id: string;
  readonly span_id: string;
  readonly tags?: Readonly<Record<string, unknown>>;
  /** In a scope that ends with a request. */
  readonly request?: true;
  /** Beside an Error: which one. */
  readonly error_id?: string;
}

/** Scopes of other threads that are remembered at once: requests under way, in practice. */
const MAX_SCOPES = 200;

const carried = new WeakMap<ScopeContent, CarriedScope>();

/**
 * For pino's `mixin`: writes ids and tags of the running scope into each line, under the one key `jackdaw`, because a
 * worker cannot see the scope of the thread that logs; and beside an Error an id, for a worker cannot see either that it
 * is told of the same Error again. User, extra and contexts stay out of the lines, which all other targets see as well.
 * Not needed in process.
 *
 * @example pino({ mixin: jackdaw.scopeMixin, transport: { target: 'jackdaw/pino', options: { dsn } } })
 */
export function scopeMixin(fields?: object, _level?: number, logger?: object): { [SCOPE_KEY]: CarriedScope } {
  const scope = currentScope();
  const { traceId, spanId } = scope.trace;
  const { content } = scope;
  let known = carried.get(content);
  if (known === undefined) {
    const { tags } = content;
    known = {
      trace_id: traceId,
      span_id: spanId,
      ...(scope.isRequest ? { request: true } : {}),
      ...(Object.keys(tags).length > 0 ? { tags } : {}),
    };
    carried.set(content, known);
  }
  // pino merges the call's fields into the object it gets here.
  const found = findRaw(fields, logger === undefined ? DEFAULT_KEYS.errorKey : errorKeyOf(logger));
  return { [SCOPE_KEY]: found === undefined ? known : { ...known, error_id: errorId(found.error) } };
}

/** What a line carries; undefined where it carries nothing that could be ours. */
export function carriedScope(value: unknown): CarriedScope | undefined {
  const { trace_id, span_id, request, tags, error_id } = (value ?? {}) as Partial<Record<keyof CarriedScope, unknown>>;
  if (!isId(trace_id, 32) || !isId(span_id, 16)) return undefined;
  const hasTags = tags !== null && typeof tags === 'object' && !Array.isArray(tags);
  return {
    trace_id,
    span_id,
    ...(request === true ? { request } : {}),
    ...(hasTags ? { tags: tags as Record<string, unknown> } : {}),
    ...(typeof error_id === 'string' ? { error_id } : {}),
  };
}

/** The scopes of the threads that log, as the worker sees them: each with breadcrumbs of its own. */
export class CarriedScopes {
  /** By trace id, the one used last at the end. */
  readonly #scopes = new Map<string, Scope>();

  scopeOf({ trace_id, span_id, request }: CarriedScope): Scope {
    let scope = this.#scopes.get(trace_id);
    if (scope === undefined) {
      scope = new Scope(request === true);
      scope.adoptTrace({ traceId: trace_id, spanId: span_id });
    }
    this.#scopes.delete(trace_id);
    this.#scopes.set(trace_id, scope);
    for (const oldest of this.#scopes.keys()) {
      if (this.#scopes.size <= MAX_SCOPES) break;
      this.#scopes.delete(oldest);
    }
    return scope;
  }
}

function isId(value: unknown, length: number): value is string {
  return typeof value === 'string' && value.length === length && /^[0-9a-f]+$/.test(value);
}
