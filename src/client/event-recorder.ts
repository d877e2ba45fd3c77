import type { EventBase } from '../event/build-event.js';
import type { DropReason } from '../protocol/outcome.js';
import type { LogRecord } from '../record.js';
import { asError } from '../transport/as-error.js';
import { after } from '../transport/clock.js';
import { DEFAULTS } from './defaults.js';
import type { Delivery } from './delivery.js';
import type { Diagnostics } from './diagnostics.js';
import { EventBuilder, type Occurrence, type PreparedEvent } from './event-builder.js';
import { EventGate } from './event-gate.js';
import type { EventPipeline, PipelineResult } from './event-pipeline.js';
import { Flood, type Surplus } from './flood.js';
import { kindOf } from './flood-kind.js';
import { withSurplus } from './flood-summary.js';
import type { FloodOptions } from './options.js';
import { outsideOfRequests } from './outside.js';
import { currentScope } from './process-state.js';
import type { Settings } from './settings.js';
import { Sightings } from './sightings.js';
import { isUncaught } from './uncaught.js';

/** Decides which records become events, each only once, and sends these. */
export class EventRecorder {
  readonly #delivery: Delivery;
  readonly #diagnostics: Diagnostics;
  readonly #builder: EventBuilder;
  readonly #pipeline: EventPipeline;
  readonly #gate: EventGate;
  readonly #sightings: Sightings;
  /** Undefined: events are not limited. */
  readonly #flood: Flood<PreparedEvent> | undefined;

  constructor(
    settings: Settings,
    dsn: string,
    { base, pipeline }: { readonly base: EventBase; readonly pipeline: EventPipeline },
    delivery: Delivery,
    diagnostics: Diagnostics,
  ) {
    const { options } = settings;
    this.#delivery = delivery;
    this.#diagnostics = diagnostics;
    this.#builder = new EventBuilder(settings, dsn, base, pipeline);
    this.#pipeline = pipeline;
    this.#gate = new EventGate(settings, diagnostics);
    this.#sightings = new Sightings(dsn, options.dedupe ?? DEFAULTS.dedupe);
    const limits = options.flood ?? DEFAULTS.flood;
    if (limits !== false) this.#flood = this.#openFlood(limits);
  }

  /** Whether the record tells of an Error that has made its event already: then it is none, and is not accepted. */
  isRepeated({ record, mechanism }: Occurrence): boolean {
    return this.#sightings.isRepeated(identityOf(record), isUncaught(mechanism));
  }

  /** Returns the event's id where one goes out. */
  take(occurrence: Occurrence, closed: boolean): string | undefined {
    const { record } = occurrence;
    this.#delivery.fates.accept('error');
    try {
      const refusal = this.#refusal(occurrence, closed);
      if (refusal === undefined) return this.#send(occurrence);
      this.#delivery.fates.drop(refusal, 'error', record);
    } catch (error) {
      this.#diagnostics.error(asError(error));
      this.#delivery.fates.drop('internal_sdk_error', 'error', record);
    }
    return undefined;
  }

  /** Why an event is not even built. */
  #refusal(occurrence: Occurrence, closed: boolean): DropReason | undefined {
    const { record, policy } = occurrence;
    if (closed) return 'ignored';
    if (!this.#delivery.admits(record.level)) return 'queue_overflow';
    return this.#gate.refusal(record, policy) ?? (this.#isSurplus(occurrence) ? 'backpressure' : undefined);
  }

  #send(occurrence: Occurrence): string | undefined {
    const { record } = occurrence;
    const { head, built } = this.#builder.build(occurrence);
    const result = this.#pipeline.finish(built, head, { originalException: record.error, record });
    if ('dropped' in result) {
      this.#delivery.fates.drop(result.dropped, 'error', record);
      return undefined;
    }
    this.#delivery.sendEvent(result.envelope, result.unfinished);
    this.#remember(occurrence);
    return head.eventId;
  }

  #remember({ record, mechanism }: Occurrence): void {
    this.#sightings.remember(identityOf(record), isUncaught(mechanism));
  }

  /** What is beyond the limit is told by the flood's own event; further sightings of it are no other occurrence. */
  #isSurplus(occurrence: Occurrence): boolean {
    if (this.#flood === undefined) return false;
    const { record, policy } = occurrence;
    const kind = kindOf(record, currentScope().content.fingerprint ?? policy.content.fingerprint);
    if (kind === undefined) return false;
    const isBeyond = this.#flood.isBeyond(kind, record.time, () => {
      const prepared = this.#builder.build(occurrence);
      this.#delivery.fates.reserve();
      return prepared;
    });
    if (isBeyond) this.#remember(occurrence);
    return isBeyond;
  }

  #openFlood(limits: FloodOptions): Flood<PreparedEvent> {
    const outside = outsideOfRequests();
    const flood = new Flood<PreparedEvent>(limits, {
      wait: (ms, callback) => outside(() => after(ms, callback)),
      release: (prepared, surplus) => this.#tellSurplus(prepared, surplus),
    });
    this.#delivery.beforeFlush = () => flood.flush();
    return flood;
  }

  #tellSurplus(prepared: PreparedEvent, surplus: Surplus): void {
    const result = this.#finishLate(prepared, surplus);
    if ('dropped' in result) this.#delivery.fates.dropReserved(result.dropped, surplus);
    else this.#delivery.sendEvent(result.envelope, result.unfinished, true);
  }

  /** The hosts' objects are gone by now: hooks see the event alone. */
  #finishLate({ head, built }: PreparedEvent, surplus: Surplus): PipelineResult {
    try {
      return this.#pipeline.finish({ ...built, fields: withSurplus(built.fields, surplus) }, head, {});
    } catch (error) {
      this.#diagnostics.error(asError(error));
      return { dropped: 'internal_sdk_error' };
    }
  }
}

/** What tells one Error from another: the host's own, where the record holds a copy. */
function identityOf({ errorIdentity, error }: LogRecord): unknown {
  return errorIdentity ?? error;
}
