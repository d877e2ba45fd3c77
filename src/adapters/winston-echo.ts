import { asOwnWork } from '../client/process-state.js';

/** On a record that was logged by jackdaw's own hooks. Copies of the record, which formats make, have it too. */
const ECHO: unique symbol = Symbol.for('jackdaw.echo');

/** What we know of winston's loggers and transports: they buffer what is written while a record is under way. */
interface Holding {
  readonly writableLength?: unknown;
  readonly _writableState?: { getBuffer?(): readonly { readonly chunk: unknown }[] };
}

/**
 * Runs `capture` for a record; what it logs through these streams meanwhile will count as jackdaw's own work.
 *
 * Elsewhere such a record reaches the adapter inside of `capture`, where the client refuses it. winston holds it back
 * until the first is through: then nothing tells it from the host's own, and a `beforeSend` that logs never ends.
 */
export function captureWithEchoes(info: object, streams: Iterable<object>, capture: () => void): void {
  if ((info as { [ECHO]?: unknown })[ECHO] === true) {
    asOwnWork(capture);
    return;
  }
  const before = heldBack(streams);
  capture();
  const more = heldBack(streams) - before;
  if (more > 0) markLast(more, streams);
}

function heldBack(streams: Iterable<Holding>): number {
  let total = 0;
  for (const { writableLength } of streams) if (typeof writableLength === 'number') total += writableLength;
  return total;
}

function markLast(count: number, streams: Iterable<Holding>): void {
  for (const stream of streams) {
    const records = stream._writableState?.getBuffer?.().slice(-count) ?? [];
    // winston has just written its own symbols on them in the same way.
    for (const { chunk } of records) if (Object.isExtensible(chunk)) (chunk as { [ECHO]?: boolean })[ECHO] = true;
  }
}
