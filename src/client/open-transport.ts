import type { Dsn } from '../protocol/dsn.js';
import type { Envelope } from '../protocol/envelope.js';
import type { DropReason } from '../protocol/outcome.js';
import { transportFor } from '../transport/scheme.js';
import { Spotlight } from '../transport/spotlight.js';
import type { Settle, Transport, TransportContext } from '../transport/transport.js';
import { SDK } from '../version.js';
import { ConfigError } from './config-error.js';
import { DEFAULTS } from './defaults.js';
import type { Diagnostics } from './diagnostics.js';
import type { Settings } from './settings.js';
import { wantedSpool, withSpool } from './spooling.js';
import { checkOption } from './validate-options.js';

/** What a transport, and the spool beside it, tell of their attempts. */
export type Attempts = Required<Pick<TransportContext, 'error' | 'retried'>> & {
  /** The spool took over what another process left. */
  recovered(category: 'error' | 'log_item', quantity: number): void;
  /** An envelope is back from the spool. */
  restored(envelope: Envelope): Settle;
  /** What waited in the spool is lost there. */
  spoolLost(reason: DropReason, category: 'error' | 'log_item', quantity: number): void;
};

/**
 * The transport that the options ask for: one of the user's, else by scheme name, else by the DSN's prefix.
 *
 * @throws ConfigError where a factory makes no transport, such as the promise of one.
 */
export function openTransport(settings: Settings, dsn: Dsn, diagnostics: Diagnostics, attempts: Attempts): Transport {
  return withSpool(plainTransport(settings, dsn, diagnostics, attempts), settings, dsn, diagnostics, attempts);
}

function plainTransport(settings: Settings, dsn: Dsn, diagnostics: Diagnostics, attempts: Attempts): Transport {
  const { transport } = settings.options;
  const keeps = wantedSpool(settings.options, dsn) !== false;
  const wanted = transport ?? dsn.transport ?? DEFAULTS.transport;
  if (typeof wanted === 'object') return wanted;
  const factory = typeof wanted === 'string' ? transportFor(wanted) : wanted;
  const made = factory({
    dsn,
    options: settings.transport,
    sdk: SDK,
    warn: (code, message) => {
      // What finds no server is not dropped, but kept.
      if (!keeps || code !== 'JACKDAW_UNREACHABLE') diagnostics.warn(code, message);
    },
    error: attempts.error,
    retried: attempts.retried,
  });
  const problem = typeof made === 'object' ? checkOption('transport', made) : 'must make a transport';
  if (problem !== undefined)
    throw new ConfigError([{ option: 'transport', problem: `(what the factory made) ${problem}` }]);
  return made;
}

/** Where copies go, if they are asked for. */
export function openSpotlight({ spotlight }: Settings, dsn: Dsn, diagnostics: Diagnostics): Spotlight | undefined {
  if (spotlight === undefined) return undefined;
  return new Spotlight(spotlight, dsn, ({ message }) => {
    diagnostics.warn('JACKDAW_SPOTLIGHT', `no copies reach ${new URL(spotlight).host}: ${message}`);
  });
}
