import type { CommandIo } from '../../src/cli/command.js';
import { run } from '../../src/cli/run.js';

/** What a command printed. */
export interface Screen extends CommandIo {
  out(): string;
  err(): string;
}

/** The process as a command sees it, with what it prints kept. */
export function screenOf({ env = {}, ...rest }: Partial<CommandIo> = {}): Screen {
  const out: string[] = [];
  const err: string[] = [];
  return {
    env,
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    ...rest,
    out: () => out.join(''),
    err: () => err.join(''),
  };
}

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `jackdaw <args>` to its end. */
export async function jackdaw(args: readonly string[], env: CommandIo['env'] = {}): Promise<Result> {
  const screen = screenOf({ env });
  const code = await run(args, screen);
  return { code, out: screen.out(), err: screen.err() };
}
