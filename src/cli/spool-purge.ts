import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { purge } from '../spool/purge.js';
import { isFree, recordsOf, type SurveyedDestination, type SurveyedHome } from '../spool/survey.js';
import { count, formatBytes } from './amounts.js';
import { type Command, type CommandIo, UsageError } from './command.js';
import { PLACE_OPTIONS, surveyed } from './spool-place.js';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Removes what nobody writes beside any more. */
export const spoolPurgeCommand: Command = {
  name: 'purge',
  summary: 'remove what is left or orphaned for good, undelivered',
  help: `  --older-than <age>   only what was kept before that: 30m, 12h, 7d
  --yes                do not ask

Of a process that lives nothing is removed, nor where that is unknown. What is in quarantine goes, too.`,
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...PLACE_OPTIONS, 'older-than': { type: 'string' }, yes: { type: 'boolean', default: false } },
  });
  const age = values['older-than'];
  const time = age === undefined ? Number.POSITIVE_INFINITY : Date.now() - parseAge(age);
  if (!values.yes && io.stdin?.isTTY !== true) {
    throw new UsageError('there is no terminal to ask at: with --yes it removes without asking');
  }
  const destinations = await surveyed(values, io.env);
  const homes = destinations.flatMap((each) => each.homes).filter(isFree);
  const { records, bytes } = await countBefore(homes, time);
  const isAside = destinations.some(({ quarantinedBytes }) => quarantinedBytes > 0);
  if (records === 0 && !isAside) {
    io.stdout.write('there is nothing to remove\n');
    return 0;
  }
  const question = `Remove ${count(records, 'record')} (${formatBytes(bytes)}) for good? [y/N] `;
  if (!values.yes && !(await isAgreed(question, io))) {
    io.stdout.write('nothing was removed\n');
    return 1;
  }
  io.stdout.write(`removed ${count(await purgeAll(destinations, time), 'record')}\n`);
  return 0;
}

function parseAge(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
  const ms = Number(amount) * (UNIT_MS[unit] ?? 0);
  if (ms > 0) return ms;
  throw new UsageError('--older-than takes a number and a unit: 30m, 12h or 7d');
}

async function countBefore(
  homes: readonly SurveyedHome[],
  time: number,
): Promise<{ readonly records: number; readonly bytes: number }> {
  let [records, bytes] = [0, 0];
  for (const home of homes) {
    for await (const record of recordsOf(home)) {
      if (record.time >= time) continue;
      records++;
      bytes += record.payload.length;
    }
  }
  return { records, bytes };
}

async function purgeAll(destinations: readonly SurveyedDestination[], time: number): Promise<number> {
  let removed = 0;
  for (const destination of destinations) removed += await purge(destination, time);
  return removed;
}

/** Anything but a yes is a no, the end of the input included. */
async function isAgreed(question: string, { stdin, stdout, signal }: CommandIo): Promise<boolean> {
  if (stdin === undefined) return false;
  stdout.write(question);
  const lines = createInterface({ input: stdin, ...(signal === undefined ? {} : { signal }) });
  try {
    const line = await new Promise<string>((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(''));
    });
    return /^y(?:es)?$/i.test(line.trim());
  } finally {
    lines.close();
  }
}
