import { randomUUID } from 'node:crypto';
import { breadcrumbFromRecord, breadcrumbFromUser, type KeptBreadcrumb } from '../event/build-breadcrumb.js';
import type { EventBase } from '../event/build-event.js';
import { readCallStack } from '../event/call-stack.js';
import type { ScopeContent } from '../event/scope-content.js';
import { type Dsn, publicDsn } from '../protocol/dsn.js';
import type { Breadcrumb, ErrorEvent } from '../protocol/event.js';
import { SEVERITY } from '../protocol/level.js';
import type { DropReason } from '../protocol/outcome.js';
import type { LogRecord } from '../record.js';
import type { Bounds, JsonValue } from '../scrub/walk.js';
import { asError } from '../transport/as-error.js';
import { denyScrubber, eventBase, logBase, scrubberFor } from './base.js';
import { BreadcrumbPipeline } from './breadcrumb-pipeline.js';
import { replacedFields } from './capture-hint.js';
import { DEFAULTS } from './defaults.js';
import type { Delivery } from './delivery.js';
import type { Diagnostics } from './diagnostics.js';
import { EventPipeline, type PipelineResult } from './event-pipeline.js';
import { LogPipeline } from './log-pipeline.js';
import { currentScope } from './process-state.js';
import { isSampled, seededRandom } from './sampling.js';
import type { Scope } from './scope.js';
import type { Settings } from './settings.js';
import { isReported, rememberReported } from './uncaught.js';

/** Servers cut a text at 8,192 characters. */
const IN_TEXT: Bounds = { depth: 4, breadth: 50, nodes: 200, stringLength: 8_192, bytes: 8_192 };

/** How an error came to us, as events say it. */
export interface Mechanism {
  readonly type: string;
  readonly handled: boolean;
}

/** Turns records into events, breadcrumbs and logs, by three independent thresholds, and sends them. */
export class Recorder {
  readonly #settings: Settings;
  readonly #delivery: Delivery;
  readonly #diagnostics: Diagnostics;
  /** Breadcrumbs are kept per scope and destination. */
  readonly #dsn: string;
  readonly #base: EventBase;
  readonly #events: EventPipeline;
  readonly #logs: LogPipeline;
  readonly #breadcrumbs: BreadcrumbPipeline;
  readonly #random: () => number;
  /** Set when the client is closed: what comes later is counted, not sent. */
  closed = false;

  constructor(settings: Settings, dsn: Dsn, delivery: Delivery, diagnostics: Diagnostics) {
    const { options } = settings;
    this.#settings = settings;
    this.#delivery = delivery;
    this.#diagnostics = diagnostics;
    this.#dsn = publicDsn(dsn);
    const scrubber = scrubberFor(options, diagnostics);
    const hookScrubber = denyScrubber(options, diagnostics);
    this.#base = eventBase(settings, scrubber, delivery.isSynchronous);
    this.#events = new EventPipeline(this.#base, hookScrubber, options, diagnostics);
    this.#logs = new LogPipeline(logBase(settings, scrubber), hookScrubber, options, diagnostics);
    this.#breadcrumbs = new BreadcrumbPipeline(scrubber, options, diagnostics);
    const { random, sampleSeed } = options;
    this.#random = random ?? (sampleSeed === undefined ? Math.random : seededRandom(sampleSeed));
  }

  /** Returns the event's id where the record became one that goes out. */
  record(record: LogRecord): string | undefined {
    const severity = SEVERITY[record.level];
    const { logSeverity, eventSeverity, breadcrumbSeverity } = this.#settings;
    if (severity >= logSeverity) this.#log(record);
    const eventId = severity >= eventSeverity ? this.event(record, mechanismOf(record)) : undefined;
    // After the event: the record that made it is a breadcrumb for the next one.
    if (severity >= breadcrumbSeverity) this.#keep(() => breadcrumbFromRecord(record, this.#base.scrubber), record);
    return eventId;
  }

