import type { Readable } from 'node:stream';

/** A place to print to; `isTTY` and `columns` as node's own streams have them. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What a command may touch of the process it runs in. */
export interface CommandIo {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Undefined: there is nothing to read, and nobody to ask. */
  readonly stdin?: (Readable & { readonly isTTY?: boolean | undefined }) | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the user asks the command to end (SIGINT, SIGTERM). */
  readonly signal?: AbortSignal | undefined;
}

/** One command of the command line. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What `jackdaw help <name>` prints: usage line, then the options. */
  readonly help: string;
  /**
   * Runs it and returns the exit code.
   *
   * @throws UsageError, or an ERR_PARSE_ARGS_… of node:util, when the arguments make no sense; any Error when it fails
   */
  run(args: readonly string[], io: CommandIo): Promise<number>;
}

/** The user asked for something there is not; exit code 2, as shells have it. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}
