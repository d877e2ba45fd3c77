import { createRequire } from 'node:module';
import { pinoWith } from '../support/hosts.mjs';
import { deliveredBy, requireOf } from '../support/sentry-node.mjs';

const rival = requireOf('pino-sentry');

export const modules = ['pino', rival.resolve('pino-sentry')];

/** It makes an event of each line it gets, and no breadcrumbs. */
export function open({ dsn }) {
  const { createWriteStream } = rival('pino-sentry');
  const stream = createWriteStream({ dsn, level: 'error', stackAttributeKey: 'err.stack' });
  const sdk = createRequire(rival.resolve('pino-sentry'))('@sentry/node');
  return deliveredBy(sdk, pinoWith(stream));
}
