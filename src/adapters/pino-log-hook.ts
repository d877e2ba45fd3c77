import type { LogFn, Logger } from 'pino';

/** A log call as the application made it, before pino filled its placeholders. */
export interface LogCall {
  readonly logger: unknown;
  readonly template: string;
  readonly params: readonly unknown[];
}

/** pino writes within the log call, so the call that is being written is the one that runs. */
let running: LogCall | undefined;

/** The call that this logger is writing; undefined where no hook saw it. */
export function runningCall(logger: unknown): LogCall | undefined {
  return running?.logger === logger ? running : undefined;
}

/**
 * For pino's `hooks.logMethod`: keeps template and arguments for events, and saves the Error of `log.error('text', error)`,
 * which pino drops: it is written under the logger's error key, through serializers and `redact`, for every target.
 * Template and arguments reach only a destination in the same thread.
 *
 * @example pino({ hooks: { logMethod: jackdaw.logHook } }, jackdaw({ dsn }))
 * @example hooks: { logMethod(args, method, level) { jackdaw.logHook.call(this, args, (...more) => mine(this, more, method), level); } }
 */
export function logHook(this: Logger, args: Parameters<LogFn>, method: LogFn, _level: number): void {
  const given: readonly unknown[] = args;
  const at = typeof given[0] === 'string' ? 0 : 1;
  const text = given[at];
  const outer = running;
  running =
    typeof text === 'string'
      ? { logger: this, template: (this.msgPrefix ?? '') + text, params: given.slice(at + 1) }
      : undefined;
  try {
    const dropped = at === 0 ? errorAmong(given) : undefined;
    // An Error in front of the text is pino's own form for the two together.
    Reflect.apply(method, this, dropped === undefined ? args : [dropped, ...given]);
  } finally {
    running = outer;
  }
}

function errorAmong(args: readonly unknown[]): unknown {
  try {
    return args.find((arg) => arg instanceof Error);
  } catch {
    // A Proxy's traps.
    return undefined;
  }
}
