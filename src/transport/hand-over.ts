import type { Envelope } from '../protocol/envelope.js';
import { asError } from './as-error.js';
import type { Settle, Transport } from './transport.js';

/**
 * Gives an envelope to any transport, in whatever way it answers: by `settle`, by promise, or, taking only the envelope,
 * by the hand-over itself. Never throws; `settle` is called at most once.
 */
export function handOver(
  transport: Transport,
  envelope: Envelope,
  settle: Settle,
  failed: (error: Error) => void,
): void {
  let settled = false;
  const settleOnce: Settle = (outcome, countedByServer) => {
    if (settled) return;
    settled = true;
    settle(outcome, countedByServer);
  };
  const refuse = (error: unknown): void => {
    failed(asError(error));
    settleOnce('send_error');
  };
  try {
    const answer: unknown = transport.send(envelope, settleOnce);
    if (isThenable(answer)) answer.then(() => settleOnce('delivered'), refuse);
    // A transport of the user's that takes no `settle` and returns nothing: the hand-over is all there is to know.
    else if (transport.send.length < 2) settleOnce('delivered');
  } catch (error) {
    refuse(error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
}
