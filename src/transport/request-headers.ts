import { release } from 'node:os';
import { authHeader } from '../protocol/dsn.js';
import type { TransportContext } from './transport.js';

/**
 * The headers of every request to the destination, authentication included: Relay answers 401 to more than one kind of
 * it, so the query stays empty, and with a tunnel, where the envelope names the DSN, so does the header (Sentry SDK docs,
 * "Envelopes": Authentication).
 */
export function requestHeaders({
  dsn,
  sdk,
  options,
}: Pick<TransportContext, 'dsn' | 'sdk' | 'options'>): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/x-sentry-envelope',
    'user-agent': `${sdk.name}/${sdk.version} (node ${process.version}; ${process.platform} ${release()})`,
    ...(options.tunnel === undefined && { 'x-sentry-auth': authHeader(dsn, sdk) }),
  };
}
