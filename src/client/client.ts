import { isMainThread } from 'node:worker_threads';
import { parseDsn, publicDsn } from '../protocol/dsn.js';
import type { Breadcrumb, ErrorEvent } from '../protocol/event.js';
import type { Level } from '../protocol/level.js';
import type { LogRecord } from '../record.js';
import type { JsonValue, Scrubber } from '../scrub/walk.js';
import { asError } from '../transport/as-error.js';
import type { Transport } from '../transport/transport.js';
import { type CaptureHint, recordFromEvent, recordFromException, recordFromMessage } from './capture-hint.js';
import { DEFAULTS, MAX_TIMER_MS } from './defaults.js';
import { Delivery } from './delivery.js';
import { Diagnostics } from './diagnostics.js';
import { Ending } from './ending.js';
import type { Mechanism } from './event-builder.js';
import { Ledger, type Stats } from './ledger.js';
import { lowestSeverity } from './logger-policy.js';
import { type Attempts, openSpotlight, openTransport } from './open-transport.js';
import { processState } from './process-state.js';
import { Recorder } from './recorder.js';
import { leaveTraceIds, type Scope } from './scope.js';
import type { Settings } from './settings.js';
import { unwatchSignals } from './signals.js';
import { unwatchFor } from './watching.js';
import { type WrapOptions, wrap } from './wrap.js';

/** Where explicit captures say they come from. */
const CAPTURED: Mechanism = { type: 'generic', handled: true };

/**
 * Takes records, turns them into events, breadcrumbs and logs, and sees to their delivery.
 *
 * Made by `createClient`. After construction no method throws into the host, whatever it is given.
 */
export class Client implements AsyncDisposable {
  /** The severity number (trace 1 … fatal 21) below which a record is of no interest; adapters ask this first. */
  readonly threshold: number;
  /** The settled options. @internal */
  readonly settings: Settings;
  /** How it ends with its process; undefined while disabled. @internal */
  readonly ending: Ending | undefined;
  readonly #ledger = new Ledger();
  /** Undefined: the client is disabled. */
  readonly #active: { recorder: Recorder; delivery: Delivery; diagnostics: Diagnostics } | undefined;
  /** True while a record is being taken: what a toJSON or a hook logs meanwhile is counted, not taken. */
  #busy = false;
  #lastEventId: string | undefined;
  #closing: Promise<boolean> | undefined;

