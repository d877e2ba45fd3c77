import { createRequire } from 'node:module';

export const question = 'What does it cost to make a logger and to log the first record?';
export const names = ['bare-winston', 'jackdaw-winston'];
export const rounds = 15;

export function claims(_ratio, difference) {
  return [{ promise: '–', text: 'ms beyond winston', value: difference('ms', 'jackdaw-winston', 'bare-winston') }];
}

export async function measure({ modules, open }) {
  const require = createRequire(import.meta.url);
  for (const name of modules) require(name);
  const start = performance.now();
  const { logger } = open({ dsn: 'http://0123456789abcdef0123456789abcdef@127.0.0.1:9/1' });
  logger.info('started', { port: 8080 });
  return { ms: performance.now() - start };
}
