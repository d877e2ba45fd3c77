import { SDK } from '../version.js';
import { type Command, type CommandIo, UsageError } from './command.js';
import { doctorCommand } from './doctor.js';
import { dsnCommand } from './dsn.js';
import { findCommand } from './find-command.js';
import { helpCommand } from './help.js';
import { inboxCommand } from './inbox.js';
import { spoolCommand } from './spool.js';
import { testCommand } from './test.js';

const WORKING: readonly Command[] = [testCommand, inboxCommand, dsnCommand, spoolCommand, doctorCommand];
const HELP: Command = helpCommand(WORKING);
const COMMANDS: readonly Command[] = [...WORKING, HELP];

/**
 * Runs the command that the arguments name and returns the exit code: 0, 1 when it failed, 2 when the arguments make no
 * sense. Never rejects.
 */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const [first = 'help', ...args] = argv;
  if (first === '--version' || first === '-v') {
    io.stdout.write(`${SDK.version}\n`);
    return 0;
  }
  try {
    if (isHelp(first)) return await HELP.run(args, io);
    const command = findCommand(first, COMMANDS);
    return await (args.some(isHelp) ? HELP.run([command.name], io) : command.run(args, io));
  } catch (error) {
    return report(
      error,
      COMMANDS.find(({ name }) => name === first),
      io,
    );
  }
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h';
}

function report(error: unknown, command: Command | undefined, io: CommandIo): number {
  const name = command === undefined ? 'jackdaw' : `jackdaw ${command.name}`;
  const usage = usageMessage(error);
  io.stderr.write(`${name}: ${usage ?? (error as Error).message}\n`);
  if (usage === undefined) return 1;
  io.stderr.write(`Try 'jackdaw help${command === undefined ? '' : ` ${command.name}`}'.\n`);
  return 2;
}

/** What is wrong with the arguments; undefined when something else is. */
function usageMessage(error: unknown): string | undefined {
  if (error instanceof UsageError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  // Node repeats the argument, which may be a DSN with its key.
  if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') return 'unexpected argument';
  if (code?.startsWith('ERR_PARSE_ARGS_') !== true) return undefined;
  // After the first sentence node explains how to pass anything that starts with a dash.
  const sentence = message.split(/\.(?:\s|$)/, 1)[0] ?? message;
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}
