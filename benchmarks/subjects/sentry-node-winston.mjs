import { createRequire } from 'node:module';
import { winstonWith } from '../support/hosts.mjs';
import { capture, deliveredBy, requireOf } from '../support/sentry-node.mjs';

const require = createRequire(import.meta.url);
const rival = requireOf('sentry-node');

export const modules = [rival.resolve('@sentry/node'), 'winston'];

/** Events by a transport of the user's own: the SDK's makes structured logs only. */
export function open({ dsn }) {
  const Sentry = rival('@sentry/node');
  Sentry.init({ dsn });
  const { Transport } = require('winston');
  class SentryEvents extends Transport {
    log({ level, message, ...data }, next) {
      capture(Sentry, 'winston', level, message, data);
      next();
    }
  }
  return deliveredBy(Sentry, winstonWith(new SentryEvents({ level: 'info' })));
}
