import { readFileSync, writeFileSync } from 'node:fs';
import { median, short } from './statistics.mjs';

const START = '<!-- results -->';
const END = '<!-- end of results -->';

export function printTable(name, answer) {
  console.log(`\n${name}\n${render(answer)}`);
}

/** Puts the tables of a run between the two marks of the README. */
export function writeTables(readme, file, { date, machine, versions, answers }) {
  const text = readFileSync(readme, 'utf8');
  const about = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const head = `${date}; ${machine}; ${about.join(', ')}. All figures: [${file}](${file}).`;
  const tables = Object.entries(answers).map(([name, answer]) => `### ${name}\n\n${render(answer)}`);
  const [before, after] = [text.slice(0, text.indexOf(START) + START.length), text.slice(text.indexOf(END))];
  writeFileSync(readme, `${before}\n\n${[head, ...tables].join('\n\n')}\n\n${after}`);
}

function render({ question, names, rounds, claims, results }) {
  const metrics = Object.keys(results[0][names[0]]);
  const cell = (name, metric) => {
    const values = results.map((result) => result[name][metric]);
    return `${short(median(values))} (${short(Math.min(...values))}–${short(Math.max(...values))})`;
  };
  const rows = [
    ['', ...metrics],
    ['---', ...metrics.map(() => '---:')],
    ...names.map((name) => [name, ...metrics.map((metric) => cell(name, metric))]),
  ];
  const lines = claims.map(({ promise, text, value, limit }) => {
    const verdict = limit === undefined ? '' : `; promised: at most ${limit}${value <= limit ? '' : ' — **missed**'}`;
    return `- ${promise}, ${text}: ${short(value)}${verdict}`;
  });
  const table = rows.map((row) => `| ${row.join(' | ')} |`);
  return [`${question} Medians of ${rounds} rounds (lowest–highest).`, '', ...table, '', ...lines].join('\n');
}
