import { type Dsn, envelopeUrl } from '../protocol/dsn.js';
import { printable } from '../transport/delivery-error.js';
import type { HttpReply } from '../transport/exchange.js';
import type { Explanation } from './explanation.js';

type Explain = (dsn: Dsn, reply: HttpReply) => Explanation;

const CHECK_DSN = "Copy the DSN again from the settings of the project; 'jackdaw dsn' shows what is odd about one.";

/** Statuses that mean something of their own; what they mean is in Relay's source and the documents of the receivers. */
const BY_STATUS: ReadonlyMap<number, Explain> = new Map<number, Explain>([
  [400, explainUnreadable],
  [401, explainUnknownKey],
  [403, explainForbidden],
  [404, explainNothingThere],
  [405, explainNothingThere],
  [407, explainProxyLogin],
  [410, explainNothingThere],
  [413, explainTooLarge],
  [429, explainLimited],
]);

/** Explains an answer that is no success. */
export function explainStatus(reply: HttpReply, dsn: Dsn): Explanation {
  const { problem, advice } = (BY_STATUS.get(reply.status) ?? explainClass(reply.status))(dsn, reply);
  return { problem: `${problem} (status ${reply.status})`, advice };
}

function explainClass(status: number): Explain {
  if (status >= 300 && status < 400) return explainRedirect;
  return status >= 500 ? explainServerError : explainOther;
}

function explainUnreadable({ protocol }: Dsn): Explanation {
  const plain = ['A server that expects https answers so to http: try https:// in the DSN.'];
  return {
    problem: 'the server cannot read the event',
    advice: [...(protocol === 'http' ? plain : []), 'It may not speak the Sentry protocol: is it the right host?'],
  };
}

function explainUnknownKey(): Explanation {
  return {
    problem: 'the server does not know the key',
    advice: ['It may be mistyped, deleted, or of another server or region.', CHECK_DSN],
  };
}

function explainForbidden({ projectId }: Dsn): Explanation {
  return {
    problem: `the key may not send to project ${projectId}`,
    advice: ['The key may be of another project or switched off, or the project itself may be disabled.', CHECK_DSN],
  };
}

function explainNothingThere(dsn: Dsn): Explanation {
  return {
    problem: `nothing takes events at ${envelopeUrl(dsn)}`,
    advice: ['Host, path or project of the DSN may be wrong. Sentry before version 20.6 is too old.', CHECK_DSN],
  };
}

function explainProxyLogin(): Explanation {
  return {
    problem: 'a proxy on the way asks for a login',
    advice: ['Name its user and password in the option proxy: http://<user>:<password>@<host>:<port>'],
  };
}

function explainTooLarge(): Explanation {
  return {
    problem: 'the event is too large for the server',
    advice: [
      'This event has only a few KB: a web server or proxy in front allows too little (nginx: client_max_body_size).',
    ],
  };
}

function explainLimited(): Explanation {
  return {
    problem: 'the server wants no more events for now',
    advice: [
      'A limit of the key or the quota of the organization is used up: see their settings, or wait.',
      'A program with jackdaw keeps its events back until the limit ends.',
    ],
  };
}

function explainServerError({ host }: Dsn): Explanation {
  return {
    problem: 'the server has a problem of its own',
    advice: [`The DSN may be right. Try again later; if it lasts, the operator of ${host} must look at it.`],
  };
}

function explainOther({ host }: Dsn): Explanation {
  return {
    problem: 'the server refuses the event',
    advice: [`${host} may not speak the Sentry protocol, or something in front of it refuses: is it the right host?`],
  };
}

function explainRedirect(dsn: Dsn, { headers }: HttpReply): Explanation {
  const target = targetOf(headers['location'], dsn);
  const where = target === undefined ? 'without saying where to' : `to ${address(target, dsn)}`;
  return {
    problem: `the server redirects ${where}`,
    advice: ['Redirects are never followed, or the key could end up anywhere.', redirectAdvice(target, dsn)],
  };
}

function redirectAdvice(target: URL | undefined, dsn: Dsn): string {
  const [, path] = /^(.*)\/api\/[^/]+\/envelope\/?$/.exec(target?.pathname ?? '') ?? [];
  if (target === undefined || path === undefined) {
    return 'That is no address for events, maybe a login page: the DSN must name the server itself.';
  }
  return `Put that address into the DSN: ${target.protocol}//<key>@${printable(`${target.host}${path}`, dsn)}/…`;
}

function targetOf(location: string | readonly string[] | undefined, dsn: Dsn): URL | undefined {
  const text = String(location ?? '');
  const target = text !== '' && URL.canParse(text, envelopeUrl(dsn)) ? new URL(text, envelopeUrl(dsn)) : undefined;
  return target?.protocol === 'https:' || target?.protocol === 'http:' ? target : undefined;
}

/** Without the query and the user, which may hold the key. */
function address({ origin, pathname }: URL, dsn: Dsn): string {
  return printable(`${origin}${pathname}`, dsn);
}
