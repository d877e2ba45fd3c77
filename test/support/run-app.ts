import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ErrorEvent } from '../../src/protocol/event.js';
import { type ScriptedServer, startScriptedServer } from './scripted-server.js';

const root = join(__dirname, '../..');

/** What an app said and sent. */
export interface RunApp {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly ErrorEvent[];
}

/**
 * Runs an app of a few files in a directory of its own; its main file is `main.js`, its server's DSN `SENTRY_DSN`.
 * `JACKDAW` in a file stands for the directory of the compiled package, `MODULES` for that of the dependencies.
 */
export async function runApp(
  files: Readonly<Record<string, string>>,
  { flags = [], env = {} }: { readonly flags?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<RunApp> {
  const dir = mkdtempSync(join(tmpdir(), 'jackdaw-app-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    const text = content.replaceAll('JACKDAW', join(root, 'dist')).replaceAll('MODULES', join(root, 'node_modules'));
    writeFileSync(join(dir, name), text);
  }
  await using server = await startScriptedServer({});
  const child = spawn(process.execPath, [...flags, join(dir, 'main.js')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, SENTRY_DSN: server.dsn },
  });
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close'),
  ]);
  rmSync(dir, { recursive: true });
  return { code, stdout: stdout.join(''), stderr: stderr.join(''), events: eventsOf(server) };
}

function eventsOf(server: ScriptedServer): ErrorEvent[] {
  return server.requests
    .flatMap(({ envelope }) => envelope?.items ?? [])
    .filter(({ header }) => header['type'] === 'event')
    .map(({ payload }) => JSON.parse(Buffer.from(payload).toString()) as ErrorEvent);
}
