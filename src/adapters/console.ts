import type { Client } from '../client/client.js';
import { ConfigError } from '../client/config-error.js';
import { type ArgumentFields, readArgumentFields } from './argument-fields.js';
import { HostLevels } from './host-levels.js';
import { givenClient } from './own-client.js';
import type { PrintfArguments } from './printf-arguments.js';
import { PrintfRecord } from './printf-record.js';

/** A method of console that can be captured. */
export type ConsoleMethod = 'debug' | 'info' | 'log' | 'warn' | 'error' | 'trace';

const METHODS: readonly ConsoleMethod[] = ['debug', 'info', 'log', 'warn', 'error', 'trace'];

/** How Node begins the warnings of the process, which it prints with console.error. */
const WARNING = `(${process.release.name}:${process.pid}) `;

/** What is common to the methods of one capture. */
interface Capture {
  /** False: undone. Who has patched console since then may still call what was put there. */
  isOn: boolean;
  /** While console itself works: `trace` prints by calling `error`, and that is no second record. */
  isPrinting: boolean;
  record(method: ConsoleMethod, args: readonly unknown[]): void;
}

/** A call of console. */
class ConsoleRecord extends PrintfRecord {
  protected override readFields(args: PrintfArguments): ArgumentFields {
    return readArgumentFields(args, 'console');
  }
}

/**
 * Reports what is printed with console: `console.error` as events, with the Error among the arguments, `info`, `log` and
 * `warn` as breadcrumbs, by the client's thresholds. It is printed as ever.
 *
 * A logger that prints through console is better captured by its own adapter: both would record each of its lines.
 *
 * @param client which is not closed, or a function that returns it
 * @param levels the methods to capture; default: `debug`, `info`, `log`, `warn`, `error` and `trace`
 * @returns a function that puts back what was there, or, where others have patched console since, at least stops recording.
 * @throws TypeError for what is no client; ConfigError for other methods.
 * @example const undo = captureConsole(client, ['error', 'warn']);
 */
export function captureConsole(
  client: Client | (() => Client),
  levels: readonly ConsoleMethod[] = METHODS,
): () => void {
  const given = givenClient(client);
  checkMethods(levels);
  const capture = captureFor(given);
  const undos = [...new Set(levels)].map((method) => patch(console, method, capture));
  return function undoCapture() {
    capture.isOn = false;
    for (const undo of undos) undo();
  };
}

function checkMethods(levels: unknown): void {
  const isKnown = (level: unknown): boolean => METHODS.some((method) => method === level);
  if (Array.isArray(levels) && levels.every(isKnown)) return;
  throw new ConfigError([{ option: 'levels', problem: `must be a list of ${METHODS.join(', ')}` }]);
}

function captureFor(client: Client): Capture {
  const levels = new HostLevels(client.settings.options.levelMap);
  const clean = (value: unknown) => client.clean(value);
  return {
    isOn: true,
    isPrinting: false,
    record(method, args) {
      const { level, severity } = levels.place(method);
      if (severity < client.threshold || isNoRecord(args)) return;
      const facts = { level, levelName: method, time: Date.now(), logger: 'console', origin: 'console' };
      try {
        client.captureRecord(new ConsoleRecord(facts, args, clean));
      } catch {
        // The client does not throw; where even that fails, as on a stack that is all but full, it must be printed still.
      }
    },
  };
}

/** An empty line; or a warning of the process, which is no error, and may be our own. */
function isNoRecord(args: readonly unknown[]): boolean {
  const [first] = args;
  return args.length === 0 || (typeof first === 'string' && first.startsWith(WARNING));
}

/** @returns a function that puts back what was there, unless others have put something on top. */
function patch(target: Console, method: ConsoleMethod, capture: Capture): () => void {
  const before = Object.getOwnPropertyDescriptor(target, method);
  const original: (...args: unknown[]) => unknown = target[method];

  function captured(this: unknown, ...args: unknown[]): unknown {
    if (!capture.isOn || capture.isPrinting) return Reflect.apply(original, this, args);
    capture.record(method, args);
    capture.isPrinting = true;
    try {
      return Reflect.apply(original, this, args);
    } finally {
      capture.isPrinting = false;
    }
  }

  const enumerable = before?.enumerable ?? true;
  Object.defineProperty(target, method, { value: captured, writable: true, configurable: true, enumerable });
  return function undoPatch() {
    if (target[method] !== captured) return;
    if (before === undefined) Reflect.deleteProperty(target, method);
    else Object.defineProperty(target, method, before);
  };
}
