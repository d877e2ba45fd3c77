import { createRequire } from 'node:module';
import { winstonWith } from '../support/hosts.mjs';
import { delivering } from '../support/jackdaw.mjs';

const require = createRequire(import.meta.url);

export const modules = ['winston', 'jackdaw/winston'];

export function open(options) {
  const { JackdawTransport } = require('jackdaw/winston');
  const transport = new JackdawTransport(options);
  return delivering(winstonWith(transport), transport.client);
}
