import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Breadcrumb } from '../protocol/event.js';
import type { Scrubber } from '../scrub/walk.js';

/** Makes a breadcrumb, by the rules of the client it is for. */
type Describe = (scrubber: Scrubber, durationMs: number) => Breadcrumb;

/** Leaves a breadcrumb in the scope where something began. `host`: of a request, with its port unless it is the usual. */
export type Leave = (describe: Describe, host?: string) => void;

/** Something begins here and now; undefined: it is our own work, and leaves nothing. */
export type Begin = () => Leave | undefined;

/** Starts to watch for something. @returns a function that ends the watch. */
export type Watch = (begin: Begin) => () => void;

type Listener = (message: unknown) => void;

/** Listens to channels of node:diagnostics_channel; one that this version of Node does not have stays silent. */
export function listen(listeners: Readonly<Record<string, Listener>>): () => void {
  const quiet = Object.entries(listeners).map(([name, listener]) => [name, quietly(listener)] as const);
  for (const [name, listener] of quiet) subscribe(name, listener);
  return function stopListening() {
    for (const [name, listener] of quiet) unsubscribe(name, listener);
  };
}

/** Node makes an uncaught exception of what a listener throws, and what it is shown belongs to the host. */
export function quietly<Args extends unknown[]>(listener: (...args: Args) => void): (...args: Args) => void {
  return function listenQuietly(...args) {
    try {
      listener(...args);
    } catch {
      // It costs this breadcrumb.
    }
  };
}

/** A short word for what failed: the error's code, else its name. Messages may quote what was sent. */
export function failureOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  const word = typeof code === 'string' ? code : name;
  return typeof word === 'string' && word !== '' ? word : 'Error';
}

/** Data without what is not known. */
export function known(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined && value !== null));
}
