// What a process does with a spool: `node spool-child.cjs <what> <dir> <name> <sync>`. What it has been told is safe it
// says on stdout, one line each, written at once.
const { once } = require('node:events');
const { writeSync } = require('node:fs');
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
const cluster = require('node:cluster');
const { Spool } = require('../../dist/spool/spool.js');

const [what, dir, name, sync = 'interval'] = isMainThread ? process.argv.slice(2) : workerData;
const say = (text) => writeSync(1, `${text}\n`);
const turn = () => new Promise((resolve) => setImmediate(resolve));

function open() {
  return new Spool(
    { dir, destination: 'http://key@host/1', maxBytes: 1 << 30, maxAgeMs: 86_400_000, sync },
    {
      lost: (...all) => say(`lost ${all}`),
      recovered() {},
      problem: ({ code, message }) => say(`problem ${code} ${message}`),
      available() {},
    },
  );
}

function append(spool, text, urgent = false) {
  return spool.append({ category: 'error', quantity: 1, level: 'error', payload: Buffer.from(text) }, urgent);
}

const actions = {
  /** Appends as fast as it can, in bursts of changing size; settles and releases some. */
  async append() {
    const spool = open();
    for (let n = 0; ; ) {
      const burst = Array.from({ length: 1 + ((n * 7) % 97) }, () => {
        const text = `${name}-${n++}-${'x'.repeat((n * 131) % 5_000)}`;
        return { text: text.split('-', 2).join('-'), id: append(spool, text, n % 50 === 0) };
      });
      for (const [index, { id }] of burst.entries()) if (index % 5 === 0) spool.release(id);
      await spool.flush();
      say(`kept ${burst.map(({ text }) => text).join(' ')}`);
      parentPort?.postMessage('kept');
      for (const [index, { id, text }] of burst.entries()) {
        if (index % 5 !== 1) continue;
        // Said first: from here on it may be gone.
        say(`settled ${text}`);
        spool.settle(id);
      }
      await turn();
    }
  },

  /** Appends a few records each millisecond, and says when; nothing is waited for. */
  pace() {
    const spool = open();
    let n = 0;
    setInterval(() => {
      for (let end = n + 3; n < end; n++) {
        append(spool, `${name}-${n}-${'x'.repeat(4_000)}`);
        say(`appended ${n}:${Date.now()}`);
      }
    }, 1);
  },

  /** Appends a number of records, waits for a line on stdin, and closes. */
  async share() {
    const spool = open();
    const texts = Array.from({ length: 200 }, (_value, n) => `${name}-${n}`);
    for (const text of texts) append(spool, text);
    await spool.flush();
    say(`kept ${texts.join(' ')}`);
    process.stdin.once('data', async () => {
      await spool.close();
      process.exit();
    });
  },

  /** Takes over what there is, and says what it was given. */
  async adopt() {
    const spool = open();
    await spool.adopt();
    const given = [];
    for (let next = await spool.next(); next !== undefined; next = await spool.next()) {
      given.push(Buffer.from(next.record.payload).toString());
      spool.settle(next.id);
    }
    say(`given ${given.join(' ')}`);
    await spool.close();
  },

  /** Ends at once after the last append; some of the others are on their way to the disk. */
  async exit() {
    const spool = open();
    process.on('exit', () => spool.flushSync());
    for (let n = 0; n < 100; n++) append(spool, `${name}-${n}`);
    await turn();
    for (let n = 100; n < 300; n++) append(spool, `${name}-${n}`, n === 299);
    process.exit();
  },

  /** The only record of its life, urgent, and its end. */
  fatal() {
    const spool = open();
    process.on('exit', () => spool.flushSync());
    append(spool, `${name}-0`, true);
    process.exit(3);
  },

  /** The only record of its life, and a SIGKILL as soon as `urgent` can have had an effect. */
  async killed() {
    const spool = open();
    append(spool, `${name}-0`, true);
    await spool.flush();
    process.kill(process.pid, 'SIGKILL');
  },

  /** A primary with a spool, and four workers with theirs. */
  async cluster() {
    if (cluster.isPrimary) {
      cluster.setupPrimary({ args: [what, dir, name, sync] });
      for (let n = 0; n < 4; n++) cluster.fork();
    }
    const spool = open();
    const texts = Array.from({ length: 100 }, (_value, n) => `${name}.${process.pid}-${n}`);
    for (const text of texts) append(spool, text);
    await spool.flush();
    say(`kept ${texts.join(' ')}`);
    setInterval(() => {}, 1_000);
  },

  /** Four threads that append without end, one of which is ended in the middle of it. */
  async threads() {
    const threads = Array.from({ length: 4 }, (_value, n) => {
      return new Worker(__filename, { workerData: ['append', dir, `${name}.${n}`, sync] });
    });
    await Promise.all(threads.map((thread) => once(thread, 'message')));
    await threads[0].terminate();
    say('terminated');
    setInterval(() => {}, 1_000);
  },
};

void actions[what]();
