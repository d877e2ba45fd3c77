import { winstonWith } from '../support/hosts.mjs';
import { deliveredBy, requireOf } from '../support/sentry-node.mjs';

const rival = requireOf('winston-transport-sentry-node');

export const modules = ['winston', rival.resolve('winston-transport-sentry-node')];

/** It makes an event of each record it gets, and no breadcrumbs. */
export function open({ dsn }) {
  const { default: SentryTransport } = rival('winston-transport-sentry-node');
  const transport = new SentryTransport({ level: 'error', sentry: { dsn } });
  return deliveredBy(transport.sentry, winstonWith(transport));
}
