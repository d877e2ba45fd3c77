import { join } from 'node:path';
import { ancestors, readText } from './nearby-files.js';

/** The fields of a package.json this library reads; values as they stand there, unchecked. */
export interface PackageFile {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly dependencies?: unknown;
  readonly optionalDependencies?: unknown;
}

const MAX_BYTES = 1_024 * 1_024;

/** The package.json in a directory; undefined where there is none that can be read. */
export function readPackageFile(dir: string): PackageFile | undefined {
  const text = readText(join(dir, 'package.json'), MAX_BYTES);
  if (text === undefined) return undefined;
  try {
    const content: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof content === 'object' && content !== null ? content : undefined;
  } catch {
    return undefined;
  }
}

/** The package a directory belongs to. A package.json without a name only sets the module type of its directory. */
export function findPackage(dir: string): { readonly dir: string; readonly file: PackageFile } | undefined {
  for (const candidate of ancestors(dir)) {
    const file = readPackageFile(candidate);
    if (typeof file?.name === 'string') return { dir: candidate, file };
  }
  return undefined;
}
