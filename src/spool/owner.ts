import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who writes into a directory; what is unknown on a system is an empty text. */
export interface Owner {
  readonly pid: number;
  /** When the process was started, in ticks since the boot: a number of a process can come again. */
  readonly started: string;
  /** Changes with every boot of a machine. */
  readonly boot: string;
  /** Within it a pid means one process; each container has its own. */
  readonly pidNamespace: string;
  readonly host: string;
}

/** What this machine says about a process; `started` as in `Owner`. */
export type Sighting = 'gone' | { readonly started: string };

/** Processes, as the spool sees them. */
export interface Processes {
  readonly self: Owner;
  look(pid: number): Sighting;
}

/** The last sign of life, and since when it has been the last. Both in milliseconds. */
export interface Heartbeat {
  /** Its age by the wall clock. */
  readonly ageMs: number;
  /** How long it has been watched without a change, by the monotonic clock. */
  readonly watchedMs: number;
}

/** How often an owner gives a sign of life, in milliseconds. */
export const HEARTBEAT_MS = 10_000;
/** After so long without one, in milliseconds, a directory is nobody's. */
const SILENT_MS = 60_000;
/** The age of a heartbeat alone proves nothing where the clock was set: it must also have been watched for so long. */
const WATCHED_MS = 1.5 * HEARTBEAT_MS;

/**
 * Whether nobody writes there any more. Where boot and pid namespace are ours, the process itself proves it, either way;
 * elsewhere, and where nothing can be proved, only silence does.
 */
export function isOrphan(owner: Owner | undefined, processes: Processes, { ageMs, watchedMs }: Heartbeat): boolean {
  return provenGone(owner, processes) ?? (isSilent(ageMs) && watchedMs >= WATCHED_MS);
}

/** Whether the process that wrote there is gone; undefined: nothing can be proved, either way. */
export function provenGone(owner: Owner | undefined, { self, look }: Processes): boolean | undefined {
  if (owner === undefined || !isSameWorld(owner, self)) return undefined;
  const sighting = look(owner.pid);
  if (sighting === 'gone') return true;
  return sighting.started === '' || owner.started === '' ? undefined : sighting.started !== owner.started;
}

/** Whether a heartbeat of that age, in milliseconds, is more than late. */
export function isSilent(ageMs: number): boolean {
  return ageMs > SILENT_MS;
}

function isSameWorld(owner: Owner, self: Owner): boolean {
  return (
    owner.boot !== '' &&
    owner.boot === self.boot &&
    owner.pidNamespace !== '' &&
    owner.pidNamespace === self.pidNamespace
  );
}

export function parseOwner(text: string): Owner | undefined {
  try {
    const owner: Partial<Owner> | null = JSON.parse(text);
    const texts = [owner?.started, owner?.boot, owner?.pidNamespace, owner?.host];
    const pid = owner?.pid ?? 0;
    return Number.isSafeInteger(pid) && pid > 0 && texts.every((each) => typeof each === 'string')
      ? (owner as Owner)
      : undefined;
  } catch {
    return undefined;
  }
}

/** As this machine tells; on systems without /proc nothing but pid and host is known. */
export function machineProcesses(): Processes {
  const self: Owner = {
    pid: process.pid,
    started: statOf('self').started,
    boot: tell(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: tell(() => readlinkSync('/proc/self/ns/pid')),
    host: hostname(),
  };
  return { self, look };
}

function look(pid: number): Sighting {
  if (!isThere(pid)) return 'gone';
  const { state, started } = statOf(String(pid));
  // It has ended; only its parent has not asked how, as the first process of a container often never does.
  return state === 'Z' || state === 'X' ? 'gone' : { started };
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process may not be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Fields 3 and 22 of proc(5) stat; the name before them may hold anything, so they are counted from its last bracket. */
function statOf(pid: string): { readonly state: string; readonly started: string } {
  const stat = tell(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', started: fields[19] ?? '' };
}

function tell(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
