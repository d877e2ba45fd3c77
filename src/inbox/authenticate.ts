import type { IncomingHttpHeaders } from 'node:http';
import { DsnError, parseDsn } from '../protocol/dsn.js';
import { Rejection } from './rejection.js';

const KEY_IN_HEADER = /^Sentry\s(?:.*[\s,])?sentry_key=[^\s,]/i;

/**
 * Checks that a request names a public key, in one of the ways Relay reads: the `X-Sentry-Auth` header, the query, or the
 * `dsn` of the envelope header. Any key will do: the inbox has no accounts.
 *
 * @throws Rejection 401 when there is none, or one in the header and one in the query, which Relay refuses
 */
export function authenticate(headers: IncomingHttpHeaders, query: URLSearchParams, envelopeDsn: unknown): void {
  const inHeader = KEY_IN_HEADER.test(String(headers['x-sentry-auth'] ?? ''));
  const inQuery = (query.get('sentry_key') ?? '') !== '';
  if (inHeader && inQuery) throw new Rejection(401, 'multiple authorization: one key in the header, one in the query');
  if (!inHeader && !inQuery && !isDsn(envelopeDsn)) {
    throw new Rejection(401, 'missing authorization: no key in X-Sentry-Auth, query or envelope header');
  }
}

function isDsn(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    parseDsn(value);
    return true;
  } catch (error) {
    if (error instanceof DsnError) return false;
    throw error;
  }
}
