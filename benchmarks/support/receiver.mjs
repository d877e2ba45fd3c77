import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROCESS = fileURLToPath(new URL('receiver-process.mjs', import.meta.url));

/**
 * Starts a receiver in a process of its own, healthy at first. To count `failures` it reads each event, which takes it
 * some 100 µs; otherwise it only looks at the headers of envelopes.
 */
export async function startReceiver({ failures = false } = {}) {
  const child = fork(PROCESS, [String(failures)], { execArgv: [] });
  const answers = new Map();
  let asked = 0;
  child.on('message', ({ id, value }) => {
    answers.get(id)(value);
    answers.delete(id);
  });
  const ask = (name, ...args) => {
    const id = asked++;
    child.send({ id, name, args });
    return new Promise((resolve) => answers.set(id, resolve));
  };
  const port = await ask('port');
  return {
    dsn: `http://0123456789abcdef0123456789abcdef@127.0.0.1:${port}/1`,
    /** What was taken so far: different `events`, their different `failures`, envelopes' `bytes`, and when the `last` came. */
    received: () => ask('received'),
    /** Resolves when so many different failures have been taken since the last `behave`, or after `timeoutMs`. */
    arrival: (failures, timeoutMs) => ask('arrival', failures, timeoutMs),
    /** Counts from zero, and from now on is `healthy`, `slow`, `limited`, `dead` or `returning`. */
    behave: (behaviour, forMs) => ask('behave', behaviour, forMs),
    stop: () => child.disconnect(),
  };
}
