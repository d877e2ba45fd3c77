import { parseArgs } from 'node:util';
import { MAX_TIMER_MS } from '../client/defaults.js';
import type { Stats } from '../client/ledger.js';
import { viewFor } from '../inbox/view.js';
import { type Dsn, fullDsn } from '../protocol/dsn.js';
import { isFree, type SurveyedHome, takeStock } from '../spool/survey.js';
import { printable } from '../transport/delivery-error.js';
import { count, formatQuantities } from './amounts.js';
import { type Command, type CommandIo, UsageError } from './command.js';
import { deliverSpool, settledOf, sum } from './deliver-spool.js';
import { dsnArgument } from './dsn-argument.js';
import { progressOn } from './progress.js';
import { formatRows, type Row } from './rows.js';
import { directoryOf, PLACE_OPTIONS, surveyed } from './spool-place.js';

const DEFAULT_IDLE_MS = 30_000;

/** Delivers what nobody writes beside any more. */
export const spoolFlushCommand: Command = {
  name: 'flush',
  summary: 'take over what is left or orphaned, and deliver it',
  help: `  --dsn <dsn>      where it goes; default: SENTRY_DSN. Only what was kept for this DSN is sent
  --timeout <ms>   give up when nothing has moved for so long; default ${DEFAULT_IDLE_MS}

Sends in the way your program would, by the default scrubbing rules, and says what became of it. What cannot be
delivered stays for the next client or flush. Exits with 1 when anything was dropped or is left.`,
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { ...PLACE_OPTIONS, timeout: { type: 'string' } } });
  const idleMs = parseTimeout(values.timeout ?? String(DEFAULT_IDLE_MS));
  const dsn = dsnArgument(values.dsn === undefined ? [] : [values.dsn], io.env);
  const place = { dir: directoryOf(values), dsn: fullDsn(dsn) };
  const view = viewFor(io.stdout, io.env);
  const print = (rows: readonly Row[]): unknown => io.stdout.write(formatRows(rows, view));

  const before = await homesOf(place, io.env);
  const others = before.filter((home) => !isFree(home));
  const waiting = before.filter(isFree);
  const found = await quantitiesOf(waiting);
  print([
    ['found', `${formatQuantities(found)}, left by ${count(waiting.length, 'owner')}`],
    ...(await othersRows(others)),
  ]);
  if (found.size === 0) return 0;

  const stats = await deliver(place, dsn, idleMs, before, found, io);
  const left = await quantitiesOf((await homesOf(place, io.env)).filter(isFree));
  print(outcomeRows(stats, left, dsn));
  return left.size === 0 && Object.keys(stats.dropped).length === 0 ? 0 : 1;
}

function parseTimeout(text: string): number {
  const ms = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (ms >= 1 && ms <= MAX_TIMER_MS) return ms;
  throw new UsageError(`--timeout takes milliseconds, from 1 to ${MAX_TIMER_MS}`);
}

interface Place {
  readonly dir: string;
  readonly dsn: string;
}

async function homesOf(place: Place, env: CommandIo['env']): Promise<readonly SurveyedHome[]> {
  return (await surveyed(place, env)).flatMap(({ homes }) => homes);
}

/** What waits there, by category; empty where nothing does. */
async function quantitiesOf(homes: readonly SurveyedHome[]): Promise<ReadonlyMap<string, number>> {
  const sums = new Map<string, number>();
  for (const home of homes) {
    for (const [category, quantity] of (await takeStock(home)).quantities) {
      sums.set(category, (sums.get(category) ?? 0) + quantity);
    }
  }
  return sums;
}

/** What is not ours to take. */
async function othersRows(homes: readonly SurveyedHome[]): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const state of ['live', 'unknown'] as const) {
    const kept = await quantitiesOf(homes.filter((home) => home.state === state));
    if (kept.size > 0) rows.push([state, `${formatQuantities(kept)}, not touched`]);
  }
  return rows;
}

/** The bar shows items, as the ledger counts them. */
async function deliver(
  place: Place,
  dsn: Dsn,
  idleMs: number,
  before: readonly SurveyedHome[],
  found: ReadonlyMap<string, number>,
  io: CommandIo,
): Promise<Stats> {
  const expected = sum(Object.fromEntries(found));
  const known = new Set(before.map(({ path }) => path));
  const isOurs = ({ path, pid }: SurveyedHome): boolean => pid === process.pid && !known.has(path);
  const progress = progressOn(io.stderr, 'delivering');
  try {
    return await deliverSpool(
      {
        dsn,
        dir: place.dir,
        idleMs,
        signal: io.signal,
        isLeft: async () => {
          const homes = (await homesOf(place, io.env)).filter((home) => isFree(home) || isOurs(home));
          return (await quantitiesOf(homes)).size > 0;
        },
        progress: (stats) => progress.update(settledOf(stats), Math.max(expected, sum(stats.recovered))),
      },
      io.env,
    );
  } finally {
    progress.end();
  }
}

function outcomeRows(stats: Stats, left: ReadonlyMap<string, number>, dsn: Dsn): readonly Row[] {
  const { delivered, dropped, lastError } = stats;
  const drops = Object.entries(dropped).map(
    ([reason, quantities]): Row => ['dropped', `${formatQuantities(Object.entries(quantities))}: ${reason}`, 'red'],
  );
  const isBad = left.size > 0 || drops.length > 0;
  const rows: readonly Row[] = [
    ['delivered', formatQuantities(Object.entries(delivered))],
    ...drops,
    ['left', formatQuantities(left), left.size > 0 ? 'yellow' : 'dim'],
  ];
  return isBad && lastError !== undefined ? [...rows, ['reason', printable(lastError.message, dsn)]] : rows;
}
