import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../client/client.js';
import type { Stats } from '../client/ledger.js';
import { resolveSettings } from '../client/settings.js';
import { type Dsn, fullDsn } from '../protocol/dsn.js';
import { SpoolError } from '../spool/spool-error.js';
import { httpTransport } from '../transport/http-transport.js';
import { loadUndici } from '../transport/send-http.js';
import type { CommandIo } from './command.js';

/** Between two looks at the ledger, in milliseconds. */
const LOOK_MS = 50;
/** How many looks in a row must find nothing: one may miss a directory that is just being taken over. */
const EMPTY_LOOKS = 2;
/** For a last attempt with what is under way, in milliseconds. */
const CLOSE_MS = 2_000;
/** Whoever asks for it wants all of it, however old: the most that the options allow. */
const EVERYTHING = { maxBytes: 2 ** 40, maxAgeMs: 365 * 86_400_000 };

/** What to deliver, and when to stop. */
export interface SpoolDelivery {
  readonly dsn: Dsn;
  readonly dir: string;
  /** Gives up when nothing has moved for so long, in milliseconds. */
  readonly idleMs: number;
  readonly signal: CommandIo['signal'];
  /** Whether anything is left that may be taken over, or that was and is not settled. */
  isLeft(): Promise<boolean>;
  /** Called again and again, until the end. */
  progress(stats: Stats): void;
}

/**
 * Takes over what nobody writes beside any more and delivers it, as a program with that spool would that has nothing else
 * to do.
 *
 * @returns its ledger, when it is closed
 * @throws SpoolError where the spool cannot be used
 */
export async function deliverSpool(delivery: SpoolDelivery, env: CommandIo['env']): Promise<Stats> {
  const problems: SpoolError[] = [];
  const client = openClient(delivery, env, (error) => {
    if (error instanceof SpoolError && STOPS.includes(error.code)) problems.push(error);
  });
  // The time it takes is not the server's.
  loadUndici();
  await untilDone(client, delivery, () => problems.length > 0);
  await client.close(delivery.signal?.aborted ? 0 : CLOSE_MS);
  const [problem] = problems;
  if (problem !== undefined) throw problem;
  return client.stats();
}

const STOPS: readonly SpoolError['code'][] = ['SPOOL_UNSAFE', 'SPOOL_UNWRITABLE', 'SPOOL_NO_SPACE'];

function openClient({ dsn, dir }: SpoolDelivery, env: CommandIo['env'], onError: (error: Error) => void): Client {
  const options = {
    dsn: fullDsn({ ...dsn, transport: undefined }),
    // The command has more to say about the server.
    transport: (context: Parameters<typeof httpTransport>[0]) => httpTransport({ ...context, warn: () => {} }),
    spool: { dir, ...EVERYTHING },
    onError,
  };
  return new Client(resolveSettings(options, { ...env }));
}

async function untilDone(client: Client, delivery: SpoolDelivery, isStopped: () => boolean): Promise<void> {
  let last = { moved: -1, at: 0 };
  let emptyLooks = 0;
  while (!isStopped() && delivery.signal?.aborted !== true) {
    const stats = client.stats();
    delivery.progress(stats);
    emptyLooks = openOf(stats) === 0 && !(await delivery.isLeft()) ? emptyLooks + 1 : 0;
    if (emptyLooks === EMPTY_LOOKS) return;
    const moved = settledOf(stats) + sum(stats.recovered);
    if (moved !== last.moved) last = { moved, at: performance.now() };
    else if (performance.now() - last.at > delivery.idleMs) return;
    await sleep(LOOK_MS);
  }
}

/** How much has met its fate. */
export function settledOf({ delivered, dropped }: Stats): number {
  return sum(delivered) + Object.values(dropped).reduce((total, quantities) => total + sum(quantities), 0);
}

function openOf({ queued, spooled }: Stats): number {
  return sum(queued) + sum(spooled);
}

/** Of all categories. */
export function sum(quantities: object): number {
  return Object.values(quantities).reduce((total: number, quantity: number) => total + quantity, 0);
}
