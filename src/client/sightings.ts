import { uptime } from '../transport/clock.js';
import { currentScope, processState, type Reported } from './process-state.js';

/** How long after its event the same Error, on its way up to the top, is still the same occurrence (api: `dedupe`). */
const SAME_OCCURRENCE_MS = 5_000;

/** Remembers which Errors have made an event, for all clients of the process with one DSN. Only events mark. */
export class Sightings {
  readonly #reported: WeakMap<object, Reported>;
  readonly #dedupe: boolean;

  /** `dedupe`: whether what the application reports more than once counts. */
  constructor(publicDsn: string, dedupe: boolean) {
    const { reported } = processState();
    this.#reported = reported.get(publicDsn) ?? new WeakMap();
    reported.set(publicDsn, this.#reported);
    this.#dedupe = dedupe;
  }

  /**
   * Whether this is the same occurrence of an Error that has made its event.
   *
   * @param isUncaught whether it arrives at the top now; what a host logs about it then is never another event
   */
  isRepeated(error: unknown, isUncaught: boolean): boolean {
    const before = isObject(error) ? this.#reported.get(error) : undefined;
    // Thrown to the top once more it is an event once more.
    if (before === undefined || (isUncaught && before.uncaught)) return false;
    const isSame = (this.#dedupe || before.uncaught) && isSameOccurrence(before);
    if (isSame && isUncaught) this.remember(error, true);
    return isSame;
  }

  /** The Error has made an event, here and now. */
  remember(error: unknown, uncaught: boolean): void {
    if (!isObject(error)) return;
    const { traceId } = currentScope().trace;
    this.#reported.set(error, { time: uptime(), traceId, uncaught });
  }
}

/** A scope that lasts as long as its process is no request: there a reused Error must be told again. */
function isSameOccurrence({ time, traceId }: Reported): boolean {
  if (uptime() - time <= SAME_OCCURRENCE_MS) return true;
  const scope = currentScope();
  return scope.isRequest && scope.trace.traceId === traceId;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
