import { createRequire } from 'node:module';
import { winstonWith } from '../support/hosts.mjs';
import { undelivering } from '../support/undelivering.mjs';

const require = createRequire(import.meta.url);

export const modules = ['winston'];

/** A second transport that does nothing. */
export function open() {
  const { Transport } = require('winston');
  class Idle extends Transport {
    log(_info, next) {
      next();
    }
  }
  return undelivering(winstonWith(new Idle()));
}
