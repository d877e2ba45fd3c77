import type { Dsn } from '../protocol/dsn.js';
import type { HttpReply } from './exchange.js';
import { ProxyRefusal, secretsOf } from './proxy.js';
import { type RouteSource, routeName, routeOf } from './route.js';

/** How much of a foreign text a message repeats, in characters. */
const MAX_SAID = 200;
const UNPRINTABLE = /[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** What went wrong with an attempt. `JACKDAW_RATE_LIMITED` alone asks nothing of the user. */
export type DeliveryErrorCode =
  | 'JACKDAW_CREDENTIALS_REFUSED'
  | 'JACKDAW_REDIRECT'
  | 'JACKDAW_TOO_LARGE'
  | 'JACKDAW_RATE_LIMITED'
  | 'JACKDAW_REJECTED'
  | 'JACKDAW_TLS_REFUSED'
  | 'JACKDAW_PROXY_REFUSED'
  | 'JACKDAW_UNREACHABLE';

/** The verdicts of Node on a certificate: of OpenSSL's verification, and its own on the names. */
const TLS_REFUSED =
  /^(?:ERR_TLS_CERT_ALTNAME_INVALID|(?:CERT|CRL|UNABLE_TO|ERROR_IN)_\w+|\w*SELF_SIGNED_\w+|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/;

/** An attempt that did not deliver. Names the host, never a key. */
export class DeliveryError extends Error {
  override readonly name: string = 'DeliveryError';
  readonly code: DeliveryErrorCode;
  /** The HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;

  constructor(code: DeliveryErrorCode, message: string, options?: ErrorOptions & { readonly status?: number }) {
    super(message, options);
    this.code = code;
    this.status = options?.status;
  }
}

/** Describes an answer that is no success, or the error in its place. */
export function deliveryError(reply: HttpReply | Error, source: RouteSource, bytes: number): DeliveryError {
  const name = routeName(routeOf(source));
  if (reply instanceof Error) {
    const { code, problem } = failure(reply);
    const message = `${name} ${problem}: ${said(reason(reply), source)}`;
    return new DeliveryError(code, message, { cause: reply });
  }
  const { code, advice } = rejection(reply.status, source, bytes);
  const text = reply.text === '' ? '' : ` (${said(reply.text, source)})`;
  return new DeliveryError(code, `${name} answered ${reply.status}${text}: ${advice}`, { status: reply.status });
}

/** Whether nothing changes by itself: worth a warning at once, though what waits may still be delivered. */
export function isForUser({ code }: DeliveryError): boolean {
  return code === 'JACKDAW_TLS_REFUSED' || code === 'JACKDAW_PROXY_REFUSED';
}

function failure(error: Error): { readonly code: DeliveryErrorCode; readonly problem: string } {
  if (error instanceof ProxyRefusal) return { code: error.code, problem: 'is out of reach' };
  if (TLS_REFUSED.test(codeOf(error))) return { code: 'JACKDAW_TLS_REFUSED', problem: 'is not trusted' };
  return { code: 'JACKDAW_UNREACHABLE', problem: 'did not answer' };
}

function rejection(
  status: number,
  { options }: RouteSource,
  bytes: number,
): { readonly code: DeliveryErrorCode; readonly advice: string } {
  const address = options.tunnel === undefined ? 'the DSN' : 'the option tunnel';
  switch (status) {
    case 401:
    case 403:
    case 404:
      return { code: 'JACKDAW_CREDENTIALS_REFUSED', advice: `check ${suspects(options).join(', and ')}` };
    case 413:
      return { code: 'JACKDAW_TOO_LARGE', advice: `${bytes} bytes are too many; servers take 1 MiB per event or log` };
    case 429:
      return { code: 'JACKDAW_RATE_LIMITED', advice: 'it wants no more for now' };
  }
  if (status >= 300 && status < 400) {
    return { code: 'JACKDAW_REDIRECT', advice: `redirects are never followed; put the final address into ${address}` };
  }
  return { code: 'JACKDAW_REJECTED', advice: 'it did not take the envelope' };
}

/** Who may have said that there is nothing for us there. */
function suspects({ tunnel, proxy }: RouteSource['options']): readonly string[] {
  return [
    'the key and the project of the DSN',
    ...(tunnel === undefined ? [] : ['the option tunnel']),
    ...(proxy === undefined ? [] : ['the proxy, which may have said it']),
  ];
}

/** Where a host has several addresses, Node's error says nothing itself but holds one error for each. */
function reason(error: Error): string {
  const [first] = error instanceof AggregateError ? error.errors : [error];
  return first instanceof Error && first.message !== '' ? first.message : codeOf(error) || error.name;
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

/** What others say, without the proxy's password, which it might repeat, too. */
function said(text: string, { dsn, options }: RouteSource): string {
  const secrets = options.proxy === undefined ? [] : secretsOf(options.proxy);
  return printable(
    secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text),
    dsn,
  );
}

/**
 * A text from outside, fit for a terminal: no control or direction characters, no flood, no key that a server repeats.
 * Cut last, or half a key could stay.
 */
export function printable(text: string, { publicKey, secretKey }: Dsn): string {
  const keys = [secretKey, publicKey].filter((key) => key !== '');
  const masked = keys.reduce((rest, key) => rest.replaceAll(key, '***'), text);
  return masked.replace(UNPRINTABLE, ' ').trim().slice(0, MAX_SAID);
}
