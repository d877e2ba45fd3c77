import { type Command, UsageError } from './command.js';

/** So many letters of a name may be wrong. */
const MAX_DISTANCE = 2;
/** Anything else might be a DSN in the wrong place: its key must not be repeated. */
const WORD = /^[\w-]{1,30}$/;

/**
 * The command of that name.
 *
 * @param parent how the user calls whatever the commands belong to
 * @throws UsageError that names the command the user most likely meant
 */
export function findCommand(name: string, commands: readonly Command[], parent: string = 'jackdaw'): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const said = WORD.test(name) ? `no command '${name}'` : 'no such command';
  const guess = name.includes('://') ? aboutDsn(commands) : closest(name, commands);
  throw new UsageError(`there is ${said}${guess === undefined ? '' : `; did you mean '${parent} ${guess}'?`}`);
}

function aboutDsn(commands: readonly Command[]): string | undefined {
  return commands.find(({ name }) => name === 'dsn')?.name;
}

function closest(word: string, commands: readonly Command[]): string | undefined {
  const near = commands
    .map(({ name }) => ({ name, distance: name.startsWith(word) ? 0 : editDistance(word.slice(0, 30), name) }))
    .filter(({ distance }) => distance <= MAX_DISTANCE)
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.name;
}

/** Levenshtein's distance: how many letters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
