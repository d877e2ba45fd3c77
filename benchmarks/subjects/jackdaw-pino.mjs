import { createRequire } from 'node:module';
import { pinoWith } from '../support/hosts.mjs';
import { delivering } from '../support/jackdaw.mjs';

const require = createRequire(import.meta.url);

export const modules = ['pino', 'jackdaw/pino'];

export function open(options) {
  const stream = require('jackdaw/pino')(options);
  return delivering(pinoWith(stream), stream.client);
}
