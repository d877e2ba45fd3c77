// How much arrives of what a process logs right before it ends, and does it end as it would without jackdaw?
//
//   npm run exit-matrix -- --times 100 --hosts winston,pino
//
// Each cell runs the same process so many times, two at a time, against a server that answers after 0 or 200 ms, and
// prints delivered/expected events and the median time from start to end, with jackdaw and without. Exit code, signal
// and all output have to be those of the process without jackdaw.
//
//   npm run exit-matrix -- --outage
//
// Each host logs 100 errors in a process that lives for 8 s and is then shut down, while the server is away for 3 s,
// answers 500 for 2 s, 503 for 2 s, and 429 for 1 s.
//
// Exit code 1 when anything is missing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startServer } from './support/exit-server.mjs';
import { median } from './support/statistics.mjs';

const SCRIPT = fileURLToPath(new URL('../test/support/ending.cjs', import.meta.url));
const HOSTS = ['none', 'winston', 'pino', 'pino-worker', 'log4js'];
const DELAYS_MS = [0, 200];
const FATAL = 'a fatal record, then process.exit()';
/** Each ending, and how many events it makes: with jackdaw in the main thread, where uncaught errors are events, and not. */
const ENDINGS = [
  ['process.exit(0)', 1, 1],
  ['process.exit(3)', 1, 1],
  ['a throw', 2, 1],
  ['a rejection', 2, 1],
  ['the natural end', 1, 1],
  ['close() and process.exit()', 1, 1],
  ['shutdown of the host, then process.exit()', 1, 1],
  // Threads get no signals.
  ['SIGTERM', 1, 0],
];
/** The endings that only some hosts have. */
const OWN_ENDINGS = {
  winston: [],
  pino: [[FATAL, 2]],
  'pino-worker': [[FATAL, 2]],
  log4js: [[FATAL, 2]],
  'winston-exceptions': [
    ['a throw', 2],
    ['a rejection', 2],
  ],
};
const OPTIONS = { drainOnSignals: ['SIGTERM'] };
/** What the server does, and from when on, in ms. */
const OUTAGE = [
  [0, undefined],
  [3_000, { status: 500 }],
  [5_000, { status: 503 }],
  [7_000, { status: 429, headers: { 'retry-after': '1' } }],
  [8_000, { status: 200 }],
];

const { values } = parseArgs({
  options: { times: { type: 'string' }, hosts: { type: 'string' }, outage: { type: 'boolean', default: false } },
});
const times = Number(values.times ?? (values.outage ? 10 : 100));
const everyHost = values.outage ? HOSTS.slice(1) : [...HOSTS, 'winston-exceptions'];
let failures = 0;

console.log(`delivered/expected in ${times} runs, median ms; node ${process.version}, ${process.platform}\n`);
for (const host of values.hosts?.split(',') ?? everyHost) {
  for (const cell of values.outage ? [outageOf(host)] : cellsOf(host)) await runCell(cell);
}
process.exitCode = failures === 0 ? 0 : 1;

function outageOf(host) {
  return {
    host,
    ending: '100 errors in 8 s, then its shutdown',
    phases: OUTAGE,
    name: 'outage',
    events: 100,
    count: 0,
  };
}

function cellsOf(host) {
  const common = HOSTS.includes(host) ? ENDINGS : [];
  const endings = [
    ...common.map(([ending, main, worker]) => [ending, host === 'pino-worker' ? worker : main]),
    ...(OWN_ENDINGS[host] ?? []),
  ].filter(([, events]) => events > 0);
  return DELAYS_MS.flatMap((delay) =>
    endings.map(([ending, events]) => {
      return { host, ending, phases: [[0, { status: 200, delay }]], name: `${delay} ms`, events, count: 1 };
    }),
  );
}

async function runCell({ host, ending, phases, name, events, count }) {
  const bare = await run(host, ending, { JACKDAW_COUNT: count });
  let delivered = 0;
  const ends = await twoAtATime(async () => {
    const server = await startServer(phases);
    const env = { JACKDAW_DSN: server.dsn, JACKDAW_OPTIONS: JSON.stringify(OPTIONS), JACKDAW_COUNT: count };
    const end = await run(host, ending, env);
    delivered += Math.min(server.ids.size, events);
    await server.close();
    return end;
  });
  const wrong = ends.filter(({ said }) => said !== bare.said);
  const arrived = `${delivered}/${events * times}`;
  const pace = `${Math.round(median(ends.map(({ ms }) => ms)))} ms (${Math.round(bare.ms)} without)`;
  console.log(`${host.padEnd(18)} ${name.padStart(6)}  ${ending.padEnd(42)} ${arrived.padStart(9)}  ${pace}`);
  for (const { said } of wrong) console.log(`ended otherwise:\n${said}\ninstead of:\n${bare.said}`);
  failures += events * times - delivered + wrong.length;
}

async function twoAtATime(work) {
  const results = [];
  const lane = async (share) => {
    for (let time = 0; time < share; time++) results.push(await work());
  };
  await Promise.all([lane(Math.ceil(times / 2)), lane(Math.floor(times / 2))]);
  return results;
}

/** How long it took, and all that the process said and ended with. */
async function run(host, ending, env) {
  const start = performance.now();
  const child = spawn(process.execPath, [SCRIPT, host, ending], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const [stdout, stderr, [code, signal]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close'),
  ]);
  // The pid stands in front of Node's own warnings.
  const warnings = stderr.join('').replaceAll(`(node:${child.pid})`, '(node)');
  return { ms: performance.now() - start, said: `${signal ?? code}\n${stdout.join('')}${warnings}` };
}
