import type { Dsn } from '../protocol/dsn.js';
import { transportFor } from '../transport/scheme.js';
import type { Transport, TransportContext } from '../transport/transport.js';
import { SDK } from '../version.js';
import { ConfigError } from './config-error.js';
import { DEFAULTS } from './defaults.js';
import type { Diagnostics } from './diagnostics.js';
import type { Settings } from './settings.js';
import { checkOption } from './validate-options.js';

/** What a transport tells of its attempts. */
export type Attempts = Required<Pick<TransportContext, 'error' | 'retried'>>;

/**
 * The transport that the options ask for: one of the user's, else by scheme name, else by the DSN's prefix.
 *
 * @throws ConfigError where a factory makes no transport, such as the promise of one.
 */
export function openTransport(settings: Settings, dsn: Dsn, diagnostics: Diagnostics, attempts: Attempts): Transport {
  const wanted = settings.options.transport ?? dsn.transport ?? DEFAULTS.transport;
  if (typeof wanted === 'object') return wanted;
  const factory = typeof wanted === 'string' ? transportFor(wanted) : wanted;
  const made = factory({
    dsn,
    options: settings.transport,
    sdk: SDK,
    warn: (code, message) => diagnostics.warn(code, message),
    ...attempts,
  });
  const problem = typeof made === 'object' ? checkOption('transport', made) : 'must make a transport';
  if (problem !== undefined)
    throw new ConfigError([{ option: 'transport', problem: `(what the factory made) ${problem}` }]);
  return made;
}
