// Random faults, events and logs for as long as you like; in the end every item must be accounted for.
//   npm run soak -- --minutes 10 --seed 7
// Runs against dist. The server notes each event it took, so that the ledger is checked against what arrived, too.
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import jackdaw from '../../dist/index.js';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string', default: String(Date.now() % 1e6) } },
});
const random = seeded(Number(values.seed));
const until = performance.now() + Number(values.minutes) * 60_000;

/** What the server took, by event id; logs by their body. */
const taken = { error: new Map(), log_item: new Map() };
const limits = ['1:error', '2:log_item', '1::org', '0.5:error;log_item', '-1:error', 'nonsense'];

/** What the server does about one request. True: it took the envelope. */
const FAULTS = {
  answers: (socket) => reply(socket, 200),
  'answers with a limit': (socket) => reply(socket, 200, `x-sentry-rate-limits: ${pick(limits)}\r\n`),
  'answers late': (socket) => void setTimeout(() => reply(socket, 200), random() * 300) ?? true,
  'answers and closes': (socket) => reply(socket, 200, 'connection: close\r\n') && socket.end() && true,
  'takes it and resets': (socket) => socket.resetAndDestroy() && true,
  refuses: (socket) => reply(socket, pick([400, 403, 413])) && false,
  fails: (socket) => reply(socket, pick([500, 502, 503, 504])) && false,
  limits: (socket) =>
    reply(socket, 429, pick(['retry-after: 1\r\n', 'retry-after: 0\r\n', 'x-sentry-rate-limits: 2:error\r\n'])) &&
    false,
  resets: (socket) => socket.resetAndDestroy() && false,
  'talks nonsense': (socket) => socket.end('hello\r\n\r\n') && false,
  'is silent': () => false,
};

/** Which faults there are at the moment; the weather changes every few seconds. */
const WEATHERS = [
  ['answers', 'answers late'],
  ['answers', 'answers', 'answers', ...Object.keys(FAULTS)],
  ['fails', 'answers'],
  ['fails'],
  ['resets', 'talks nonsense'],
  ['limits', 'answers with a limit', 'answers'],
  ['is silent', 'answers'],
];
let weather = WEATHERS[0];

const server = createServer((socket) => serve(socket)).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));

const drops = new Map();
const client = jackdaw.createClient({
  dsn: `http://public@127.0.0.1:${server.address().port}/1`,
  logLevel: 'info',
  maxQueueItems: 300,
  requestTimeoutMs: 1_500,
  beforeSend: (event) => (random() < 0.01 ? null : event),
  onDrop: (reason, category, quantity) => add(drops, `${reason}:${category}`, quantity),
});

const accepted = { error: 0, log_item: 0 };
let worst = 0;
let weathers = 0;
let change = 0;
process.emitWarning = () => {};
while (performance.now() < until) {
  if (performance.now() > change) {
    weather = weathers++ % 2 === 0 ? WEATHERS[0] : pick(WEATHERS);
    change = performance.now() + 500 + random() * 4_000;
  }
  for (let count = random() < 0.002 ? 400 : Math.floor(random() * 3); count > 0; count--) capture();
  check('while it runs');
  worst = Math.max(worst, client.stats().queued.error);
  await new Promise((resolve) => setTimeout(resolve, random() * 60));
}
weather = WEATHERS[0];
const closed = await client.close(30_000);
const stats = client.stats();
check('at the end');
for (const category of ['error', 'log_item']) {
  expectZero(stats.queued[category], `${category} still queued`);
  // What was delivered arrived; more may have arrived, where an answer was lost.
  expectZero(Math.max(0, stats.delivered[category] - taken[category].size), `${category} delivered, but never arrived`);
}
const repeated = [...taken.error.values()].filter((times) => times > 1).length;
const report = {
  seed: values.seed,
  closed,
  difference: 0,
  worst,
  repeated,
  drops: Object.fromEntries(drops),
  ...stats,
};
console.log(JSON.stringify({ ...report, lastError: stats.lastError?.message }, null, 2));
server.close();
process.exit(0);

function capture() {
  if (random() < 0.6) {
    accepted.error++;
    client.captureException(new Error(`number ${accepted.error} ${'x'.repeat(random() * 3_000)}`));
  } else {
    accepted.log_item++;
    const message = `log ${accepted.log_item}`;
    client.captureRecord({ level: 'info', levelName: 'info', time: Date.now(), message, origin: 'soak' });
  }
}

function check(when) {
  const { accepted: counted, delivered, dropped, queued } = client.stats();
  for (const category of ['error', 'log_item']) {
    const lost = Object.values(dropped).reduce((sum, by) => sum + (by[category] ?? 0), 0);
    const told = [...drops].reduce((sum, [key, count]) => (key.endsWith(`:${category}`) ? sum + count : sum), 0);
    expectZero(accepted[category] - counted[category], `${category} not accepted, ${when}`);
    expectZero(
      counted[category] - delivered[category] - lost - queued[category],
      `${category} unaccounted for, ${when}`,
    );
    expectZero(lost - told, `${category} dropped without onDrop, ${when}`);
  }
}

function expectZero(difference, what) {
  if (difference === 0) return;
  console.error(`seed ${values.seed}: ${difference} ${what}`, JSON.stringify(client.stats()));
  process.exit(1);
}

function serve(socket) {
  let buffered = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    const headEnd = buffered.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const head = buffered.toString('latin1', 0, headEnd).toLowerCase();
    const end = headEnd + 4 + Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0);
    if (buffered.length < end) return;
    const body = buffered.subarray(headEnd + 4, end);
    buffered = buffered.subarray(end);
    if (FAULTS[pick(weather)](socket)) note(head.includes('gzip') ? gunzipSync(body) : body);
  });
}

function note(body) {
  const lines = body.toString().split('\n');
  const type = JSON.parse(lines[1]).type;
  if (type === 'event') add(taken.error, JSON.parse(lines[0]).event_id, 1);
  if (type === 'log') for (const log of JSON.parse(lines[2]).items) add(taken.log_item, log.body, 1);
}

function reply(socket, status, headers = '') {
  if (socket.writable) socket.write(`HTTP/1.1 ${status} Soak\r\ncontent-length: 2\r\n${headers}\r\n{}`);
  return true;
}

function add(counts, key, count) {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

function pick(list) {
  return list[Math.floor(random() * list.length)];
}

/** Mulberry32: the same faults for the same seed, as far as the network lets them. */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
