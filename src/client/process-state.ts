import { AsyncLocalStorage } from 'node:async_hooks';
import type { Client } from './client.js';
import { Scope } from './scope.js';

/** How an Error made its event. */
export interface Reported {
  /** When, in ms on the clock that nobody sets. */
  readonly time: number;
  /** In which request. */
  readonly traceId: string;
  /** Whether nobody had caught it. */
  readonly uncaught: boolean;
}

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
  /** Clients in order of creation, until what they held when they were closed is settled, too. */
  readonly clients: Client[];
  /** Codes that have been warned about. */
  readonly warned: Set<string>;
  /** Whether the listeners for the end of the process are there. */
  exitHooked: boolean;
  /** There once the process exits: delivers what was taken since, and keeps what cannot be. */
  drainNow: (() => void) | undefined;
  /** Whether the listener for uncaught errors is there. */
  uncaughtHooked: boolean;
  /** Errors that have made an event, by public DSN. */
  readonly reported: Map<string, WeakMap<object, Reported>>;
  /** The listeners for signals, and the clients that asked for each. */
  readonly signals: Map<NodeJS.Signals, SignalWatch>;
  /** What is watched for breadcrumbs, by name. */
  readonly watches: Map<string, BreadcrumbWatch>;
}

/** One watch for all clients that want its breadcrumbs. */
interface BreadcrumbWatch {
  readonly clients: Set<Client>;
  readonly stop: () => void;
}

/** One signal's only listener of ours: two would each take the other for the application's. */
interface SignalWatch {
  readonly listener: NodeJS.SignalsListener;
  readonly clients: Set<Client>;
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
    drainNow: undefined,
    uncaughtHooked: false,
    reported: new Map(),
    signals: new Map(),
    watches: new Map(),
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
