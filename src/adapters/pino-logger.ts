import type { PinoLevelMapping } from './pino-levels.js';

/** Under which keys a logger writes what has a meaning of its own. */
export interface LineKeys {
  readonly messageKey: string;
  readonly errorKey: string;
  /** Where the fields of a log call go; undefined: to the top. */
  readonly nestedKey: string | undefined;
}

/** pino's defaults. */
export const DEFAULT_KEYS: LineKeys = { messageKey: 'msg', errorKey: 'err', nestedKey: undefined };

/** Under which keys people log an error, besides the logger's own. */
export const ERROR_KEYS: readonly string[] = ['err', 'error', 'exception'];

/** pino keeps its options under symbols it does not share; each copy of pino has its own. */
const symbols = new Map<string, symbol>();

/** The keys a logger writes. */
export function keysOf(logger: object): LineKeys {
  return {
    messageKey: textOr(internal(logger, 'pino.messageKey'), DEFAULT_KEYS.messageKey),
    errorKey: errorKeyOf(logger),
    nestedKey: textOr(internal(logger, 'pino.nestedKey'), undefined),
  };
}

/** The key under which a logger writes an Error. */
export function errorKeyOf(logger: object): string {
  return textOr(internal(logger, 'pino.errorKey'), DEFAULT_KEYS.errorKey);
}

/** The logger's table of levels; undefined where it has none. */
export function levelsOf(logger: object): PinoLevelMapping | undefined {
  const { levels } = logger as { levels?: unknown };
  return isLevelMapping(levels) ? levels : undefined;
}

export function isLevelMapping(levels: unknown): levels is PinoLevelMapping {
  const { labels, values } = (levels ?? {}) as { labels?: unknown; values?: unknown };
  return labels !== null && typeof labels === 'object' && values !== null && typeof values === 'object';
}

/**
 * Whether the logger has nothing that could hide or change a value under `key` on its way into the line: no `redact`, no
 * serializer for it, no formatter or hook. False in doubt.
 */
export function writesPlainly(logger: unknown, key: string): boolean {
  return hidesNothing(logger) && shared(logger, 'pino.serializers')[key] === undefined;
}

/** The same, serializers apart. */
export function hidesNothing(logger: unknown): boolean {
  if (logger === null || typeof logger !== 'object') return false;
  const redactors = internal(logger, 'pino.stringifiers');
  return (
    redactors !== null &&
    typeof redactors === 'object' &&
    Reflect.ownKeys(redactors).length === 0 &&
    shared(logger, 'pino.formatters')['log'] === undefined &&
    shared(logger, 'pino.hooks')['streamWrite'] === undefined
  );
}

/** What a logger keeps under a symbol that all copies of pino share. */
function shared(logger: unknown, name: string): Readonly<Record<string, unknown>> {
  return ((logger as Record<symbol, unknown>)[Symbol.for(name)] ?? {}) as Record<string, unknown>;
}

/** What a logger, or one of its ancestors, keeps under the symbol of this description. */
function internal(logger: object, description: string): unknown {
  const known = symbols.get(description);
  if (known !== undefined && known in logger) return (logger as Record<symbol, unknown>)[known];
  for (let owner: object | null = logger; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const symbol = Object.getOwnPropertySymbols(owner).find((one) => one.description === description);
    if (symbol === undefined) continue;
    symbols.set(description, symbol);
    return (owner as Record<symbol, unknown>)[symbol];
  }
  return undefined;
}

function textOr<Otherwise>(value: unknown, otherwise: Otherwise): string | Otherwise {
  return typeof value === 'string' ? value : otherwise;
}
