import { parseArgs } from 'node:util';
import { cleanEventFields } from '../client/clean-event.js';
import { joinFields } from '../event/build-event.js';
import { printable } from '../inbox/printable.js';
import { titleOf } from '../inbox/render-event.js';
import { type View, viewFor } from '../inbox/view.js';
import { checkEvent } from '../protocol/check-event.js';
import { describeFinding } from '../protocol/finding.js';
import { asObject } from '../protocol/json-object.js';
import { createScrubber } from '../scrub/walk.js';
import { type Command, type CommandIo, UsageError } from './command.js';
import { type Change, type Clean, type Explanation, explainScrub } from './explain-scrub.js';
import { jsonText } from './json-text.js';
import { readJson } from './read-json.js';
import { formatRows, type Row } from './rows.js';

/** Of a path or a finding, in characters: a terminal wraps it, as nothing of it should be missing. */
const MAX_LENGTH = 500;

/** Examines what would be sent, and sends nothing. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'examine a record or an event: what would leave, what a server objects to',
  help: `jackdaw doctor --scrub <file> [options]
jackdaw doctor --event <file> [options]

Reads one record or one event, as JSON, from a file or for '-' from the standard input. Sends nothing.

  --scrub <file>       what would leave of it, and which rule masked what
  --deny-key <key>     with --scrub: masked as well, as in the option 'scrub'; for more keys, more than once
  --ignore-key <key>   with --scrub: never masked, likewise
  --event <file>       what a server would refuse, drop, cut or replace in it
  --json               the same as JSON

With --event it exits with 1 when anything is found.`,
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scrub: { type: 'string' },
      event: { type: 'string' },
      'deny-key': { type: 'string', multiple: true, default: [] },
      'ignore-key': { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
    },
  });
  const { scrub, event, json } = values;
  if ((scrub === undefined) === (event === undefined)) throw new UsageError('say what to examine: --scrub or --event');
  if (event !== undefined) return examineEvent(await readJson(event, io), json, io);
  const clean = cleanerFor({ denyKeys: values['deny-key'], ignoreKeys: values['ignore-key'] });
  const explanation = explainScrub(await readJson(scrub ?? '', io), clean);
  io.stdout.write(json ? `${jsonText(explanation, 2)}\n` : explained(explanation, viewFor(io.stdout, io.env)));
  return 0;
}

/** A record's data is cleaned by its keys; of an event servers rely on the structure, which is none of the application's. */
function cleanerFor(keys: { readonly denyKeys: readonly string[]; readonly ignoreKeys: readonly string[] }): Clean {
  let hear: (rule: string) => void = () => {};
  const scrubber = createScrubber({ rules: true, ...keys, onScrub: (rule) => hear(rule) });
  return function clean(value, onRule) {
    hear = onRule;
    const event = asObject(value);
    if (event === undefined || !isEvent(event)) return scrubber.clean(value);
    return JSON.parse(joinFields(cleanEventFields(event, scrubber, scrubber)));
  };
}

/** By the fields that every event has, and hardly any record. */
function isEvent({ event_id, platform }: Readonly<Record<string, unknown>>): boolean {
  return typeof event_id === 'string' && typeof platform === 'string';
}

function explained({ leaves, changes }: Explanation, view: View): string {
  const row = (label: string, { path, rules }: Change): Row => {
    const why = rules.length === 0 ? '' : `  ${view.paint('green', rules.join(', '))}`;
    return [label, `${printable(path, MAX_LENGTH) || 'all of it'}${why}`];
  };
  const [masked, cut] = [true, false].map((is) => changes.filter(({ rules }) => is === rules.length > 0));
  const rows = [
    ...(masked ?? []).map((change) => row('masked', change)),
    ...(cut ?? []).map((change) => row('cut', change)),
  ];
  const nothing: Row = ['masked', 'nothing'];
  return `${jsonText(leaves, 2)}\n\n${formatRows(rows.length === 0 ? [nothing] : rows, view)}`;
}

function examineEvent(value: unknown, json: boolean, { stdout, env }: CommandIo): number {
  const event = asObject(value);
  if (event === undefined) throw new Error('this is no event: an event is a JSON object');
  const findings = checkEvent(event);
  const view = viewFor(stdout, env);
  const shown = (text: string): string => printable(text, MAX_LENGTH);
  const rows = findings.map((finding): Row => ['a server', shown(`would ${describeFinding(finding)}`), 'yellow']);
  const good: Row = ['result', view.paint('green', 'no server that we know objects to it')];
  if (json) stdout.write(`${jsonText(findings, 2)}\n`);
  else stdout.write(formatRows([['event', shown(titleOf(event))], ...(rows.length === 0 ? [good] : rows)], view));
  return findings.length === 0 ? 0 : 1;
}
