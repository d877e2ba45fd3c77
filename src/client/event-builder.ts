import type { KeptBreadcrumb } from '../event/build-breadcrumb.js';
import type { BuiltEvent, EventBase } from '../event/build-event.js';
import { readCallStack } from '../event/call-stack.js';
import type { ScopeContent } from '../event/scope-content.js';
import type { ErrorEvent } from '../protocol/event.js';
import type { LogRecord } from '../record.js';
import { replacedFields } from './capture-hint.js';
import { DEFAULTS } from './defaults.js';
import type { EventHead, EventPipeline } from './event-pipeline.js';
import type { LoggerPolicy } from './logger-policy.js';
import { currentScope } from './process-state.js';
import type { Scope } from './scope.js';
import type { Settings } from './settings.js';

/** How an error came to us, as events say it. */
export interface Mechanism {
  readonly type: string;
  readonly handled: boolean;
}

/** A record that may become an event. */
export interface Occurrence {
  readonly record: LogRecord;
  readonly policy: LoggerPolicy;
  readonly mechanism: Mechanism;
  /** Fields of an event that the caller made. */
  readonly own?: Partial<ErrorEvent> | undefined;
}

/** An event but for the last steps, which may come later. */
export interface PreparedEvent {
  readonly head: EventHead;
  readonly built: BuiltEvent;
}

/** Adds to a record what is known here and now: scope, breadcrumbs, call site. */
export class EventBuilder {
  readonly #settings: Settings;
  readonly #dsn: string;
  readonly #base: EventBase;
  readonly #pipeline: EventPipeline;

  constructor(settings: Settings, dsn: string, base: EventBase, pipeline: EventPipeline) {
    this.#settings = settings;
    this.#dsn = dsn;
    this.#base = base;
    this.#pipeline = pipeline;
  }

  build(occurrence: Occurrence): PreparedEvent {
    const { record, mechanism } = occurrence;
    // What nobody caught comes from no log call, and the process may not live to see its files read in the background.
    const isUncaught = !mechanism.handled && record.origin === 'jackdaw';
    const { files } = this.#base;
    return isUncaught && files !== undefined
      ? files.readingAtOnce(() => this.#build(occurrence))
      : this.#build(occurrence);
  }

  #build({ record, policy, mechanism, own }: Occurrence): PreparedEvent {
    const eventId = this.#settings.world.id();
    const scope = currentScope();
    const content: ScopeContent =
      own === undefined
        ? scope.content
        : { ...scope.content, contexts: { ...scope.content.contexts, ...own.contexts } };
    const input = {
      eventId,
      record,
      mechanism,
      scope: content,
      defaults: policy.content,
      trace: scope.trace,
      breadcrumbs: this.#breadcrumbsOf(scope),
      callStack: this.#callStack(record, own),
      now: this.#settings.world.now(),
    };
    const built = this.#pipeline.build(input, own && replacedFields(own));
    return { head: { eventId, level: record.level }, built };
  }

  /** An event with a stack of its own needs no other. */
  #callStack({ error }: LogRecord, own: Partial<ErrorEvent> | undefined): string | undefined {
    const wanted = this.#settings.options.attachStacktrace ?? DEFAULTS.attachStacktrace;
    const has = error !== undefined || own?.exception !== undefined || own?.threads !== undefined;
    return wanted && !has ? readCallStack(this.#base.frameRules) : undefined;
  }

  /** Other clients may have left breadcrumbs for this destination; this one may want fewer of them, or none. */
  #breadcrumbsOf(scope: Scope): KeptBreadcrumb[] {
    const { maxBreadcrumbs } = this.#settings;
    return maxBreadcrumbs === 0 ? [] : scope.breadcrumbs(this.#dsn).slice(-maxBreadcrumbs);
  }
}
