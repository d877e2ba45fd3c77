import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { until } from './spool.js';

/** A process with a spool: see spool-child.cjs. */
export class SpoolProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #ended: Promise<unknown>;
  #output = '';

  constructor(what: string, dir: string, name: string = 'r', sync: string = 'interval') {
    const script = join(__dirname, 'spool-child.cjs');
    // A group of its own, so that its workers can be ended with it.
    this.#child = spawn(process.execPath, [script, what, dir, name, sync], {
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    });
    this.#ended = once(this.#child, 'close');
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
  }

  /** What it has said after this word: only whole lines, all words of them. */
  said(word: string): string[] {
    const lines = this.#output.split('\n').slice(0, -1);
    return lines.filter((line) => line.startsWith(`${word} `)).flatMap((line) => line.split(' ').slice(1));
  }

  async saying(text: string): Promise<void> {
    await until(() => this.#output.includes(text), 15_000);
  }

  /** It ends as it wants to. */
  async finish(): Promise<void> {
    this.#child.stdin.end('\n');
    await this.#ended;
  }

  async ended(): Promise<void> {
    await this.#ended;
  }

  /** It does nothing more, but does not end. What a thread of it has asked of the disk is first done to the end. */
  async freeze(): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined) return;
    process.kill(-pid, 'SIGSTOP');
    await until(() => statesOf(pid).every((state) => state === 'T'), 15_000);
  }

  /** kill -9, for all of its group. */
  async kill(): Promise<void> {
    if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGKILL');
    await this.#ended;
  }
}

/** How often to repeat what has a random moment in it. */
export const ROUNDS: number = Number(process.env['JACKDAW_ROUNDS'] ?? 0);

/** The letters by which Linux tells what each thread of a process does. */
function statesOf(pid: number): readonly (string | undefined)[] {
  const stats = readdirSync(`/proc/${pid}/task`).map((task) =>
    readFileSync(`/proc/${pid}/task/${task}/stat`, 'latin1'),
  );
  return stats.map((stat) => stat.slice(stat.lastIndexOf(')') + 2)[0]);
}
