import { parseArgs } from 'node:util';
import { paintLevel } from '../inbox/layout.js';
import { printable } from '../inbox/printable.js';
import { type View, viewFor } from '../inbox/view.js';
import { recordsOf, type SurveyedHome } from '../spool/survey.js';
import { count, formatBytes } from './amounts.js';
import type { Command, CommandIo } from './command.js';
import { describeRecord, type RecordSummary } from './describe-record.js';
import { jsonLine } from './json-text.js';
import { directoryOf, PLACE_OPTIONS, surveyed } from './spool-place.js';

/** The longest level, `warning`. */
const LEVEL_WIDTH = 7;
const INDENT = '  ';

/** Prints the records that wait. */
export const spoolShowCommand: Command = {
  name: 'show',
  summary: 'the records that wait: id, level, time, category, size, title',
  help: `  --json   each record as one line of JSON`,
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { ...PLACE_OPTIONS, json: { type: 'boolean', default: false } },
  });
  const view = viewFor(io.stdout, io.env);
  const homes = (await surveyed(values, io.env)).flatMap((destination) => destination.homes);
  let shown = 0;
  for (const home of homes) shown += await show(home, shown === 0, values.json, view, io);
  if (shown === 0 && !values.json) io.stdout.write(`no record waits in ${directoryOf(values)}\n`);
  return 0;
}

/** Prints as it reads, so that no spool is too large for it, and a reader that goes away ends it. */
async function show(
  home: SurveyedHome,
  isFirst: boolean,
  json: boolean,
  view: View,
  { stdout, signal }: CommandIo,
): Promise<number> {
  let shown = 0;
  for await (const record of recordsOf(home)) {
    if (signal?.aborted) break;
    const summary = describeRecord(record);
    if (json) stdout.write(jsonLine({ ...summary, host: home.host, pid: home.pid, state: home.state }));
    else stdout.write(`${shown === 0 ? title(home, isFirst, view) : ''}${lines(summary, view)}`);
    shown++;
  }
  return shown;
}

function title({ host, pid, state }: SurveyedHome, isFirst: boolean, view: View): string {
  return `${isFirst ? '' : '\n'}${view.paint('bold', `${host}-${pid}`)} ${view.paint('dim', `(${state})`)}\n`;
}

function lines({ eventId, level, time, category, quantity, title: text, bytes }: RecordSummary, view: View): string {
  const id = eventId === undefined ? '' : printable(eventId, view.width);
  const what = category === 'log_item' ? count(quantity, 'log') : category;
  const facts = [view.paint('dim', time), paintLevel(level.padEnd(LEVEL_WIDTH), view), what, formatBytes(bytes), id];
  return `${facts.join('  ').trimEnd()}\n${INDENT}${printable(text, view.width - INDENT.length)}\n`;
}
