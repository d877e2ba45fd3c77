/**
 * `npm run bench -- [--quick] [group | question …]`: every subject in fresh processes, in turns, so that all share the
 * weather. What was asked of a whole group is written down.
 */
import { fork } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { median } from './support/statistics.mjs';
import { printTable, writeTables } from './support/tables.mjs';

const GROUPS = {
  cost: [
    'record-below-level',
    'record-to-breadcrumb',
    'record-to-event',
    'record-to-event-fresh',
    ...['pino', 'log4js'].flatMap((host) => [
      `record-below-level-${host}`,
      `record-to-breadcrumb-${host}`,
      `record-to-event-${host}`,
    ]),
    'scrub',
    'record-when-full',
    'spool-append',
    'spool-start',
    'import-cost',
    'start-up',
  ],
  delivery: ['delivery', 'lost-at-exit'],
};
/** More than any subject takes. */
const HUNG_MS = 300_000;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
  },
});

useBuild();
const asked = positionals.length === 0 ? Object.keys(GROUPS) : positionals;
for (const group of asked) {
  const answers = {};
  for (const name of GROUPS[group] ?? [group]) await answer(name, answers);
  if (group in GROUPS) save(group, answers);
}

/** The package as it is installed, with what was built last: npm copies a folder once and does not look again. */
function useBuild() {
  for (const part of ['dist', 'package.json']) {
    const installed = new URL(`node_modules/jackdaw/${part}`, import.meta.url);
    rmSync(installed, { recursive: true, force: true });
    cpSync(new URL(`../${part}`, import.meta.url), installed, { recursive: true });
  }
}

/** One answer, or one under each of the question's conditions. */
async function answer(name, answers) {
  const {
    question,
    conditions = { '': question },
    names,
    rounds,
    quickRounds = 3,
    execArgv = [],
    claims,
  } = await import(`./${name}.mjs`);
  const wanted = Number(options.rounds ?? (options.quick ? Math.min(rounds, quickRounds) : rounds));
  for (const [condition, asks] of Object.entries(conditions)) {
    const results = [];
    for (let round = 0; round < wanted; round++) {
      const result = {};
      // In turns from both ends: what heats up or cools down favours nobody.
      for (const subject of round % 2 === 0 ? names : names.toReversed()) {
        result[subject] = await once(name, condition, subject, execArgv);
      }
      results.push(result);
    }
    const title = condition === '' ? name : `${name}: ${condition}`;
    answers[title] = {
      question: asks,
      names,
      rounds: wanted,
      claims: claims?.(...comparisons(results)) ?? [],
      results,
    };
    printTable(title, answers[title]);
  }
}

/** Of two subjects in one metric, round by round; and of one. */
function comparisons(results) {
  const compare = (combine) => (metric, a, b) => median(results.map((r) => combine(r[a][metric], r[b][metric])));
  const value = (metric, name) => median(results.map((result) => result[name][metric]));
  return [compare((a, b) => a / b), compare((a, b) => a - b), value];
}

function once(name, condition, subject, execArgv) {
  const script = new URL('support/measure-once.mjs', import.meta.url);
  const child = fork(script, [name, condition, subject, String(options.quick)], { execArgv, timeout: HUNG_MS });
  return new Promise((resolve, reject) => {
    let result;
    child.once('message', (message) => {
      result = message;
    });
    child.once('exit', (code, signal) => {
      if (result === undefined) reject(new Error(`${name}, ${condition}, ${subject}: ended by ${signal ?? code}`));
      else resolve(result);
    });
  });
}

function save(group, answers) {
  const date = new Date().toISOString().slice(0, 10);
  const { model, length } = { model: cpus()[0].model, length: cpus().length };
  const machine = `${length} × ${model.trim()}, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
  mkdirSync(new URL('results', import.meta.url), { recursive: true });
  const file = `results/${date}-${group}.json`;
  const command = `npm run bench -- ${options.quick ? '--quick ' : ''}${group}`;
  const run = { date, machine, versions: versions(), command, answers };
  writeFileSync(new URL(file, import.meta.url), `${JSON.stringify(run, undefined, 1)}\n`);
  writeTables(new URL('README.md', import.meta.url), group, file, run);
}

/** Of all that is asked for by name, by the rivals too. */
function versions() {
  const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
  const { packages } = read('package-lock.json');
  const wanted = { jackdaw: read('../package.json').version, undici: read('node_modules/undici/package.json').version };
  for (const [folder, { dependencies = {} }] of Object.entries(packages)) {
    if (!/^(rivals\/[^/]+)?$/.test(folder)) continue;
    for (const [name, version] of Object.entries(dependencies)) {
      // One SDK under each of its adapters.
      const key = folder !== '' && name === '@sentry/node' ? `${name} of ${folder.slice('rivals/'.length)}` : name;
      wanted[key] ??= version;
    }
  }
  return wanted;
}
