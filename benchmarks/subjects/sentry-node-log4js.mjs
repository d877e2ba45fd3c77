import { log4jsWith } from '../support/hosts.mjs';
import { capture, deliveredBy, requireOf } from '../support/sentry-node.mjs';

const rival = requireOf('sentry-node');

export const modules = [rival.resolve('@sentry/node'), 'log4js'];

/** By an appender of the user's own: there is none for log4js. */
export function open({ dsn }) {
  const Sentry = rival('@sentry/node');
  Sentry.init({ dsn });
  const append = ({ level, data: [message, data = {}] }) => {
    if (level.level >= INFO) capture(Sentry, 'log4js', level.levelStr.toLowerCase(), message, data);
  };
  return deliveredBy(Sentry, log4jsWith({ sentry: { type: { configure: () => append } } }));
}

/** log4js's number for the level. */
const INFO = 20_000;
