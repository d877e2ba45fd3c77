import { breadcrumbFromRecord, breadcrumbFromUser, type KeptBreadcrumb } from '../event/build-breadcrumb.js';
import type { EventBase } from '../event/build-event.js';
import { readFacts } from '../event/error-facts.js';
import { type Dsn, publicDsn } from '../protocol/dsn.js';
import type { Breadcrumb, ErrorEvent } from '../protocol/event.js';
import { SEVERITY } from '../protocol/level.js';
import type { LogRecord } from '../record.js';
import type { Bounds, JsonValue, Scrubber } from '../scrub/walk.js';
import { asError } from '../transport/as-error.js';
import { denyScrubber, eventBase, logBase, scrubberFor } from './base.js';
import { BreadcrumbPipeline } from './breadcrumb-pipeline.js';
import type { Delivery } from './delivery.js';
import type { Diagnostics } from './diagnostics.js';
import type { Mechanism } from './event-builder.js';
import { EventPipeline } from './event-pipeline.js';
import { EventRecorder } from './event-recorder.js';
import { LogPipeline } from './log-pipeline.js';
import { createPolicies, type FindPolicy, type LoggerPolicy } from './logger-policy.js';
import { currentScope } from './process-state.js';
import type { Scope } from './scope.js';
import type { Settings } from './settings.js';
import { timedRecord } from './timed-record.js';

/** Servers cut a text at 8,192 characters. */
const IN_TEXT: Bounds = { depth: 4, breadth: 50, nodes: 200, stringLength: 8_192, bytes: 8_192 };

/** Turns records into events, breadcrumbs and logs, by three independent thresholds, and sends them. */
export class Recorder {
  readonly #settings: Settings;
  readonly #delivery: Delivery;
  readonly #diagnostics: Diagnostics;
  /** Breadcrumbs are kept per scope and destination. */
  readonly #dsn: string;
  readonly #policyOf: FindPolicy;
  readonly #base: EventBase;
  readonly #events: EventRecorder;
  readonly #logs: LogPipeline;
  readonly #breadcrumbs: BreadcrumbPipeline;
  /** Set when the client is closed: what comes later is counted, not sent. */
  closed = false;

