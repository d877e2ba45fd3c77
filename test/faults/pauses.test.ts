import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import type { Stats } from '../../src/client/ledger.js';
import { expectSettled } from '../support/balance.js';
import { answer, never, type Reply, startScriptedServer } from '../support/scripted-server.js';

/** Longer than a request may take: see PROGRAM. */
const PAUSE_MS = 1_500;

/** Does what its standard input says, and says what it has done. */
const PROGRAM = `
const { writeSync } = require('node:fs');
const { createInterface } = require('node:readline');
const { createClient } = require('./dist/index.js');
const client = createClient({ dsn: process.argv[1], requestTimeoutMs: 800, sendClientReports: false });
const log = (count) => {
  for (let index = 0; index < count; index++) client.captureMessage('number ' + index);
};
const ORDERS = {
  log: () => log(4),
  block() {
    writeSync(1, 'blocked\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${PAUSE_MS});
  },
  async end() {
    log(20);
    await client.close(10_000);
    console.log(JSON.stringify(client.stats()));
    process.exit();
  },
};
createInterface(process.stdin).on('line', (order) => ORDERS[order]());
`;

function startProgram(dsn: string) {
  const root = join(__dirname, '../..');
  const child = spawn(process.execPath, ['-e', PROGRAM, dsn], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    tell: (order: 'log' | 'block' | 'end') => child.stdin.write(`${order}\n`),
    said: async () => String(await once(lines, 'line')),
  };
}

type Program = ReturnType<typeof startProgram>;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** How a process stands still, and how it goes on. */
const PAUSES = {
  'F10: an event loop that was blocked': {
    async begin(program: Program) {
      const said = program.said();
      program.tell('block');
      await said;
    },
    async end() {},
  },
  'F11: a process that was stopped': {
    async begin(program: Program) {
      program.kill('SIGSTOP');
    },
    async end(program: Program) {
      await pause();
      program.kill('SIGCONT');
    },
  },
};

it.each(Object.entries(PAUSES))(
  '%s takes the answers that came meanwhile, and sends nothing twice',
  async (_name, { begin, end }) => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const held: Reply = async (exchange) => {
      await released;
      await answer(200)(exchange);
    };
    await using server = await startScriptedServer({ replies: [held, held, held, held] });
    const program = startProgram(server.dsn);
    program.tell('log');
    await server.received(4);
    await begin(program);
    release();
    await end(program);
    const said = program.said();
    program.tell('end');
    const stats = JSON.parse(await said) as Stats;
    expectSettled({ stats: () => stats });
    expect(stats).toMatchObject({ delivered: { error: 24 }, retried: { error: 0 } });
    expect(server.requests).toHaveLength(24);
  },
);

it.each(Object.entries(PAUSES))('%s repeats once what has no answer, not more', async (_name, { begin, end }) => {
  await using server = await startScriptedServer({ replies: [never(), never(), never(), never()] });
  const program = startProgram(server.dsn);
  program.tell('log');
  await server.received(4);
  await begin(program);
  await end(program);
  const said = program.said();
  program.tell('end');
  const stats = JSON.parse(await said) as Stats;
  expectSettled({ stats: () => stats });
  expect(stats).toMatchObject({ delivered: { error: 24 }, retried: { error: 4 } });
  expect(server.requests).toHaveLength(28);
});