  /** Counts a record that comes while another is being taken, or from our own work; taking it could loop. */
  refuse(record: LogRecord): undefined {
    const severity = SEVERITY[record.level];
    if (severity >= this.#settings.logSeverity) this.#delivery.refuse('log_item', record);
    if (severity >= this.#settings.eventSeverity) this.#delivery.refuse('error', record);
  }

  /** The same for an explicit capture: it has no threshold, and is never a log. */
  refuseCapture(record: LogRecord): undefined {
    this.#delivery.refuse('error', record);
  }

  /** Counts what an adapter could not make a record of. */
  rejectUnreadable(item: unknown): undefined {
    this.#delivery.accept('error');
    this.#delivery.drop('invalid', 'error', item);
  }

  event(record: LogRecord, mechanism: Mechanism, own?: Partial<ErrorEvent>): string | undefined {
    if (isReported(this.#dsn, identityOf(record))) return undefined;
    this.#delivery.accept('error');
    try {
      const refusal = this.#refusal(record);
      if (refusal === undefined) return this.#sendEvent(record, mechanism, own);
      this.#delivery.drop(refusal, 'error', record);
    } catch (error) {
      this.#failed(error, 'error', record);
    }
    return undefined;
  }

  /** A value to stand in a text. */
  clean(value: unknown): JsonValue {
    return this.#base.scrubber.clean(value, IN_TEXT);
  }

  addBreadcrumb(breadcrumb: Breadcrumb): undefined {
    this.#keep(() => breadcrumbFromUser(breadcrumb, this.#base.scrubber, Date.now()));
  }

  /** Why an event is not even built. */
  #refusal(record: LogRecord): DropReason | undefined {
    if (this.closed) return 'ignored';
    if (!this.#delivery.admits(record.level)) return 'queue_overflow';
    return isSampled(this.#settings.sampleRate, record.context?.sampleRate, this.#random) ? undefined : 'sample_rate';
  }

  #sendEvent(record: LogRecord, mechanism: Mechanism, own: Partial<ErrorEvent> | undefined): string | undefined {
    const eventId = randomUUID().replaceAll('-', '');
    const scope = currentScope();
    const content: ScopeContent =
      own === undefined
        ? scope.content
        : { ...scope.content, contexts: { ...scope.content.contexts, ...own.contexts } };
    const breadcrumbs = this.#breadcrumbsOf(scope);
    const callStack = this.#callStack(record, own);
    const { trace } = scope;
    const input = { eventId, record, mechanism, scope: content, trace, breadcrumbs, callStack, now: Date.now() };
    const hint = { originalException: record.error, record };
    const run = (): PipelineResult => this.#events.run(input, hint, own && replacedFields(own));
    // What nobody caught comes from no log call, and the process may not live to see its files read in the background.
    const isUncaught = !mechanism.handled && record.origin === 'jackdaw';
    const result = isUncaught ? (this.#base.files?.readingAtOnce(run) ?? run()) : run();
    if ('dropped' in result) {
      this.#delivery.drop(result.dropped, 'error', record);
      return undefined;
    }
    this.#delivery.sendEvent(result.envelope, result.unfinished);
    rememberReported(this.#dsn, identityOf(record));
    return eventId;
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

  #log(record: LogRecord): void {
    this.#delivery.accept('log_item');
    if (this.closed) {
      this.#delivery.drop('ignored', 'log_item', record);
      return;
    }
    try {
      const scope = currentScope();
      const text = this.#logs.run(record, scope.trace, this.#base.cleanContent(scope.content), Date.now());
      if (text === undefined) this.#delivery.drop('before_send', 'log_item', record);
      else this.#delivery.addLog(text, record.level);
    } catch (error) {
      this.#failed(error, 'log_item', record);
    }
  }

  /** `make` runs only where breadcrumbs are kept; a failure in it costs the breadcrumb, nothing else. */
  #keep(make: () => KeptBreadcrumb, record?: LogRecord): void {
    if (this.#settings.maxBreadcrumbs === 0 || this.closed) return;
    try {
      const kept = this.#breadcrumbs.run(make(), record);
      if (kept !== undefined) currentScope().addBreadcrumb(this.#dsn, kept, this.#settings.maxBreadcrumbs);
    } catch (error) {
      this.#diagnostics.error(asError(error));
    }
  }

  /** A mistake of ours, or of the machine: it costs this item, is counted, and never reaches the host. */
  #failed(error: unknown, category: 'error' | 'log_item', record: LogRecord): void {
    this.#diagnostics.error(asError(error));
    this.#delivery.drop('internal_sdk_error', category, record);
  }
}

function mechanismOf({ origin, handled = true }: LogRecord): Mechanism {
  return { type: `auto.log.${origin}`, handled };
}

function identityOf({ error, errorIdentity = error }: LogRecord): unknown {
  return errorIdentity;
}
