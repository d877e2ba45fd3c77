import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { type Dsn, publicDsn } from '../protocol/dsn.js';
import type { Envelope } from '../protocol/envelope.js';
import { Spool, type SpoolOptions } from '../spool/spool.js';
import { asError } from '../transport/as-error.js';
import { Multiplexer } from '../transport/multiplexer.js';
import { SpooledTransport } from '../transport/spooled-transport.js';
import type { StoredRecord } from '../transport/store.js';
import { fromRecord } from '../transport/stored-envelope.js';
import type { Settle, Transport } from '../transport/transport.js';
import { denyScrubber, scrubberFor } from './base.js';
import { ConfigError } from './config-error.js';
import { DEFAULTS } from './defaults.js';
import type { Diagnostics } from './diagnostics.js';
import type { Attempts } from './open-transport.js';
import type { SpoolSettings } from './options.js';
import { rescrub } from './rescrub.js';
import type { Settings } from './settings.js';

/** The transport with the spool that the options ask for, if they do. */
export function withSpool(
  inner: Transport,
  { options }: Settings,
  dsn: Dsn,
  diagnostics: Diagnostics,
  attempts: Attempts,
): Transport {
  const spool = wantedSpool(options, dsn);
  if (spool === false) return inner;
  if (inner instanceof Multiplexer) {
    const problem = 'cannot stand beside a multiplexer: what it keeps is for one destination';
    throw new ConfigError([{ option: 'spool', problem }]);
  }
  const spoolOptions: SpoolOptions = { ...settled(spool), destination: publicDsn(dsn) };
  const clean = createCleaner(options, diagnostics);
  return new SpooledTransport(
    inner,
    (available) =>
      new Spool(spoolOptions, {
        available,
        recovered: (category, quantity) => attempts.recovered(knownCategory(category), quantity),
        lost: (reason, category, quantity) => attempts.spoolLost(reason, knownCategory(category), quantity),
        problem: (error) => {
          diagnostics.warn(`JACKDAW_${error.code}`, error.message);
          diagnostics.error(error);
        },
      }),
    { restored: (stored) => restore(stored, clean, attempts), failed: attempts.error },
  );
}

/**
 * The transport `file` is nothing without a spool.
 *
 * @throws ConfigError where it is asked to be
 */
export function wantedSpool({ spool, transport }: Settings['options'], dsn: Dsn): boolean | string | SpoolSettings {
  if ((transport ?? dsn.transport) !== 'file') return spool ?? false;
  if (spool !== false) return spool ?? true;
  throw new ConfigError([{ option: 'spool', problem: "must not be false with the transport 'file'" }]);
}

/** Where the spool is, how large, and how safe. */
function settled(spool: true | string | SpoolSettings): Omit<SpoolOptions, 'destination'> {
  const given = typeof spool === 'object' ? spool : {};
  const dir = typeof spool === 'string' ? spool : (given.dir ?? defaultDirectory());
  return { ...DEFAULTS.spool, ...given, dir };
}

/** State that outlives a restart, but is no configuration (XDG Base Directory Specification 0.8). */
export function defaultDirectory(): string {
  return join(stateDirectory(), 'jackdaw', 'spool');
}

function stateDirectory(): string {
  const { XDG_STATE_HOME: state = '', LOCALAPPDATA: local = '' } = process.env;
  if (isAbsolute(state)) return state;
  if (process.platform === 'win32' && isAbsolute(local)) return local;
  try {
    return join(homedir(), '.local', 'state');
  } catch {
    // A user without an entry in the user database.
    return tmpdir();
  }
}

/** Of this process it is clean already; what another one wrote is cleaned by today's rules. */
function createCleaner(options: Settings['options'], diagnostics: Diagnostics): (envelope: Envelope) => Envelope {
  let scrubbers:
    | readonly [structure: ReturnType<typeof denyScrubber>, data: ReturnType<typeof scrubberFor>]
    | undefined;
  return function clean(envelope) {
    scrubbers ??= [denyScrubber(options, diagnostics), scrubberFor(options, diagnostics)];
    return rescrub(envelope, ...scrubbers);
  };
}

function restore(
  { record, recovered }: StoredRecord,
  clean: (envelope: Envelope) => Envelope,
  attempts: Attempts,
): { readonly envelope: Envelope; readonly settle: Settle } | undefined {
  try {
    const kept = fromRecord(record);
    const envelope = recovered ? clean(kept) : kept;
    return { envelope, settle: attempts.restored(envelope) };
  } catch (error) {
    attempts.error(asError(error));
    const { quantity } = record;
    const category = knownCategory(record.category);
    attempts.restored({ header: {}, items: [], category, quantity, level: 'error' })('internal_sdk_error');
    return undefined;
  }
}

function knownCategory(category: string): 'error' | 'log_item' {
  return category === 'log_item' ? 'log_item' : 'error';
}
