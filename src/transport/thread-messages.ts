import type { HttpReply } from './exchange.js';
import { ProxyRefusal } from './proxy.js';

const PROXY_REFUSED: ProxyRefusal['code'] = 'JACKDAW_PROXY_REFUSED';

/** To the thread: post this. */
export interface PostMessage {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** From the thread: an answer, the error in its place, or that the connection is free. */
export type ThreadMessage = { readonly id: number } & (
  | { readonly reply: HttpReply; readonly stale: boolean }
  | { readonly error: ErrorText; readonly stale: boolean }
  | { readonly free: true }
);

/** What counts of an error: another thread gets no more of it. */
interface ErrorText {
  readonly message: string;
  readonly code: string | undefined;
}

/** Where a host has several addresses, the first error says what is wrong. */
export function textOfError(error: Error): ErrorText {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { message, code = (error as NodeJS.ErrnoException).code } = first as NodeJS.ErrnoException;
  return { message: message || (code ?? error.name), code };
}

export function errorOfText({ message, code }: ErrorText): Error {
  if (code === PROXY_REFUSED) return new ProxyRefusal(message);
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}
