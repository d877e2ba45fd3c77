/** `npm run bench -- [--quick] [question …]`: every subject in fresh processes, in turns, so that all share the weather. */
import { fork } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { median } from './support/statistics.mjs';
import { printTable, writeTables } from './support/tables.mjs';

const QUESTIONS = [
  'record-below-level',
  'record-to-breadcrumb',
  'record-to-event',
  'record-to-event-fresh',
  ...['pino', 'log4js'].flatMap((host) => [
    `record-below-level-${host}`,
    `record-to-breadcrumb-${host}`,
    `record-to-event-${host}`,
  ]),
  'record-when-full',
  'import-cost',
  'start-up',
];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    name: { type: 'string', default: 'winston' },
    rounds: { type: 'string' },
  },
});

useBuild();
const asked = positionals.length === 0 ? QUESTIONS : positionals;
const answers = {};
for (const name of asked) {
  answers[name] = await answer(name);
  printTable(name, answers[name]);
}
if (positionals.length === 0) save();

/** The package as it is installed, with what was built last: npm copies a folder once and does not look again. */
function useBuild() {
  for (const part of ['dist', 'package.json']) {
    const installed = new URL(`node_modules/jackdaw/${part}`, import.meta.url);
    rmSync(installed, { recursive: true, force: true });
    cpSync(new URL(`../${part}`, import.meta.url), installed, { recursive: true });
  }
}

async function answer(name) {
  const { question, names, rounds, execArgv = [], claims } = await import(`./${name}.mjs`);
  const results = [];
  const wanted = Number(options.rounds ?? (options.quick ? 3 : rounds));
  for (let round = 0; round < wanted; round++) {
    const result = {};
    // In turns from both ends: what heats up or cools down favours nobody.
    for (const subject of round % 2 === 0 ? names : names.toReversed()) {
      result[subject] = await once(name, subject, execArgv);
    }
    results.push(result);
  }
  const compare = (combine) => (metric, a, b) => median(results.map((r) => combine(r[a][metric], r[b][metric])));
  const kept = claims(
    compare((a, b) => a / b),
    compare((a, b) => a - b),
  );
  return { question, names, rounds: wanted, claims: kept, results };
}

function once(name, subject, execArgv) {
  const script = new URL('support/measure-once.mjs', import.meta.url);
  const child = fork(script, [name, subject, String(options.quick)], { execArgv });
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => code !== 0 && reject(new Error(`${name}, ${subject}: exit code ${code}`)));
  });
}

function save() {
  const date = new Date().toISOString().slice(0, 10);
  const versionOf = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
  const { model, length } = { model: cpus()[0].model, length: cpus().length };
  const machine = `${length} × ${model.trim()}, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
  const versions = {
    jackdaw: versionOf('../package.json'),
    winston: versionOf('node_modules/winston/package.json'),
    undici: versionOf('node_modules/undici/package.json'),
  };
  mkdirSync(new URL('results', import.meta.url), { recursive: true });
  const file = `results/${date}-${options.name}.json`;
  const run = { date, machine, versions, command: `npm run bench${options.quick ? ' -- --quick' : ''}`, answers };
  writeFileSync(new URL(file, import.meta.url), `${JSON.stringify(run, undefined, 1)}\n`);
  writeTables(new URL('README.md', import.meta.url), file, run);
}
