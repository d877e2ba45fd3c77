import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { bareApp, flatApp, write } from './layouts.js';
import { succeed } from './run.js';

const manifest = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'));
const ENTRY_POINTS = Object.keys(manifest.exports)
  .filter((path) => path !== './package.json')
  .map((path) => path.replace('.', 'jackdaw'));

async function printed<T>(app: string, source: string, kind: 'module' | 'commonjs' = 'module'): Promise<T> {
  return JSON.parse(await succeed(app, process.execPath, [`--input-type=${kind}`, '-e', source]));
}

describe('every entry point', () => {
  it.each(ENTRY_POINTS)('%s gives by import what it gives by require, under the same names', async (name) => {
    const seen = await printed<{ required: string[]; imported: string[]; same: boolean }>(
      await flatApp(),
      `import { createRequire } from 'node:module';
       const required = createRequire(process.cwd() + '/app.js')('${name}');
       const imported = await import('${name}');
       const same = Object.keys(required).every((key) => imported[key] === required[key]);
       console.log(JSON.stringify({ required: Object.keys(required), imported: Object.keys(imported), same }));`,
    );
    expect(seen.required.length).toBeGreaterThan(0);
    expect(seen.imported).toEqual(expect.arrayContaining(['default', ...seen.required]));
    expect(seen.same).toBe(true);
  });

  it('shows its package.json', async () => {
    const version = await printed(
      await flatApp(),
      `console.log(JSON.stringify(require('jackdaw/package.json').version))`,
      'commonjs',
    );
    expect(version).toBe(manifest.version);
  });
});

describe('without the host', () => {
  it.each([
    ['winston', 'require', `require('jackdaw/winston')`],
    ['winston', 'import', `await import('jackdaw/winston')`],
    ['log4js', 'require', `require('jackdaw/log4js')`],
    ['log4js', 'import', `await import('jackdaw/log4js')`],
  ])('H02 jackdaw/%s says by %s which package is missing, and how to install it', async (host, _way, load) => {
    const error = await printed(
      await bareApp(),
      `(async () => ${load})().catch(({ code, message }) => console.log(JSON.stringify({ code, message })));`,
      'commonjs',
    );
    const range = manifest.peerDependencies[host];
    expect(error).toEqual({
      code: 'PEER_MISSING',
      message: `jackdaw/${host} needs ${host}@${range}: npm install ${host}@${range}`,
    });
  });

  it('jackdaw/pino loads, because it reads lines and needs nothing of pino', async () => {
    const type = await printed(
      await bareApp(),
      `console.log(JSON.stringify(typeof require('jackdaw/pino')))`,
      'commonjs',
    );
    expect(type).toBe('function');
  });
});

describe('the command', () => {
  it('runs by npx', async () => {
    const output = await succeed(await bareApp(), 'npx', [
      '--offline',
      'jackdaw',
      'dsn',
      'https://0123456789abcdef0123456789abcdef@localhost/7',
    ]);
    expect(output).toMatch(/^project +7$/m);
  });

  it('is an inbox that another program reports to', async () => {
    const app = await bareApp();
    const inbox = spawn(join(app, 'node_modules/.bin/jackdaw'), ['inbox', '--quiet', '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [dsn] = (await once(createInterface(inbox.stdout), 'line')) as [string];
      write(app, 'message.cjs', `require('jackdaw').createClient().captureMessage('hello from the tarball');`);
      await succeed(app, process.execPath, ['message.cjs'], { SENTRY_DSN: dsn });
      const items = await (await fetch(`${new URL(dsn).origin}/items?type=event`)).json();
      expect(items).toMatchObject([
        { payload: { logentry: { formatted: 'hello from the tarball' }, release: 'shop@1.2.3' } },
      ]);
    } finally {
      inbox.kill();
      await once(inbox, 'exit');
    }
  });
});
