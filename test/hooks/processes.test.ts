import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { processState } from '../../src/client/process-state.js';
import { runInScope } from '../../src/client/run-in-scope.js';
import type { Breadcrumb } from '../../src/protocol/event.js';
import { runScript } from '../support/child-script.js';
import { type MemoryClient, memoryClient } from '../support/memory-client.js';

const clients: MemoryClient[] = [];

afterEach(async () => {
  for (const { client } of clients.splice(0)) await client.close();
});

async function trailOf(work: () => unknown, processHooks = true): Promise<Breadcrumb[]> {
  return await runInScope(async () => {
    const one = memoryClient({ processHooks });
    clients.push(one);
    await work();
    return one.trail();
  });
}

async function end(script: string): Promise<void> {
  await once(spawn(process.execPath, ['-e', script, '--', '--password=hunter2']), 'close');
}

async function endThread(script: string): Promise<void> {
  const worker = new Worker(script, { eval: true, stderr: true }).on('error', () => {});
  await new Promise((resolve) => worker.once('exit', resolve));
}

describe('a child process', () => {
  it.each<[string, string, object]>([
    ['an exit code', 'process.exit(3)', { message: `${process.execPath} exited with code 3`, data: { code: 3 } }],
    ['a throw', 'throw new Error()', { message: `${process.execPath} exited with code 1`, data: { code: 1 } }],
    [
      'a signal',
      "process.kill(process.pid, 'SIGKILL')",
      { message: `${process.execPath} was ended by SIGKILL`, data: { signal: 'SIGKILL' } },
    ],
  ])('that ends by %s leaves a breadcrumb, without its arguments', async (_how, script, told) => {
    const trail = await trailOf(() => end(script));
    expect(trail).toMatchObject([{ category: 'child_process', level: 'warning', ...told }]);
    expect(trail[0]?.data?.['pid']).toBeGreaterThan(0);
    expect(JSON.stringify(trail)).not.toContain('hunter2');
  });

  it('that ends well leaves none', async () => {
    expect(await trailOf(() => end('process.exit(0)'))).toEqual([]);
  });

  it('that cannot start leaves one', async () => {
    const trail = await trailOf(() => expect(once(spawn('/no/such/program'), 'exit')).rejects.toThrow('ENOENT'));
    expect(trail).toMatchObject([
      { category: 'child_process', level: 'error', message: '/no/such/program failed', data: { reason: 'ENOENT' } },
    ]);
  });

  it('leaves it where it was started', async () => {
    const { trail, client } = memoryClient({ processHooks: true });
    const inner = await runInScope(async () => {
      const child = execFile(process.execPath, ['-e', 'process.exit(3)']);
      await runInScope(async () => {
        await once(child, 'exit');
        expect(trail()).toEqual([]);
      });
      return trail();
    });
    expect(inner).toMatchObject([{ data: { code: 3 } }]);
    await client.close();
  });
});

describe('a worker thread', () => {
  it('that fails leaves one breadcrumb', async () => {
    expect(await trailOf(() => endThread('throw new RangeError("hunter2")'))).toMatchObject([
      { category: 'worker_threads', level: 'error', message: 'worker thread failed', data: { reason: 'RangeError' } },
    ]);
  });

  it('that exits with a code leaves one', async () => {
    const trail = await trailOf(() => endThread('process.exit(3)'));
    expect(trail).toMatchObject([{ level: 'warning', message: 'worker thread exited with code 3', data: { code: 3 } }]);
    expect(trail[0]?.data?.['threadId']).toBeGreaterThan(0);
  });

  it('that ends well leaves none', async () => {
    expect(await trailOf(() => endThread(''))).toEqual([]);
  });
});

/** A warning is told of in a later turn. */
async function warn(text: string, options: NodeJS.EmitWarningOptions): Promise<void> {
  const told = once(process, 'warning');
  process.emitWarning(text, options as { type: string });
  await told;
}

describe('a warning of the process', () => {
  it('leaves a breadcrumb in the scope of who gave it', async () => {
    const trail = await trailOf(() => warn('card 4111 1111 1111 1111', { type: 'ShopWarning', code: 'SHOP_1' }));
    expect(trail).toMatchObject([
      {
        category: 'process.warning',
        level: 'warning',
        message: 'ShopWarning: card [Filtered]',
        data: { code: 'SHOP_1' },
      },
    ]);
  });

  it('of our own leaves none', async () => {
    expect(await trailOf(() => warn('hm', { type: 'JackdawWarning', code: 'JACKDAW_TEST' }))).toEqual([]);
  });
});

it('without processHooks nothing is watched, and after the last client nothing any more', async () => {
  const listeners = process.listenerCount('warning');
  await trailOf(() => {
    expect(processState().watches.has('child_process')).toBe(false);
    expect(process.listenerCount('warning')).toBe(listeners);
  }, false);
  const { client } = memoryClient({ processHooks: true });
  expect(process.listenerCount('warning')).toBe(listeners + 1);
  await client.close();
  expect(process.listenerCount('warning')).toBe(listeners);
});

const HOST = (mode: string): string => `
const client = require('./dist/index.js').createClient({ dsn: '${mode === 'with' ? 'http://public@127.0.0.1:9/1' : ''}' });
process.emitWarning('as ever', { code: 'SHOP_1' });
const { spawn } = require('node:child_process');
if (process.argv[1] === 'error') spawn('/no/such/program');
else spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20_000)'], { stdio: 'ignore', detached: true }).unref();
`;

describe('P3: with the hooks the process ends and prints as without', () => {
  it.each([
    ['a child that cannot start and nobody listens to', 'error', 1],
    ['a child that is left behind', 'left', 0],
  ])('%s', async (_name, kind, code) => {
    const [bare, hooked] = await Promise.all(['without', 'with'].map((mode) => runScript(HOST(mode), [kind])));
    const plain = (text = ''): string => text.replaceAll(/node:\d+/g, 'node').replaceAll(/\bat .*/g, '');
    expect(hooked?.code).toBe(code);
    expect(plain(hooked?.stderr)).toBe(plain(bare?.stderr));
    expect(hooked?.stderr).toContain('[SHOP_1] Warning: as ever');
    expect(hooked?.ms).toBeLessThan(15_000);
  });
});
