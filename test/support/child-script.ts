import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** How a process ended. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

const root = join(__dirname, '../..');

/**
 * Runs a script in a process of its own, as a user's would run: `require('./dist/index.js')` is the compiled package.
 * What follows `script` is `process.argv.slice(1)`.
 */
export async function runScript(
  script: string,
  args: readonly string[] = [],
  { flags = [], env = {} }: { readonly flags?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  const start = performance.now();
  const child = spawn(process.execPath, [...flags, '-e', script, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close'),
  ]);
  return { code, stdout: stdout.join(''), stderr: stderr.join(''), ms: performance.now() - start };
}
