import { isPath, redactProblem } from '../scrub/walk.js';
import { type Check, expected, flag, hook, isRecord, objectProblem } from './checks.js';

const paths: Check = (value) => {
  if (!Array.isArray(value)) return expected('a list of paths', value);
  const index = value.findIndex((path) => !isPath(path));
  if (index < 0) return undefined;
  const path: unknown = value[index];
  // A path names fields, and holds none of their values.
  const shown = typeof path === 'string' ? `'${path.slice(0, 200)}'` : `a ${typeof path}`;
  return `[${index}] is no path: ${shown} (REDACT_PATH_INVALID)`;
};

const censor: Check = (value) =>
  typeof value === 'string' || typeof value === 'function' ? hookOf(value) : expected('a string or a function', value);

function hookOf(value: unknown): string | undefined {
  return typeof value === 'function' ? hook(value) : undefined;
}

/** The option `redact`; whether its paths work in this process is tried out. */
export const redact: Check = (value) => {
  if (!isRecord(value)) return expected('an object with paths', value);
  if (value['paths'] === undefined) return 'must name its paths';
  const problem = objectProblem(value, { paths, censor, remove: flag });
  if (problem !== undefined) return problem;
  if (value['remove'] === true && value['censor'] !== undefined) return '.remove cannot stand beside censor';
  return redactProblem(value['paths'] as readonly string[]);
};
