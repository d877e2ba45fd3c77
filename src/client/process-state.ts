import { AsyncLocalStorage } from 'node:async_hooks';
import type { Client } from './client.js';
import { Scope } from './scope.js';

/**
 * What exists once per process, even where two copies of the package are installed:
 * an ESM app and a logger that `require`s its adapter must see the same scope.
 */
export interface ProcessState {
  /** The scope of the request that is being served. */
  readonly activeScope: AsyncLocalStorage<Scope>;
  /** The scope outside of every request. */
  readonly processScope: Scope;
  /** True inside jackdaw's own work: what is logged there is not recorded, or the transport would feed itself. */
  readonly ownWork: AsyncLocalStorage<boolean>;
  /** Open clients in order of creation. */
  readonly clients: Client[];
  /** Codes that have been warned about. */
  readonly warned: Set<string>;
  /** Whether the listener for the natural end of the process is there. */
  exitHooked: boolean;
}

const KEY: unique symbol = Symbol.for('jackdaw');

/** The state of this process, created by whoever asks first. */
export function processState(): ProcessState {
  const holder = globalThis as { [KEY]?: ProcessState };
  holder[KEY] ??= {
    activeScope: new AsyncLocalStorage(),
    processScope: new Scope(),
    ownWork: new AsyncLocalStorage(),
    clients: [],
    warned: new Set(),
    exitHooked: false,
  };
  return holder[KEY];
}

/** The innermost active scope, else the process's. */
export function currentScope(): Scope {
  const state = processState();
  return state.activeScope.getStore() ?? state.processScope;
}

/** Runs code of the user's, or of ours: what it logs, now or later, is not recorded, or it would feed itself. */
export function asOwnWork<T>(work: () => T): T {
  return processState().ownWork.run(true, work);
}
