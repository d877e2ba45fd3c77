import { join } from 'node:path';
import { ancestors } from './nearby-files.js';
import { findPackage, type PackageFile, readPackageFile } from './package-file.js';

const MAX_MODULES = 100;
/** Relay's limit for the field, in bytes of JSON. */
const MAX_BYTES = 8_192;
/** An npm name, `name` or `@scope/name`: it becomes part of a path. */
const NAME = /^(?:@[^/\\]+\/)?[^./\\@][^/\\]*$/;

const known = new Map<string, Readonly<Record<string, string>>>();

/**
 * The installed versions of the direct dependencies of the app in `dir`, at most 100 and 8 KiB.
 *
 * Read from disk synchronously, once per directory and process; never throws.
 */
export function readModules(dir: string): Readonly<Record<string, string>> {
  let modules = known.get(dir);
  if (modules === undefined) {
    modules = Object.freeze(installedVersions(dir));
    known.set(dir, modules);
  }
  return modules;
}

function installedVersions(dir: string): Record<string, string> {
  const app = findPackage(dir);
  if (app === undefined) return {};
  const dirs = ancestors(app.dir);
  const versions: [string, string][] = [];
  let bytes = '{}'.length;
  for (const name of dependencyNames(app.file)) {
    const version = installedVersion(name, dirs);
    if (version === undefined) continue;
    bytes += Buffer.byteLength(`${JSON.stringify([name, version])}`);
    if (bytes > MAX_BYTES) break;
    versions.push([name, version]);
  }
  return Object.fromEntries(versions);
}

function dependencyNames({ dependencies, optionalDependencies }: PackageFile): string[] {
  const names = [dependencies, optionalDependencies].flatMap((section) =>
    typeof section === 'object' && section !== null ? Object.keys(section) : [],
  );
  return [...new Set(names)].filter((name) => NAME.test(name)).slice(0, MAX_MODULES);
}

/** As require would find it: in the app's node_modules, else in those of the directories above (workspaces). */
function installedVersion(name: string, dirs: readonly string[]): string | undefined {
  for (const dir of dirs) {
    const version = readPackageFile(join(dir, 'node_modules', name))?.version;
    if (typeof version === 'string') return version;
  }
  return undefined;
}
