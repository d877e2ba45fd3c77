import { pinoWith } from '../support/hosts.mjs';
import { deliveredBy, requireOf } from '../support/sentry-node.mjs';

const rival = requireOf('sentry-node');

export const modules = [rival.resolve('@sentry/node'), 'pino'];

/** The SDK's integration for pino, asked for events; it makes no breadcrumbs. */
export function open({ dsn }) {
  const Sentry = rival('@sentry/node');
  const integration = Sentry.pinoIntegration({ error: { levels: ['error', 'fatal'] }, log: { levels: [] } });
  Sentry.init({ dsn, integrations: [integration] });
  return deliveredBy(Sentry, pinoWith());
}
