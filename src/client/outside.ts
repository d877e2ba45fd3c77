import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { processState } from './process-state.js';

/**
 * A function that runs the transport as our own work and outside of every request, where it was made: its sockets would
 * keep a request's async context alive, and what is logged on its way must not be recorded.
 *
 * Not before there is something to run: before Node 24 the first use of an AsyncLocalStorage makes every timer and
 * promise of the process dearer, a record of winston's by 6 %.
 */
export function outsideOfRequests(): <T>(work: () => T) => T {
  const origin = new AsyncResource('Jackdaw');
  let enter: (<T>(work: () => T) => T) | undefined;
  return function runOutside(work) {
    enter ??= origin.runInAsyncScope(() => processState().ownWork.run(true, () => AsyncLocalStorage.snapshot()));
    return enter(work);
  };
}
