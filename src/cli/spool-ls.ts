import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { type View, viewFor } from '../inbox/view.js';
import { isFree, type Stock, type SurveyedDestination, type SurveyedHome, takeStock } from '../spool/survey.js';
import { formatAge, formatBytes } from './amounts.js';
import type { Command, CommandIo } from './command.js';
import { jsonText } from './json-text.js';
import { directoryOf, PLACE_OPTIONS, surveyed } from './spool-place.js';
import { formatTable } from './table.js';

/** A directory of one owner, counted. */
interface Counted {
  readonly home: SurveyedHome;
  readonly stock: Stock;
}

/** What is kept for one destination, counted. */
interface CountedDestination {
  readonly destination: SurveyedDestination;
  readonly owners: readonly Counted[];
}

const HEAD: readonly string[] = ['owner', 'state', 'segments', 'records', 'bytes', 'oldest', 'newest'];

/** Lists who keeps what. */
export const spoolLsCommand: Command = {
  name: 'ls',
  summary: 'who keeps how much, by destination and process',
  help: `  --json   the same as JSON, with exact times and bytes`,
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...PLACE_OPTIONS, json: { type: 'boolean', default: false } },
  });
  const found: CountedDestination[] = [];
  for (const destination of await surveyed(values, io.env)) found.push(await countAll(destination));
  const view = viewFor(io.stdout, io.env);
  io.stdout.write(values.json ? `${jsonText(found.map(toJson), 2)}\n` : listing(found, directoryOf(values), view));
  return 0;
}

async function countAll(destination: SurveyedDestination): Promise<CountedDestination> {
  const owners: Counted[] = [];
  for (const home of destination.homes) owners.push({ home, stock: await takeStock(home) });
  return { destination, owners };
}

function listing(found: readonly CountedDestination[], dir: string, view: View): string {
  const kept = found.filter(({ owners, destination }) => owners.length > 0 || destination.quarantinedBytes > 0);
  if (kept.length === 0) return `nothing is kept in ${dir}\n`;
  const now = Date.now();
  const parts = kept.map((each) => table(each, now, view));
  const isWaiting = kept.some(({ owners }) => owners.some(({ home, stock }) => isFree(home) && stock.records > 0));
  const hint = "What is left or orphaned goes out with the next client of its DSN, or with 'jackdaw spool flush'.";
  return [...parts, ...(isWaiting ? [`${view.paint('dim', hint)}\n`] : [])].join('\n');
}

function table({ destination, owners }: CountedDestination, now: number, view: View): string {
  const rows = owners.map(({ home, stock: { records, bytes, oldest, newest } }) => [
    `${home.host}-${home.pid}`,
    home.state,
    String(home.segments.length),
    String(records),
    formatBytes(bytes),
    ...(records === 0 ? ['', ''] : [formatAge(now - oldest), formatAge(now - newest)]),
  ]);
  const aside = destination.quarantinedBytes;
  const note = aside === 0 ? '' : view.paint('yellow', `  ${formatBytes(aside)} in quarantine`);
  const title = `${view.paint('bold', `destination ${basename(destination.path)}`)}${note}\n`;
  return rows.length === 0 ? title : `${title}${formatTable(HEAD, rows, view)}`;
}

function toJson({ destination, owners }: CountedDestination): unknown {
  return {
    destination: basename(destination.path),
    quarantinedBytes: destination.quarantinedBytes,
    owners: owners.map(({ home, stock }) => ({
      host: home.host,
      pid: home.pid,
      state: home.state,
      directory: home.path,
      segments: home.segments.length,
      records: stock.records,
      quantities: Object.fromEntries(stock.quantities),
      bytes: stock.bytes,
      ...(stock.records === 0 ? {} : { oldest: isoTime(stock.oldest), newest: isoTime(stock.newest) }),
    })),
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
