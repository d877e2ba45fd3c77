import { randomBytes } from 'node:crypto';
import type { KeptBreadcrumb } from '../event/build-breadcrumb.js';
import { isRepeated } from '../event/repeated-breadcrumb.js';
import { readRequest } from '../event/request.js';
import { plainText, type ScopeContent } from '../event/scope-content.js';
import type { User } from '../protocol/event.js';
import { type Level, levelFromName } from '../protocol/level.js';
import { readTraceHeader, type Trace } from '../protocol/trace.js';
import { Ring } from './breadcrumbs.js';
import { snapshot, textOf } from './snapshot.js';
import type { World } from './world.js';

const EMPTY: ScopeContent = Object.freeze({ tags: {}, extra: {}, contexts: {} });

/**
 * What is known about the running request or the whole process: user, tags, extra, contexts, breadcrumbs.
 *
 * Forks are cheap: content is replaced, never changed in place, and breadcrumb rings are shared until one side writes.
 * Nothing here is scrubbed yet; each client does that by its own rules when an event goes out.
 */
export class Scope {
  /**
   * Whether it ends with a request or a job; else it lasts as long as a process.
   * @internal
   */
  readonly isRequest: boolean;
  #content: ScopeContent = EMPTY;
  #rings = new Map<string, { ring: Ring<KeptBreadcrumb>; shared: boolean }>();

  /** @internal */
  constructor(isRequest = false) {
    this.isRequest = isRequest;
  }

  /** Who is affected; null removes. */
  setUser(user: User | null): void {
    this.#set({ user: isAbsent(user) ? undefined : asObject(user) });
  }

  /** A tag to search for; the value becomes text. */
  setTag(key: string, value: string | number | boolean): void {
    this.setTags({ [key]: value });
  }

  setTags(tags: Readonly<Record<string, string | number | boolean>>): void {
    this.#set({ tags: { ...this.#content.tags, ...asObject(tags) } });
  }

  /** Any data to show beside the event. */
  setExtra(key: string, value: unknown): void {
    this.setExtras({ [key]: value });
  }

  setExtras(extras: Readonly<Record<string, unknown>>): void {
    this.#set({ extra: { ...this.#content.extra, ...asObject(extras) } });
  }

  /** A named group of data; null removes it. */
  setContext(name: string, context: Readonly<Record<string, unknown>> | null): void {
    const { [name]: _old, ...others } = this.#content.contexts;
    this.#set({ contexts: isAbsent(context) ? others : { ...others, ...asObject({ [name]: context }) } });
  }

  /** Overrides how the server groups events; null removes. `{{ default }}` stands for the server's own grouping. */
  setFingerprint(fingerprint: readonly string[] | null): void {
    const copy = snapshot(fingerprint);
    this.#set({ fingerprint: Array.isArray(copy) ? copy.map(plainText) : undefined });
  }

  /** The level of events that bring none of their own; null removes, an unknown word is ignored. */
  setLevel(level: Level | null): void {
    this.#set({ level: typeof level === 'string' ? levelFromName(level) : undefined });
  }

  /** The route or task that is running; null removes. */
  setTransaction(name: string | null): void {
    this.#set({ transaction: isAbsent(name) ? undefined : textOf(name) });
  }

  /**
   * The HTTP request that is being served, a `http.IncomingMessage` or an object with method, url and headers, as it is
   * now; null removes.
   */
  setRequest(request: object | null): void {
    const fields = readRequest(request, false);
    this.#set({ request: fields && asObject(fields) });
  }

  /** Goes on with the trace of a caller, by its header `traceparent` or `sentry-trace`; any other text changes nothing. */
  continueTrace(header: string | undefined): void {
    const caller = readTraceHeader(header);
    if (caller === undefined) return;
    this.#set({ trace: { traceId: caller.traceId, spanId: newTrace().spanId, parentSpanId: caller.spanId } });
  }

  /** Forgets everything, breadcrumbs included. */
  clear(): void {
    this.#content = EMPTY;
    this.#rings.clear();
  }

  /** @internal */
  get content(): ScopeContent {
    return this.#content;
  }

  /** The ids that link what happens in this scope. */
  get trace(): Trace {
    if (this.#content.trace === undefined) this.#set({ trace: newTrace() });
    return this.#content.trace ?? newTrace();
  }

  /**
   * Takes over the ids of a scope that lives in another thread or process.
   * @internal
   */
  adoptTrace(trace: Trace): void {
    this.#set({ trace });
  }

  /** @internal */
  addBreadcrumb(dsn: string, breadcrumb: KeptBreadcrumb, capacity: number): void {
    let kept = this.#rings.get(dsn);
    if (kept === undefined || kept.shared) {
      kept = { ring: kept?.ring.clone() ?? new Ring(capacity), shared: false };
      this.#rings.set(dsn, kept);
    }
    const { ring } = kept;
    const { newest } = ring;
    if (newest !== undefined && isRepeated(newest, breadcrumb)) {
      // Not the other way round: forks of this scope may have the one before.
      breadcrumb.count = newest.count + 1;
      ring.replaceNewest(breadcrumb);
    } else {
      ring.add(breadcrumb);
    }
  }

  /** @internal */
  breadcrumbs(dsn: string): KeptBreadcrumb[] {
    return this.#rings.get(dsn)?.ring.toArray() ?? [];
  }

  /**
   * A scope that starts with what this one knows now; neither sees what the other learns later.
   *
   * @param trace the ids it goes on with; without them it is a request of its own, and begins a trace
   * @internal
   */
  fork(trace?: Trace): Scope {
    const child = new Scope(trace === undefined || this.isRequest);
    child.#content = { ...this.#content, trace };
    for (const [dsn, kept] of this.#rings) {
      kept.shared = true;
      child.#rings.set(dsn, { ring: kept.ring, shared: true });
    }
    return child;
  }

  #set(change: Partial<ScopeContent>): void {
    this.#content = { ...this.#content, ...change };
  }
}

/** Where trace ids come from; undefined: from chance. */
let idSource: Pick<World, 'id'> | undefined;

/**
 * From now on traces have their ids from there, in all scopes: they belong to the process, not to a client.
 *
 * @returns a first one
 */
export function takeTraceIds(source: Pick<World, 'id'>): Trace {
  idSource = source;
  return newTrace();
}

/** From chance again, unless another source has taken its place. */
export function leaveTraceIds(source: Pick<World, 'id'>): void {
  if (idSource === source) idSource = undefined;
}

function newTrace(): Trace {
  const hex = idSource === undefined ? randomBytes(24).toString('hex') : idSource.id() + idSource.id();
  return { traceId: hex.slice(0, 32), spanId: hex.slice(32, 48) };
}

function asObject(value: object): Record<string, unknown> {
  const copy = snapshot(value);
  return copy !== null && typeof copy === 'object' && !Array.isArray(copy) ? copy : {};
}

/** Without types, `undefined` is as usual a word for "none" as null. */
function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}
