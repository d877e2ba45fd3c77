import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type Finished, runScript } from '../support/child-script.js';

vi.setConfig({ testTimeout: 40_000 });

const directory = mkdtempSync(join(tmpdir(), 'jackdaw-worker-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A logger with jackdaw in pino's worker, where a hook does `fault` to the first record once the worker is up. */
function run(fault: string, script: string): Promise<Finished> {
  const configFile = join(directory, 'hooks.cjs');
  writeFileSync(configFile, `exports.beforeSend = (event) => { ${fault} return null; };`);
  const options = JSON.stringify({ dsn: 'http://public@127.0.0.1:9/1', configFile });
  return runScript(
    `
    const pino = require('pino');
    const transport = pino.transport({
      target: require.resolve('./dist/adapters/pino.js'), options: ${options},
      worker: { resourceLimits: { maxOldGenerationSizeMb: 32 } },
    });
    const logger = pino(transport);
    const held = () => {
      gc();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    let before;
    transport.once('ready', () => {
      before = held();
      logger.error('first');
    });
    ${script}
  `,
    [],
    { flags: ['--expose-gc'] },
  );
}

/** Logs 50 MB after the worker is gone, then ends with a status of its own. */
const LOGS_ON = `
  const text = 'x'.repeat(10_000);
  const alive = setInterval(() => {}, 1_000);
  const logOn = () => {
    let records = 0;
    const timer = setInterval(() => {
      for (let each = 0; each < 100; each++) logger.error(text);
      records += 100;
      if (records < 5_000) return;
      clearInterval(timer);
      clearInterval(alive);
      console.log('holds none of it:', held() - before < 10e6);
      process.exitCode = 4;
    }, 1);
  };
`;

// The thread is pino's: what becomes of it, and of who waits for it, is thread-stream's doing.
describe('F07: a worker of pino’s', () => {
  it.each([
    ['exits', 'process.exit(1);'],
    ['exits as if all were well', 'process.exit(0);'],
    ['throws out of nowhere', "setImmediate(() => { throw new Error('broken'); });"],
  ])('that %s costs the application nothing, which is told by `error` of the transport', async (_name, fault) => {
    const ended = await run(
      fault,
      `${LOGS_ON}
      transport.on('error', ({ message }) => { if (message === 'the worker has exited') told = true; });
      let told = false;
      transport.on('close', logOn);
      process.on('exit', () => console.log('told:', told));`,
    );
    expect(ended).toMatchObject({ code: 4, stdout: 'holds none of it: true\ntold: true\n', stderr: '' });
  });

  it('that runs out of its memory costs it nothing where it listens to `error` of the worker, too', async () => {
    const ended = await run(
      'for (const held = []; ; ) held.push(new Array(1_000).fill(0.5));',
      `${LOGS_ON}
      transport.on('error', () => {});
      transport.worker.on('error', ({ code }) => console.log(code));
      transport.on('close', logOn);`,
    );
    expect(ended.code).toBe(4);
    expect(ended.stdout).toBe('ERR_WORKER_OUT_OF_MEMORY\nholds none of it: true\n');
  });

  it('that blocks for ever holds up process.exit() for the 10 s that pino waits, which it then throws', async () => {
    const ended = await run('for (;;);', 'setTimeout(() => process.exit(3), 1_000);');
    expect(ended.ms).toBeLessThan(20_000);
    expect(ended.stderr).toContain('_flushSync took too long (10s)');
  });
});
