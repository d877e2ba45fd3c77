import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How a program ended. */
export interface Finished {
  /** Null: it was killed, because it did not end in time. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Long enough for an install over a slow line. */
const TIMEOUT_MS = 180_000;

/** Runs a program in a folder. Nothing of this test run's configuration is inherited. */
export async function run(
  folder: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const isOurs = /^(SENTRY_|VITEST|FORCE_COLOR|NODE_(ENV|OPTIONS|PATH)$)/;
  const inherited = Object.entries(process.env).filter(([name]) => !isOurs.test(name));
  const child = spawn(command, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    env: { ...Object.fromEntries(inherited), ...env },
  });
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close'),
  ]);
  return { code, stdout: stdout.join(''), stderr: stderr.join('') };
}

/** Runs a program that must succeed. @returns what it printed */
export async function succeed(...call: Parameters<typeof run>): Promise<string> {
  const { code, stdout, stderr } = await run(...call);
  if (code !== 0) throw new Error(`${call[1]} ${call[2].join(' ')} ended with ${code}:\n${stderr}\n${stdout}`);
  return stdout;
}