  /** @internal */
  constructor(settings: Settings) {
    const { dsn, options, debug } = settings;
    this.settings = settings;
    this.threshold = Number.POSITIVE_INFINITY;
    if (dsn === undefined) return;
    this.threshold = lowestSeverity(settings);
    const diagnostics = new Diagnostics(options, debug, (error) => this.#ledger.fail(error));
    const open = (attempts: Attempts): Transport => openTransport(settings, dsn, diagnostics, attempts);
    const delivery = new Delivery(open, this.#ledger, diagnostics, options, openSpotlight(settings, dsn, diagnostics));
    this.ending = new Ending(settings, delivery, this.#ledger, diagnostics);
    this.#active = { delivery, diagnostics, recorder: new Recorder(settings, dsn, delivery, diagnostics) };
  }

  /**
   * Takes a record of a host: event, breadcrumb, log or nothing, by its level.
   *
   * @returns the event's id; undefined when no event went out.
   */
  captureRecord(record: LogRecord): string | undefined {
    return this.#take((recorder, refused) => (refused ? recorder.refuse(record) : recorder.record(record)));
  }

  /** Reports an error, or any value that was thrown. @returns the event's id; undefined when none went out. */
  captureException(error: unknown, hint?: CaptureHint): string | undefined {
    return this.#capture(() => recordFromException(error, hint ?? {}, this.#now()), hint);
  }

  /** Reports a text; level `info` unless told otherwise. @returns the event's id; undefined when none went out. */
  captureMessage(text: string, level?: Level, hint?: CaptureHint): string | undefined {
    return this.#capture(() => recordFromMessage(text, level, hint ?? {}, this.#now()), hint);
  }

  /** Sends an event of your own making; scope, base data and scrubbing apply. @returns the event's id. */
  captureEvent(event: Partial<ErrorEvent>, hint?: CaptureHint): string | undefined {
    return this.#capture(() => recordFromEvent(event, hint ?? {}, this.#now()), hint, event);
  }

  /** Leaves a trace for the next event of the current scope. */
  addBreadcrumb(breadcrumb: Breadcrumb): void {
    this.#take((recorder, refused) => (refused ? undefined : recorder.addBreadcrumb(breadcrumb)));
  }

  /** The function with its errors reported, thrown or rejected, and passed on unchanged. */
  wrap<Args extends unknown[], Result>(
    fn: (...args: Args) => Result,
    options: WrapOptions = {},
  ): (...args: Args) => Result {
    return wrap(fn, (error) => this.captureException(error), options);
  }

  /**
   * Waits until everything taken so far is settled.
   *
   * @param timeoutMs longest wait in ms; default `shutdownTimeoutMs`.
   * @returns true when everything is settled, false at the deadline. The client stays usable.
   * @throws with `raiseSendErrors` the last `DeliveryError`, or what a transport of your own failed with, when something
   * was lost on its way since the last call, or has no answer yet for a failure.
   */
  flush(timeoutMs?: number): Promise<boolean> {
    return heard(this.#active?.delivery.flush(this.#timeout(timeoutMs)) ?? Promise.resolve(true));
  }

  /** For adapters whose host waits before it ends the process. @internal */
  finish(timeoutMs?: number): Promise<boolean> {
    return this.ending?.finish(this.#timeout(timeoutMs)) ?? Promise.resolve(true);
  }

  /**
   * Flushes, then takes nothing more: late records are counted as `ignored`. Idempotent.
   *
   * @param timeoutMs longest wait in ms; default `shutdownTimeoutMs`.
   * @returns true when everything was settled before the deadline.
   * @throws as `flush` does, when all is done.
   */
  close(timeoutMs?: number): Promise<boolean> {
    this.#closing ??= heard(this.#close(this.#timeout(timeoutMs)));
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The DSN without the legacy secret, fit for a browser; undefined when the client is disabled. */
  publicDsn(): string | undefined {
    return this.settings.dsn && publicDsn(this.settings.dsn);
  }

  /** The id of the last event that went out of this client. */
  lastEventId(): string | undefined {
    return this.#lastEventId;
  }

  /** The balance: what was accepted, and what became of it. */
  stats(): Stats {
    return this.#ledger.stats();
  }

  /** False as soon as it is to close. @internal */
  get isOpen(): boolean {
    return this.#closing === undefined;
  }

  /** For adapters that can make their host wait: how full the queue is, from 0 to 1. @internal */
  get fullness(): number {
    return this.#active?.delivery.fullness ?? 0;
  }

  /** @internal */
  get reportsUncaught(): boolean {
    const wanted = this.settings.options.processHooks ?? (DEFAULTS.processHooks && isMainThread);
    return wanted && this.isOpen && this.settings.dsn !== undefined;
  }

  /** For hooks: leaves a breadcrumb where something began; it may well end in the async context of our own work. @internal */
  leave(describe: (scrubber: Scrubber) => Breadcrumb, scope: Scope): void {
    if (this.#active === undefined || this.#busy) return;
    this.#busy = true;
    try {
      this.#active.recorder.leave(describe, scope);
    } finally {
      this.#busy = false;
    }
  }

  /** For adapters: one warning per code and process; silent while disabled. @internal */
  warn(code: `JACKDAW_${string}`, message: string): void {
    this.#active?.diagnostics.warn(code, message);
  }

  /** For adapters that read text: counts what could have been an error, but is no record. @internal */
  rejectUnreadable(item: unknown): void {
    this.#take((recorder) => recorder.rejectUnreadable(item));
  }

  /** For adapters that write the host's values into a text: a clean copy by this client's rules, of a line's size. @internal */
  clean(value: unknown): JsonValue {
    return this.#active?.recorder.clean(value) ?? null;
  }

  /** Whether a DSN, with or without its secret, is this client's. @internal */
  sendsTo(dsn: string): boolean {
    try {
      return this.settings.dsn !== undefined && publicDsn(parseDsn(dsn)) === this.publicDsn();
    } catch {
      return false;
    }
  }

  /** Runs `work` unless a record is being taken already or this is our own work: then it must not take anything. */
  #take(work: (recorder: Recorder, refused: boolean) => string | undefined): string | undefined {
    if (this.#active === undefined) return undefined;
    const { recorder, diagnostics } = this.#active;
    const refused = this.#busy || processState().ownWork.getStore() === true;
    try {
      if (refused) {
        work(recorder, true);
        return undefined;
      }
      this.#busy = true;
      const eventId = work(recorder, false);
      if (eventId !== undefined) this.#lastEventId = eventId;
      return eventId;
    } catch (error) {
      diagnostics.error(asError(error));
      return undefined;
    } finally {
      if (!refused) {
        this.#busy = false;
        processState().drainNow?.();
      }
    }
  }

  #capture(makeRecord: () => LogRecord, hint: CaptureHint | undefined, own?: Partial<ErrorEvent>): string | undefined {
    const eventId = this.#take((recorder, refused) => {
      const record = makeRecord();
      return refused ? recorder.refuseCapture(record) : recorder.capture(record, hint?.mechanism ?? CAPTURED, own);
    });
    this.#active?.delivery.raiseAtOnce();
    return eventId;
  }

  #now(): number {
    return this.settings.world.now();
  }

  #timeout(timeoutMs: number | undefined): number {
    const wanted = typeof timeoutMs === 'number' ? timeoutMs : this.settings.shutdownTimeoutMs;
    // NaN is no wait at all; Infinity as long as a timer can.
    return Math.min(Math.max(Number.isNaN(wanted) ? 0 : wanted, 0), MAX_TIMER_MS);
  }

  async #close(timeoutMs: number): Promise<boolean> {
    unwatchSignals(this);
    unwatchFor(this);
    leaveTraceIds(this.settings.world);
    try {
      if (this.#active === undefined) return true;
      this.#active.recorder.closed = true;
      return await this.#active.delivery.close(timeoutMs);
    } finally {
      const { clients } = processState();
      // One that was never registered must not take another one's place.
      const index = clients.indexOf(this);
      if (index !== -1) clients.splice(index, 1);
    }
  }
}

/** A promise whose rejection is for who waits for it: for nobody else is it unhandled. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
