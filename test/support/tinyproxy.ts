import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { closedPort } from './closed-port.js';

/** Debian's tinyproxy, with a user and a password. */
export interface Tinyproxy extends AsyncDisposable {
  readonly port: number;
  /** All it has logged so far. */
  log(): string;
}

/** Whether it is installed: `.ci/run` sees to that. */
export const hasTinyproxy: boolean = spawnSync('tinyproxy', ['-v']).status === 0;

/** Starts one on a loopback port, which opens ways to this port only. Use it with `await using`. */
export async function startTinyproxy(user: string, password: string, allowedPort: number): Promise<Tinyproxy> {
  const directory = mkdtempSync(join(tmpdir(), 'jackdaw-tinyproxy-'));
  const [file, log] = [join(directory, 'tinyproxy.conf'), join(directory, 'log')];
  const port = await closedPort();
  const settings = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    'Timeout 60',
    `LogFile "${log}"`,
    'LogLevel Connect',
    'MaxClients 20',
    `BasicAuth ${user} ${password}`,
    `ConnectPort ${allowedPort}`,
  ];
  writeFileSync(file, `${settings.join('\n')}\n`);
  const child = spawn('tinyproxy', ['-d', '-c', file], { stdio: 'ignore' });
  await listening(port);
  return {
    port,
    log: () => readFileSync(log, 'utf8'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await delay(25);
  }
  throw new Error('tinyproxy does not listen');
}
