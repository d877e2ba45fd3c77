import {
  type BuiltEvent,
  buildEvent,
  type EventBase,
  type EventFields,
  type EventInput,
  joinFields,
} from '../event/build-event.js';
import { fitEvent, isSmall } from '../event/fit-event.js';
import type { EncodedStack } from '../event/stack-encoder.js';
import { type Hint, isEvent, type Processor, runHook } from '../processors/processor.js';
import type { Envelope } from '../protocol/envelope.js';
import type { ErrorEvent } from '../protocol/event.js';
import type { Level } from '../protocol/level.js';
import type { DropReason } from '../protocol/outcome.js';
import type { Scrubber } from '../scrub/walk.js';
import { SDK } from '../version.js';
import { cleanEventFields } from './clean-event.js';
import type { Diagnostics } from './diagnostics.js';
import type { UnfinishedEvent } from './held-events.js';
import type { ClientOptions } from './options.js';
import { asOwnWork } from './process-state.js';

/** A hook holds up the whole thread; nothing can interrupt it. */
const SLOW_MS = 100;

// Taken at load: tests put fake clocks in their place.
const now: () => number = performance.now.bind(performance);

/** What an envelope says of its event. */
export interface EventHead {
  readonly eventId: string;
  readonly level: Level;
}

/** An envelope to send, now or when its source lines are there, or why there is none. */
export type PipelineResult =
  | { readonly envelope: Envelope; readonly unfinished: UnfinishedEvent | undefined }
  | { readonly dropped: DropReason };

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
  build(input: EventInput, own?: Readonly<Record<string, unknown>>): BuiltEvent {
    const built = buildEvent(input, this.#base);
    if (own === undefined) return built;
    const clean = cleanEventFields(own, this.#hookScrubber, this.#base.scrubber);
    return { ...built, fields: { ...built.fields, ...clean, event_id: JSON.stringify(input.eventId) } };
  }

  /** The last steps: the user's hooks, and what fits into an envelope. */
  finish({ fields: built, stacks }: BuiltEvent, { eventId, level }: EventHead, hint: Hint): PipelineResult {
    const processed = this.#hooks.length > 0 ? this.#runHooks(built, hint) : { fields: built };
    if ('dropped' in processed) return processed;
    const { text, shed } = fitEvent(processed.fields);
    if (shed.length > 0) this.#diagnostics.debug(`event ${eventId} was too large; left out: ${shed.join(', ')}`);
    const envelope = eventEnvelope(eventId, level, text);
    // What a hook has passed is not changed behind its back, though it has seen no lines then.
    return { envelope, unfinished: this.#hooks.length > 0 ? undefined : this.#unfinished(envelope, stacks) };
  }

  #unfinished(envelope: Envelope, stacks: readonly EncodedStack[]): UnfinishedEvent | undefined {
    const { files } = this.#base;
    const incomplete = stacks.filter(({ complete }) => complete !== undefined);
    if (files === undefined || incomplete.length === 0) return undefined;
    return {
      envelope,
      whenRead: (callback) => files.whenRead(callback),
      finish(now) {
        if (now) files.readNow();
        return withLines(envelope, incomplete);
      },
    };
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
      const start = now();
      const result = runHook(() => asOwnWork(() => run(current, hint)), isEvent);
      if (now() - start > SLOW_MS) this.#diagnostics.warn('JACKDAW_SLOW_HOOK', `${name} took more than ${SLOW_MS} ms`);
      if ('failed' in result) this.#diagnostics.hookFailed(name, result);
      if (!('value' in result)) return { dropped: reason };
      event = result.value;
    }
    // The id is the envelope's too, and the caller holds it already.
    const clean = cleanEventFields(event, this.#hookScrubber, this.#hookScrubber);
    return { fields: { ...clean, event_id: JSON.stringify(eventId) } };
  }
}

/** The stacks in the event's text, with lines in place of without; inside of a text there is no such thing unescaped. */
function withLines(envelope: Envelope, stacks: readonly EncodedStack[]): Envelope {
  const items = envelope.items.map((item) => {
    let payload = String(item.payload);
    for (const { json, complete } of stacks) payload = payload.replaceAll(json, () => complete?.() ?? json);
    return isSmall(payload) ? { ...item, payload } : item;
  });
  return { ...envelope, items };
}

function eventEnvelope(eventId: string, level: Level, payload: string): Envelope {
  return {
    header: { event_id: eventId, sdk: SDK },
    items: [{ header: { type: 'event', content_type: 'application/json' }, payload }],
    category: 'error',
    quantity: 1,
    level,
  };
}
