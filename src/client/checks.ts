/** Says what is wrong with a value, or undefined. */
export type Check = (value: unknown) => string | undefined;

export const text: Check = (value) => (typeof value === 'string' ? undefined : expected('a string', value));
export const flag: Check = (value) => (typeof value === 'boolean' ? undefined : expected('true or false', value));
export const record: Check = (value) => (isRecord(value) ? undefined : expected('an object', value));

export function number(min: number, max: number, kind: 'an integer' | 'a number' = 'an integer'): Check {
  return (value) => {
    const fits = typeof value === 'number' && value >= min && value <= max;
    return fits && (kind === 'a number' || Number.isInteger(value))
      ? undefined
      : expected(`${kind} from ${min} to ${max}`, value);
  };
}

export const hook: Check = (value) => {
  if (typeof value !== 'function') return expected('a function', value);
  return isAsync(value) ? 'must be a synchronous function, not an async one' : undefined;
};

export function listOf(check: Check, what: string): Check {
  return (value) => {
    if (!Array.isArray(value)) return expected(`a list of ${what}`, value);
    for (const [index, item] of value.entries()) {
      const problem = check(item);
      if (problem !== undefined) return `[${index}] ${problem}`;
    }
    return undefined;
  };
}

/** What is wrong with an option that is an object, by the checks of its keys. */
export function objectProblem(
  value: Readonly<Record<string, unknown>>,
  checks: Readonly<Record<string, Check>>,
  allowed: readonly string[] = Object.keys(checks),
): string | undefined {
  for (const [key, item] of Object.entries(value)) {
    if (!allowed.includes(key)) return `.${key} is unknown; allowed are ${allowed.join(', ')}`;
    const problem = item === undefined ? undefined : checks[key]?.(item);
    if (problem !== undefined) return `.${key} ${problem}`;
  }
  return undefined;
}

export function expected(what: string, value: unknown): string {
  return `must be ${what}, not ${shown(value)}`;
}

/** Values are shown by kind, texts shortened: an option may hold a secret in the wrong place. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value.length <= 20 && !value.includes('@') ? `'${value}'` : 'a longer string';
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isAsync(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object AsyncFunction]';
}
