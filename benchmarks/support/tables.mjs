import { readFileSync, writeFileSync } from 'node:fs';
import { median, short } from './statistics.mjs';

export function printTable(name, answer) {
  console.log(`\n${name}\n${render(answer)}`);
}

/** Puts the tables of a run between the two marks of its group in the README. */
export function writeTables(readme, group, file, { date, machine, versions, command, answers }) {
  const text = readFileSync(readme, 'utf8');
  const about = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const head = `${date}, \`${command}\`; ${machine}; ${about.join(', ')}. All figures: [${file}](${file}).`;
  const tables = Object.entries(answers).map(([name, answer]) => `### ${name}\n\n${render(answer)}`);
  const [start, end] = [`<!-- results: ${group} -->`, `<!-- end of results: ${group} -->`];
  const [before, after] = [text.slice(0, text.indexOf(start) + start.length), text.slice(text.indexOf(end))];
  writeFileSync(readme, `${before}\n\n${[head, ...tables].join('\n\n')}\n\n${after}`);
}

function render({ question, names, rounds, claims, results }) {
  const metrics = [...new Set(names.flatMap((name) => Object.keys(results[0][name])))];
  const rows = [
    ['', ...metrics],
    ['---', ...metrics.map(() => '---:')],
    ...names.map((name) => [name, ...metrics.map((metric) => cell(results.map((result) => result[name][metric])))]),
  ];
  const lines = claims.map(({ promise, text, value, limit }) => {
    const verdict = limit === undefined ? '' : `; promised: at most ${limit}${value <= limit ? '' : ' — **missed**'}`;
    return `- ${promise}, ${text}: ${short(value)}${verdict}`;
  });
  const table = rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
  const about = rounds === 1 ? question : `${question} Medians of ${rounds} rounds (lowest–highest).`;
  return [about, table, ...(lines.length === 0 ? [] : [lines.join('\n')])].join('\n\n');
}

/** Not every subject has every metric. */
function cell(values) {
  if (values[0] === undefined) return '–';
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  return lowest === highest ? short(lowest) : `${short(median(values))} (${short(lowest)}–${short(highest)})`;
}
