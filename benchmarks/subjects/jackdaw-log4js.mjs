import { createRequire } from 'node:module';
import { log4jsWith } from '../support/hosts.mjs';
import { delivering } from '../support/jackdaw.mjs';

const require = createRequire(import.meta.url);

export const modules = ['log4js', 'jackdaw/log4js'];

export function open(options) {
  const client = require('jackdaw').createClient(options);
  const jackdaw = { type: require('jackdaw/log4js'), client: () => client };
  return delivering(log4jsWith({ jackdaw }), client);
}
