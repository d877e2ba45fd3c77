import { release } from 'node:os';
import { authHeader } from '../protocol/dsn.js';
import type { TransportContext } from './transport.js';

/**
 * The headers of every request to the destination, authentication included: Relay answers 401 to more than one kind of
 * it, so the query stays empty (Sentry SDK docs, "Envelopes": Authentication).
 */
export function requestHeaders({ dsn, sdk }: Pick<TransportContext, 'dsn' | 'sdk'>): Readonly<Record<string, string>> {
  return {
    'content-type': 'application/x-sentry-envelope',
    'user-agent': `${sdk.name}/${sdk.version} (node ${process.version}; ${process.platform} ${release()})`,
    'x-sentry-auth': authHeader(dsn, sdk),
  };
}
