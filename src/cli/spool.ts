import { type Command, type CommandIo, UsageError } from './command.js';
import { findCommand } from './find-command.js';
import { spoolFlushCommand } from './spool-flush.js';
import { spoolLsCommand } from './spool-ls.js';
import { spoolPurgeCommand } from './spool-purge.js';
import { spoolShowCommand } from './spool-show.js';

const SUBCOMMANDS: readonly Command[] = [spoolLsCommand, spoolShowCommand, spoolFlushCommand, spoolPurgeCommand];

/** Looks after what clients with the option `spool` keep on the disk. */
export const spoolCommand: Command = {
  name: 'spool',
  summary: 'what clients keep on the disk: list, show, deliver or remove it',
  help: `jackdaw spool <ls|show|flush|purge> [options]

Looks after what clients with the option 'spool' keep on the disk. Processes that live are never disturbed.

  --dir <path>     the directory of the spool; default: where clients keep it by default
  --dsn <dsn>      only what is kept for this DSN

${SUBCOMMANDS.map(({ name, summary, help }) => `jackdaw spool ${name}: ${summary}\n\n${help}`).join('\n\n')}`,
  run,
};

async function run([first, ...args]: readonly string[], io: CommandIo): Promise<number> {
  if (first === undefined || first.startsWith('-')) throw new UsageError('say what to do: ls, show, flush or purge');
  return findCommand(first, SUBCOMMANDS, 'jackdaw spool').run(args, io);
}
