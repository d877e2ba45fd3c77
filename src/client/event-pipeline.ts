import { buildEvent, type EventBase, type EventFields, type EventInput, joinFields } from '../event/build-event.js';
import { fitEvent } from '../event/fit-event.js';
import { type Hint, isEvent, type Processor, runHook } from '../processors/processor.js';
import type { Envelope } from '../protocol/envelope.js';
import type { ErrorEvent } from '../protocol/event.js';
import type { DropReason } from '../protocol/outcome.js';
import type { Scrubber } from '../scrub/walk.js';
import { SDK } from '../version.js';
import { cleanEventFields } from './clean-event.js';
import type { Diagnostics } from './diagnostics.js';
import type { ClientOptions } from './options.js';
import { asOwnWork } from './process-state.js';

/** An envelope to send, or why there is none. */
export type PipelineResult = { readonly envelope: Envelope } | { readonly dropped: DropReason };

/** From the pieces of an event to the envelope that holds it, through the user's processors. */
export class EventPipeline {
  readonly #base: EventBase;
  readonly #hookScrubber: Scrubber;
  readonly #hooks: { readonly name: string; readonly run: Processor; readonly reason: DropReason }[];
  readonly #diagnostics: Diagnostics;

  /** `hookScrubber`: walks what the hooks return. */
  constructor(base: EventBase, hookScrubber: Scrubber, { processors, beforeSend }: ClientOptions, to: Diagnostics) {
    this.#base = base;
    this.#hookScrubber = hookScrubber;
    this.#hooks = (processors ?? []).map((run) => ({ name: `processor ${run.name}`, run, reason: 'event_processor' }));
    if (beforeSend !== undefined) this.#hooks.push({ name: 'beforeSend', run: beforeSend, reason: 'before_send' });
    this.#diagnostics = to;
  }

  /** `own`: whole fields from a caller who brought an event; they replace ours. */
  run(input: EventInput, hint: Hint, own?: Readonly<Record<string, unknown>>): PipelineResult {
    let fields = buildEvent(input, this.#base);
    if (own !== undefined) {
      const clean = cleanEventFields(own, this.#hookScrubber, this.#base.scrubber);
      fields = { ...fields, ...clean, event_id: JSON.stringify(input.eventId) };
    }
    if (this.#hooks.length > 0) {
      const processed = this.#runHooks(fields, hint);
      if ('dropped' in processed) return processed;
      fields = processed.fields;
    }
    const { text, shed } = fitEvent(fields);
    if (shed.length > 0) this.#diagnostics.debug(`event ${input.eventId} was too large; left out: ${shed.join(', ')}`);
    return { envelope: eventEnvelope(input, text) };
  }

  /**
   * Only here is the event an object. What hooks add is walked again, so it is scrubbed too; fail closed: an event
   * whose hook made a mistake is dropped, for the hook may have been the one that redacts.
   */
  #runHooks(fields: EventFields, hint: Hint): { readonly fields: EventFields } | { readonly dropped: DropReason } {
    let event = JSON.parse(joinFields(fields)) as ErrorEvent;
    const eventId = event.event_id;
    for (const { name, run, reason } of this.#hooks) {
      const current = event;
      const result = runHook(() => asOwnWork(() => run(current, hint)), isEvent);
      if ('failed' in result) this.#diagnostics.hookFailed(name, result);
      if (!('value' in result)) return { dropped: reason };
      event = result.value;
    }
    // The id is the envelope's too, and the caller holds it already.
    const clean = cleanEventFields(event, this.#hookScrubber, this.#hookScrubber);
    return { fields: { ...clean, event_id: JSON.stringify(eventId) } };
  }
}

function eventEnvelope({ eventId, record }: EventInput, payload: string): Envelope {
  return {
    header: { event_id: eventId, sdk: SDK },
    items: [{ header: { type: 'event', content_type: 'application/json' }, payload }],
    category: 'error',
    quantity: 1,
    level: record.level,
  };
}
