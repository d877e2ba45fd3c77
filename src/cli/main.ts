#!/usr/bin/env node
import { run } from './run.js';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
// A reader that goes away, as in `jackdaw inbox | head`, ends the command; it is no error.
process.stdout.on('error', () => stop.abort());

void run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  // A getter: node opens it at the first access.
  get stdin() {
    return process.stdin;
  },
  env: process.env,
  signal: stop.signal,
}).then((code) => {
  process.exitCode = code;
});
