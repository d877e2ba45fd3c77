import { createRequire } from 'node:module';
import { pinoWith } from '../support/hosts.mjs';
import { requireOf } from '../support/sentry-node.mjs';

const require = createRequire(import.meta.url);
const rival = requireOf('pino-sentry-transport');

export const modules = ['pino'];

/** It lives in a worker thread, where nobody can ask it to deliver: pino only hands the lines over. */
export function open({ dsn }) {
  const target = rival.resolve('pino-sentry-transport');
  const stream = require('pino').transport({ target, options: { sentry: { dsn }, minLevel: 50 } });
  return {
    logger: pinoWith(stream),
    flush: () => new Promise((resolve) => stream.flush(resolve)),
    close: async () => stream.end(),
  };
}
