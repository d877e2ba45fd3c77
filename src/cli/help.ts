import type { Command, CommandIo } from './command.js';
import { findCommand } from './find-command.js';

/** The command that explains the others. */
export function helpCommand(commands: readonly Command[]): Command {
  const help: Command = {
    name: 'help',
    summary: 'show this, or the help of one command',
    help: 'jackdaw help [<command>]',
    async run([name]: readonly string[], io: CommandIo): Promise<number> {
      const all = [...commands, help];
      io.stdout.write(`${name === undefined ? overview(all) : findCommand(name, all).help}\n`);
      return 0;
    },
  };
  return help;
}

function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  return `jackdaw <command> [options]

${commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join('\n')}

  jackdaw help <command>   the options of one command
  jackdaw --version        the version`;
}
