import type { Dsn } from '../protocol/dsn.js';
import type { HttpReply } from './exchange.js';

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
  | 'JACKDAW_UNREACHABLE';

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
export function deliveryError(reply: HttpReply | Error, dsn: Dsn, bytes: number): DeliveryError {
  const host = dsn.port === '' ? dsn.host : `${dsn.host}:${dsn.port}`;
  if (reply instanceof Error) {
    return new DeliveryError('JACKDAW_UNREACHABLE', `${host} did not answer: ${printable(reason(reply), dsn)}`, {
      cause: reply,
    });
  }
  const { code, advice } = rejection(reply.status, bytes);
  const said = reply.text === '' ? '' : ` (${printable(reply.text, dsn)})`;
  return new DeliveryError(code, `${host} answered ${reply.status}${said}: ${advice}`, { status: reply.status });
}

function rejection(status: number, bytes: number): { readonly code: DeliveryErrorCode; readonly advice: string } {
  switch (status) {
    case 401:
    case 403:
    case 404:
      return { code: 'JACKDAW_CREDENTIALS_REFUSED', advice: 'check the key and the project of the DSN' };
    case 413:
      return { code: 'JACKDAW_TOO_LARGE', advice: `${bytes} bytes are too many; servers take 1 MiB per event or log` };
    case 429:
      return { code: 'JACKDAW_RATE_LIMITED', advice: 'it wants no more for now' };
  }
  if (status >= 300 && status < 400) {
    return { code: 'JACKDAW_REDIRECT', advice: 'redirects are never followed; put the final address into the DSN' };
  }
  return { code: 'JACKDAW_REJECTED', advice: 'it did not take the envelope' };
}

/** Where a host has several addresses, Node's error says nothing itself but holds one error for each. */
function reason(error: Error): string {
  const [first] = error instanceof AggregateError ? error.errors : [error];
  return first instanceof Error && first.message !== ''
    ? first.message
    : ((error as NodeJS.ErrnoException).code ?? error.name);
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
