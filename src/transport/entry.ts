import { type Envelope, envelopeBytes } from '../protocol/envelope.js';
import type { Settle } from './transport.js';

/** An envelope on its way, from the hand-over until it is settled. */
export interface Entry {
  readonly envelope: Envelope;
  readonly settle: Settle;
  /** What it counts for against `maxQueueBytes`. */
  readonly bytes: number;
  /** When it was handed over, in ms of uptime. */
  readonly arrivedAt: number;
  /** Its place in the order of arrival. */
  arrival: number;
  /** How often it has gone out. */
  attempts: number;
  /** How often the server answered it with a status that is worth a retry. */
  refusals: number;
  /** How often the server answered it with 429. */
  pauses: number;
  /** Not to be sent earlier, in ms of uptime. */
  notBefore: number;
  /** In which round of the destination the last attempt began (see `Destination`). */
  round: number;
  /** Whether the one immediate attempt after a stale connection, or a broken one at the end, is used up. */
  renewed: boolean;
  /** Whether the attempt that is under way, or comes next, is the last: the process exits. */
  isLast: boolean;
  /** What the last attempt failed with. */
  failure: 'network_error' | 'send_error' | undefined;
}

/** An envelope that has not been tried yet. */
export function newEntry(envelope: Envelope, settle: Settle, arrivedAt: number): Entry {
  return {
    envelope,
    settle,
    bytes: envelopeBytes(envelope),
    arrivedAt,
    arrival: 0,
    attempts: 0,
    refusals: 0,
    pauses: 0,
    notBefore: 0,
    round: 0,
    renewed: false,
    isLast: false,
    failure: undefined,
  };
}
