// How much arrives of what a process logs right before it ends, and does it end as it would without jackdaw?
//
//   npm run exit-matrix -- --times 100
//
// Each cell runs the same process so many times against a server that answers after 0 or 200 ms, and prints
// delivered/expected events, and the median time from start to end. Exit code 1 when anything is missing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

const SCRIPT = fileURLToPath(new URL('../test/support/ending.cjs', import.meta.url));
const DELAYS_MS = [0, 200];
/** Each ending, the code or signal it must have, how many events, and client options. */
const ENDINGS = [
  ['process.exit(0)', 0, 1],
  ['process.exit(3)', 3, 1],
  ['a throw', 1, 2],
  ['a rejection', 1, 2],
  ['the natural end', 0, 1],
  ['close() and process.exit()', 7, 1],
  ['SIGTERM', 'SIGTERM', 1, { drainOnSignals: ['SIGTERM'] }],
];

const { values } = parseArgs({
  options: { times: { type: 'string', default: '100' }, hosts: { type: 'string', default: 'none,winston' } },
});
const times = Number(values.times);
let missing = 0;

console.log(`delivered/expected in ${times} runs, median ms; node ${process.version}, ${process.platform}\n`);
for (const host of values.hosts.split(',')) {
  for (const delay of DELAYS_MS) {
    for (const [ending, status, events, options = {}] of ENDINGS) {
      const cell = await runCell({ host, delay, ending, status, events, options });
      missing += events * times - cell.delivered + cell.wrongEnds;
      const wrong = cell.wrongEnds === 0 ? '' : `  ended otherwise: ${cell.wrongEnds}`;
      const count = `${cell.delivered}/${events * times}`;
      console.log(
        `${host.padEnd(8)} ${String(delay).padStart(3)} ms  ${ending.padEnd(28)} ${count.padStart(9)}  ${cell.medianMs} ms${wrong}`,
      );
    }
  }
}
process.exitCode = missing === 0 ? 0 : 1;

async function runCell({ host, delay, ending, status, events, options }) {
  const ids = new Set();
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    const { event_id: id } = JSON.parse(bytes.toString().split('\n', 1)[0]);
    if (id !== undefined) ids.add(id);
    setTimeout(() => response.end('{}'), delay);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const dsn = `http://public@127.0.0.1:${server.address().port}/1`;
  const cell = { delivered: 0, wrongEnds: 0, medianMs: 0 };
  const durations = [];
  for (let time = 0; time < times; time++) {
    ids.clear();
    const start = performance.now();
    const end = await run(host, ending, dsn, options);
    durations.push(performance.now() - start);
    cell.delivered += Math.min(ids.size, events);
    if (end !== status) cell.wrongEnds++;
  }
  server.closeAllConnections();
  server.close();
  cell.medianMs = Math.round(durations.sort((one, other) => one - other)[Math.floor(times / 2)]);
  return cell;
}

/** The exit code, or the signal. */
async function run(host, ending, dsn, options) {
  const child = spawn(process.execPath, [SCRIPT, host, ending], {
    stdio: 'ignore',
    env: { ...process.env, JACKDAW_DSN: dsn, JACKDAW_OPTIONS: JSON.stringify(options) },
  });
  const [code, signal] = await once(child, 'close');
  return signal ?? code;
}
