// A process that logs one error and then ends: `node ending.cjs <host> <ending>`. Without JACKDAW_DSN it is the same
// process without jackdaw, to compare with. JACKDAW_OPTIONS: client options as JSON. JACKDAW_REPORT: on exit it prints
// how long that took, and its ledger.
const { isMainThread, Worker } = require('node:worker_threads');
const { HOSTS } = require('./ending-hosts.cjs');

const stay = () => setTimeout(() => process.exit(99), 20_000);

const ENDINGS = {
  'process.exit(0)': () => process.exit(0),
  'process.exit(3)': () => process.exit(3),
  'a throw': () => {
    throw new Error('uncaught');
  },
  'a throw in a timer': () =>
    setTimeout(() => {
      throw new Error('uncaught');
    }, 5),
  'a thrown text': () => {
    throw 'a text';
  },
  'a rejection': () => void Promise.reject(new Error('rejected')),
  'a rejection of undefined': () => void Promise.reject(),
  'the natural end': () => {},
  'the natural end with an exit code': () => {
    process.exitCode = 4;
  },
  'process.exit() in an exit listener': () => {
    process.on('exit', () => process.exit(5));
  },
  'process.exit() in beforeExit': () => {
    process.on('beforeExit', () => process.exit(6));
  },
  'close() and process.exit()': ({ client }) => {
    void client?.close();
    process.exit(7);
  },
  'process.exit() after a failed attempt': ({ client }) => {
    setInterval(() => client.stats().lastError && process.exit(0), 5);
  },
  /** Told by its standard input. */
  'process.exit() once the request is out': () => {
    process.stdin.once('data', () => process.exit(8));
  },
  'its own handler': () => {
    process.on('uncaughtException', (error, origin) => console.log('handled', error.message, origin));
    setTimeout(() => process.exit(0), 50);
    throw new Error('uncaught');
  },
  'its own handler that logs it': ({ host }) => {
    process.on('uncaughtException', (error) => {
      host.error(error);
      process.exit(9);
    });
    throw new Error('uncaught');
  },
  'an error logged and thrown': ({ host }) => {
    const error = new Error('uncaught');
    host.error(error);
    throw error;
  },
  SIGTERM: () => {
    stay();
    process.kill(process.pid, 'SIGTERM');
  },
  'SIGTERM with its own handler': () => {
    stay();
    process.on('SIGTERM', () => setTimeout(() => process.exit(10), 20));
    process.kill(process.pid, 'SIGTERM');
  },
  'SIGTERM with signal-exit': () => {
    stay();
    signalExit();
    process.kill(process.pid, 'SIGTERM');
  },
  'SIGTERM after close()': async ({ client }) => {
    stay();
    await client?.close();
    console.log('listeners', process.listenerCount('SIGTERM'));
    process.kill(process.pid, 'SIGTERM');
  },
  'a log in an exit listener': ({ host }) => {
    process.on('exit', () => host.error(new Error('last words')));
    process.exit(11);
  },
  'shutdown of the host, then process.exit()': ({ host }) => host.shutdown(() => process.exit(13)),
  '100 errors in 8 s, then its shutdown': ({ host }) => {
    const start = performance.now();
    let errors = 0;
    // By the clock: the ticks of a busy machine come late, and none may be missing at the end.
    const timer = setInterval(() => {
      const elapsed = performance.now() - start;
      for (; errors < 100 && errors * 75 <= elapsed; errors++) host.error(new Error(`number ${errors}`));
      if (elapsed < 8_000) return;
      clearInterval(timer);
      host.shutdown(() => {});
    }, 25);
  },
  'a fatal record, then process.exit()': ({ host }) => {
    host.fatal(new Error('fatal'));
    process.exit(14);
  },
};

/** The endings of a thread, which does it all, and its limits. */
const THREADS = {
  'process.exit() in a thread': {},
  'process.exit() in a thread short of memory': { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 },
};

/** What signal-exit 4 does: https://github.com/tapjs/signal-exit/blob/v4.1.0/src/index.ts */
function signalExit() {
  const emitter = { count: 1 };
  globalThis[Symbol.for('signal-exit emitter')] = emitter;
  const listener = () => {
    if (process.listeners('SIGTERM').length !== emitter.count) return;
    process.removeListener('SIGTERM', listener);
    console.log('signal-exit');
    process.kill(process.pid, 'SIGTERM');
  };
  process.on('SIGTERM', listener);
}

const [, , hostName, ending] = process.argv;
if (THREADS[ending] !== undefined && isMainThread) {
  const thread = new Worker(__filename, { argv: process.argv.slice(2), resourceLimits: THREADS[ending] });
  thread.on('exit', (code) => {
    process.exitCode = code;
  });
} else {
  const host = HOSTS[hostName]();
  if (process.env.JACKDAW_REPORT) {
    let start = performance.now();
    const emit = process.emit;
    // Wraps all listeners of the exit, whoever comes first.
    process.emit = function timed(event, ...values) {
      if (event === 'exit') start = performance.now();
      const result = emit.call(process, event, ...values);
      if (event === 'exit') {
        const { accepted, delivered, dropped, queued } = host.client.stats();
        const report = { exitMs: performance.now() - start, accepted, delivered, dropped, queued };
        require('node:fs').writeSync(1, `${JSON.stringify(report)}\n`);
      }
      return result;
    };
  }
  const count = Number(process.env.JACKDAW_COUNT ?? 1);
  for (let index = 0; index < count; index++) host.error(new Error(`number ${index}`));
  host.info('an info');
  if (THREADS[ending] !== undefined) process.exit(12);
  ENDINGS[ending]({ host, client: host.client });
}