  constructor(settings: Settings, dsn: Dsn, delivery: Delivery, diagnostics: Diagnostics) {
    const { options } = settings;
    this.#settings = settings;
    this.#delivery = delivery;
    this.#diagnostics = diagnostics;
    this.#dsn = publicDsn(dsn);
    this.#policyOf = createPolicies(settings);
    const scrubber = scrubberFor(options, diagnostics);
    const hookScrubber = denyScrubber(options, diagnostics);
    this.#base = eventBase(settings, scrubber, delivery.isSynchronous);
    const pipeline = new EventPipeline(this.#base, hookScrubber, options, diagnostics);
    this.#events = new EventRecorder(settings, this.#dsn, { base: this.#base, pipeline }, delivery, diagnostics);
    this.#logs = new LogPipeline(logBase(settings, scrubber), hookScrubber, options, diagnostics);
    this.#breadcrumbs = new BreadcrumbPipeline(scrubber, options, diagnostics);
  }

  /** Returns the event's id where the record became one that goes out. */
  record(given: LogRecord): string | undefined {
    const { world, options } = this.#settings;
    const record = options.world === undefined ? given : timedRecord(given, world.now());
    const severity = SEVERITY[record.level];
    const policy = this.#policyOf(record);
    const isIgnored = severity < policy.ignoredBelow;
    if (severity >= policy.logSeverity) this.#log(record, isIgnored);
    const eventId = severity >= policy.eventSeverity ? this.#event(record, policy) : undefined;
    // After the event: the record that made it is a breadcrumb for the next one.
    if (severity >= policy.breadcrumbSeverity && !isIgnored) this.#keepRecord(record);
    return eventId;
  }

  /** An explicit capture: it has no threshold, and is a breadcrumb only where its Error has made an event already. */
  capture(record: LogRecord, mechanism: Mechanism, own: Partial<ErrorEvent> | undefined): string | undefined {
    const policy = this.#policyOf(record);
    const occurrence = { record, policy, mechanism, own };
    if (!this.#events.isRepeated(occurrence)) return this.#events.take(occurrence, this.closed);
    const severity = SEVERITY[record.level];
    if (severity >= Math.max(policy.breadcrumbSeverity, policy.ignoredBelow)) {
      const { type, value } = readFacts(record.error, []);
      this.#keepRecord({ ...record, message: `${type}: ${value}` });
    }
    return undefined;
  }

  /** Counts a record that comes while another is being taken, or from our own work; taking it could loop. */
  refuse(record: LogRecord): undefined {
    const severity = SEVERITY[record.level];
    const { logSeverity, eventSeverity } = this.#policyOf(record);
    if (severity >= logSeverity) this.#delivery.fates.refuse('log_item', record);
    if (severity >= eventSeverity) this.#delivery.fates.refuse('error', record);
  }

  /** The same for an explicit capture: it has no threshold, and is never a log. */
  refuseCapture(record: LogRecord): undefined {
    this.#delivery.fates.refuse('error', record);
  }

  /** Counts what an adapter could not make a record of. */
  rejectUnreadable(item: unknown): undefined {
    this.#delivery.fates.accept('error');
    this.#delivery.fates.drop('invalid', 'error', item);
  }

  /** A value to stand in a text. */
  clean(value: unknown): JsonValue {
    return this.#base.scrubber.clean(value, IN_TEXT);
  }

  addBreadcrumb(breadcrumb: Breadcrumb): undefined {
    this.#keep(() => breadcrumbFromUser(breadcrumb, this.#base.scrubber, this.#settings.world.now()));
  }

  #event(record: LogRecord, policy: LoggerPolicy): string | undefined {
    const occurrence = { record, policy, mechanism: mechanismOf(record) };
    return this.#events.isRepeated(occurrence) ? undefined : this.#events.take(occurrence, this.closed);
  }

  /** The breadcrumb of a hook; it runs no code of the host's. */
  leave(describe: (scrubber: Scrubber) => Breadcrumb, scope: Scope): void {
    const { scrubber } = this.#base;
    this.#keep(() => breadcrumbFromUser(describe(scrubber), scrubber, this.#settings.world.now()), undefined, scope);
  }

  #log(record: LogRecord, isIgnored: boolean): void {
    this.#delivery.fates.accept('log_item');
    if (this.closed || isIgnored) {
      this.#delivery.fates.drop('ignored', 'log_item', record);
      return;
    }
    try {
      const scope = currentScope();
      const text = this.#logs.run(
        record,
        scope.trace,
        this.#base.cleanContent(scope.content),
        this.#settings.world.now(),
      );
      if (text === undefined) this.#delivery.fates.drop('before_send', 'log_item', record);
      else this.#delivery.addLog(text, record.level);
    } catch (error) {
      // A mistake of ours, or of the machine: it costs this item, is counted, and never reaches the host.
      this.#diagnostics.error(asError(error));
      this.#delivery.fates.drop('internal_sdk_error', 'log_item', record);
    }
  }

  #keepRecord(record: LogRecord): void {
    this.#keep(() => breadcrumbFromRecord(record, this.#base.scrubber), record);
  }

  /** `make` runs only where breadcrumbs are kept; a failure in it costs the breadcrumb, nothing else. */
  #keep(make: () => KeptBreadcrumb, record?: LogRecord, scope: Scope = currentScope()): void {
    if (this.#settings.maxBreadcrumbs === 0 || this.closed) return;
    try {
      const kept = this.#breadcrumbs.run(make(), record);
      if (kept !== undefined) scope.addBreadcrumb(this.#dsn, kept, this.#settings.maxBreadcrumbs);
    } catch (error) {
      this.#diagnostics.error(asError(error));
    }
  }
}

function mechanismOf({ origin, handled = true }: LogRecord): Mechanism {
  return { type: `auto.log.${origin}`, handled };
}
