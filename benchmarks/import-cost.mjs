import { createRequire } from 'node:module';

export const question = 'What does it cost to require it?';
export const names = ['bare-winston', 'jackdaw-winston'];
export const rounds = 15;
export const execArgv = ['--expose-gc'];

export function claims(_ratio, difference) {
  return [
    {
      promise: 'P29',
      text: 'ms beyond winston',
      value: difference('ms', 'jackdaw-winston', 'bare-winston'),
      limit: 30,
    },
    {
      promise: 'P29',
      text: 'MB beyond winston',
      value: difference('RSS MB', 'jackdaw-winston', 'bare-winston'),
      limit: 8,
    },
  ];
}

export async function measure({ modules }) {
  const require = createRequire(import.meta.url);
  globalThis.gc();
  const before = process.memoryUsage.rss();
  const start = performance.now();
  for (const name of modules) require(name);
  const ms = performance.now() - start;
  globalThis.gc();
  return { ms, 'RSS MB': (process.memoryUsage.rss() - before) / 1e6 };
}
