import { createRequire } from 'node:module';
import { winstonWith } from '../support/hosts.mjs';
import { deliveredBy, requireOf } from '../support/sentry-node.mjs';

const require = createRequire(import.meta.url);
const rival = requireOf('sentry-node');

export const modules = [rival.resolve('@sentry/node'), 'winston'];

/** The SDK's own transport for winston: each record becomes a structured log, none an event. */
export function open({ dsn }) {
  const Sentry = rival('@sentry/node');
  Sentry.init({ dsn, enableLogs: true });
  const { Transport } = require('winston');
  const SentryLogs = Sentry.createSentryWinstonTransport(Transport, { levels: ['info', 'warn', 'error', 'fatal'] });
  return deliveredBy(Sentry, winstonWith(new SentryLogs()));
}
