import { currentScope, processState } from './process-state.js';
import type { Scope } from './scope.js';

/** What users may say about the running request or the process. */
export type ScopeSetters = Pick<
  Scope,
  | 'setUser'
  | 'setTag'
  | 'setTags'
  | 'setExtra'
  | 'setExtras'
  | 'setContext'
  | 'setFingerprint'
  | 'setLevel'
  | 'setTransaction'
  | 'setRequest'
  | 'continueTrace'
  | 'trace'
  | 'clear'
>;

/** The innermost active scope, else the process's. @example scope.setTag('tenant', 'acme') */
export const scope: ScopeSetters = {
  setUser: (user) => currentScope().setUser(user),
  setTag: (key, value) => currentScope().setTag(key, value),
  setTags: (tags) => currentScope().setTags(tags),
  setExtra: (key, value) => currentScope().setExtra(key, value),
  setExtras: (extras) => currentScope().setExtras(extras),
  setContext: (name, context) => currentScope().setContext(name, context),
  setFingerprint: (fingerprint) => currentScope().setFingerprint(fingerprint),
  setLevel: (level) => currentScope().setLevel(level),
  setTransaction: (name) => currentScope().setTransaction(name),
  setRequest: (request) => currentScope().setRequest(request),
  continueTrace: (header) => currentScope().continueTrace(header),
  get trace() {
    return currentScope().trace;
  },
  clear: () => currentScope().clear(),
};

/**
 * Runs `fn` in a scope and a trace of its own: it starts with what is known here, and what is said or left as a breadcrumb inside,
 * also after an `await`, stays inside. Use it around a request or a job.
 *
 * @returns what `fn` returns; what it throws is passed on.
 * @example app.use((req, res, next) => runInScope(() => { scope.setTransaction(req.path); next(); }))
 */
export function runInScope<T>(fn: () => T): T {
  return processState().activeScope.run(currentScope().fork(), fn);
}

/**
 * The same as `runInScope`, with the new scope handed over, in the same trace: for a few lines that need a tag of their own.
 *
 * @example withScope((inner) => { inner.setTag('step', 'import'); logger.error('row skipped'); })
 */
export function withScope<T>(fn: (scope: ScopeSetters) => T): T {
  const outer = currentScope();
  const inner = outer.fork(outer.trace);
  return processState().activeScope.run(inner, () => fn(inner));
}
