import { describe, expect, it } from 'vitest';
import { type Frame, type FrameRules, toFrame } from '../../src/event/frame.js';

const rules: FrameRules = { inAppInclude: [], inAppExclude: [], root: '/app' };

function frameOf(file: string, over: Partial<FrameRules> = {}): Frame {
  return toFrame({ function: 'run', file, line: 1, column: 2 }, { ...rules, ...over });
}

describe('a frame', () => {
  it.each([
    ['below the root', '/app/src/db/pool.js', 'src/db/pool.js', 'src.db:pool', true],
    ['in the root', '/app/main.mjs', 'main.mjs', 'main', true],
    ['elsewhere on disk', '/srv/shared/x.cjs', '/srv/shared/x.cjs', 'x', true],
    ['beside the root, under a longer name', '/app2/x.js', '/app2/x.js', 'x', true],
    ['compiled from TypeScript with source maps', '/app/src/a.ts', 'src/a.ts', 'src:a.ts', true],
    [
      'in a package',
      '/app/node_modules/express/lib/router/index.js',
      'node_modules/express/lib/router/index.js',
      'express.lib.router:index',
      false,
    ],
    [
      'in a scoped package installed by pnpm',
      '/app/node_modules/.pnpm/@acme+lib@1/node_modules/@acme/lib/dist/a.js',
      'node_modules/.pnpm/@acme+lib@1/node_modules/@acme/lib/dist/a.js',
      '@acme.lib.dist:a',
      false,
    ],
    ['in Node', 'node:internal/process/task_queues', 'node:internal/process/task_queues', 'task_queues', false],
    ['in an older Node', 'internal/timers.js', 'internal/timers.js', 'timers', false],
    ['given to node -e', '[eval]', '[eval]', '[eval]', false],
    ['bundled', 'webpack:///./src/a.js', 'webpack:///./src/a.js', 'a', true],
    ['bundled from a package', 'webpack:///./node_modules/x/a.js', 'webpack:///./node_modules/x/a.js', 'x:a', false],
    ['relative', './src/a.js', './src/a.js', 'a', true],
    ['a built-in', '<anonymous>', '<anonymous>', undefined, false],
    ['WebAssembly', 'wasm://wasm/0145fffe', 'wasm://wasm/0145fffe', '0145fffe', true],
    [
      'code in a URL, which stays here',
      'data:text/javascript;x,secret()',
      '<data:text/javascript;x>',
      undefined,
      false,
    ],
  ])('%s has its name, module and owner', (_, file, filename, module, inApp) => {
    const frame = frameOf(file);
    expect({ filename: frame.filename, module: frame.module, in_app: frame.in_app }).toEqual({
      filename,
      module,
      in_app: inApp,
    });
  });

  it('has its whole path where that is more than its name', () => {
    expect(frameOf('/app/src/a.js')).toEqual({
      filename: 'src/a.js',
      abs_path: '/app/src/a.js',
      function: 'run',
      module: 'src:a',
      lineno: 1,
      colno: 2,
      in_app: true,
    });
    expect(frameOf('/srv/a.js')).not.toHaveProperty('abs_path');
  });

  it('without a file has only its function', () => {
    expect(toFrame({ function: 'Promise.all' }, rules)).toEqual({ function: 'Promise.all', in_app: false });
  });

  it.each([
    ['file:///app/my%20dir/caf%C3%A9.mjs', 'my dir/café.mjs'],
    ['file:///app/a.mjs?update=17#x', 'a.mjs'],
    ['file:///app/what%3F.mjs', 'what?.mjs'],
    ['file:///app/100%.mjs', '100%.mjs'],
    ['file:///C:/app/a.mjs', 'C:/app/a.mjs'],
    ['file://server/share/a.mjs', '//server/share/a.mjs'],
  ])('from the URL %s is named %s', (url, filename) => {
    expect(frameOf(url).filename).toBe(filename);
  });

  it('of Windows is named with slashes', () => {
    const windows = { root: 'C:\\app\\' };
    expect(frameOf('C:\\app\\src\\a.js', windows)).toMatchObject({
      filename: 'src/a.js',
      abs_path: 'C:/app/src/a.js',
      module: 'src:a',
      in_app: true,
    });
    expect(frameOf('file:///C:/app/src/a.js', windows)).toMatchObject({ filename: 'src/a.js', module: 'src:a' });
    expect(frameOf('C:\\app\\node_modules\\x\\a.js', windows)).toMatchObject({ module: 'x:a', in_app: false });
  });

  it('is not below a root that is unknown or the whole disk', () => {
    for (const root of ['', '/']) expect(frameOf('/app/src/a.js', { root }).filename).toBe('/app/src/a.js');
  });

  it.each([
    ['a package', '@acme/lib', '/app/node_modules/@acme/lib/a.js', true],
    ['a scope', '@acme', '/app/node_modules/@acme/lib/a.js', true],
    ['a package of a longer name', '@acme/lib', '/app/node_modules/@acme/library/a.js', false],
    ['an absolute path', '/app/node_modules/x/', '/app/node_modules/x/a.js', true],
    ['a path below the root', 'node_modules/x', '/app/node_modules/x/a.js', true],
    ['a file', 'node:internal/timers', 'node:internal/timers', true],
    ['nothing', '', '/app/node_modules/x/a.js', false],
  ])('is own code when inAppInclude names it by %s', (_, entry, file, inApp) => {
    expect(frameOf(file, { inAppInclude: [entry] }).in_app).toBe(inApp);
  });

  it.each([
    ['a path below the root', 'src/generated', '/app/src/generated/a.js', false],
    ['an absolute path', '/app/src', '/app/src/a.js', false],
    ['a path that is not its own', 'src/gen', '/app/src/generated/a.js', true],
  ])('is not own code when inAppExclude names it by %s', (_, entry, file, inApp) => {
    expect(frameOf(file, { inAppExclude: [entry] }).in_app).toBe(inApp);
  });

  it('named by both lists is not own code', () => {
    const lists = { inAppInclude: ['@acme'], inAppExclude: ['@acme/vendored'] };
    expect(frameOf('/app/node_modules/@acme/lib/a.js', lists).in_app).toBe(true);
    expect(frameOf('/app/node_modules/@acme/vendored/a.js', lists).in_app).toBe(false);
  });
});
