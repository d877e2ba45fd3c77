import type { Rejection } from './rejection.js';

/** An answer before it is written. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export function jsonReply(status: number, value: unknown): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

export function textReply(body: string): Reply {
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

/** `X-Sentry-Error` is how Sentry's servers tell the reason to clients that do not read bodies. */
export function rejectionReply({ status, message, causes }: Rejection): Reply {
  const reply = jsonReply(status, causes.length === 0 ? { detail: message } : { detail: message, causes });
  const reason = [message, ...causes].join(': ').replace(/[^\x20-\x7e]/g, '?');
  return { ...reply, headers: { ...reply.headers, 'x-sentry-error': reason } };
}
