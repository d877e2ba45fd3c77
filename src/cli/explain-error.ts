import type { PeerCertificate } from 'node:tls';
import type { Dsn } from '../protocol/dsn.js';
import { printable } from '../transport/delivery-error.js';
import type { ProxyServer } from '../transport/proxy.js';
import type { CommandIo } from './command.js';
import type { Explanation } from './explanation.js';

type Explain = (dsn: Dsn, error: Error) => Explanation;

const NETWORK = 'Is this machine online? A host behind a VPN needs it; one behind a proxy needs the option proxy.';

/** How the request was to get there. */
export interface Way {
  readonly env: CommandIo['env'];
  readonly proxy?: ProxyServer | undefined;
}

/** By the codes of Node, OpenSSL and undici; the first that matches counts. */
const BY_CODE: readonly (readonly [codes: RegExp, explain: Explain])[] = [
  [/^ENOTFOUND$/, explainUnknownHost],
  [/^EAI_/, explainNoDns],
  [/^ECONNREFUSED$/, explainRefused],
  [/^(?:ETIMEDOUT|UND_ERR_\w+_TIMEOUT)$/, explainTimeout],
  [/^(?:ENETUNREACH|EHOSTUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL)$/, explainUnreachable],
  [/^(?:CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/, explainDates],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, explainWrongName],
  [/SELF_SIGNED|^UNABLE_TO_(?:GET_ISSUER|VERIFY)|^CERT_UNTRUSTED$/, explainUntrusted],
  [/^(?:ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG)$/, explainNoTls],
  [/^(?:ERR_SSL_|ERR_TLS_|CERT_|EPROTO$)/, explainTls],
  [/^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, explainHungUp],
  [/^HPE_/, explainNoHttp],
  [/^JACKDAW_PROXY_REFUSED$/, explainProxy],
];

/** Explains why there was no answer. */
export function explainError(error: Error, dsn: Dsn, way: Way): Explanation {
  // Where a host has several addresses, Node's error holds one error for each.
  const [first = error]: readonly Error[] = error instanceof AggregateError ? error.errors : [error];
  const code = codeOf(first);
  const explain = BY_CODE.find(([codes]) => codes.test(code))?.[1] ?? explainOther;
  const { problem, advice } = explain(dsn, first);
  return { problem: code === '' ? problem : `${problem} (${code})`, advice: [...advice, ...proxyAdvice(way)] };
}

/** undici's parser does not always set a code. */
function codeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  return error.name === 'HTTPParserError' ? 'HPE_INVALID' : '';
}

/** The value is not shown: it may hold a password. */
function proxyAdvice({ env, proxy }: Way): string[] {
  if (proxy !== undefined) return [`The way leads through the proxy ${proxy.url}: maybe it is the proxy that fails.`];
  const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];
  const name = names.find((variable) => (env[variable] ?? '') !== '');
  return name === undefined
    ? []
    : [`${name} is set: jackdaw uses it with the option proxy: 'env', as this command with --proxy env.`];
}

function explainUnknownHost({ host }: Dsn): Explanation {
  return {
    problem: `there is no host named ${host}`,
    advice: ['Check the spelling of the host in the DSN. A name of an internal network may need its VPN.'],
  };
}

function explainNoDns({ host }: Dsn): Explanation {
  return {
    problem: `the name service gives no address for ${host}`,
    advice: ['Is this machine online? If other names work, check the spelling of the host in the DSN.'],
  };
}

function explainRefused(dsn: Dsn): Explanation {
  return {
    problem: `nobody listens at port ${portOf(dsn)} of ${dsn.host}`,
    advice: [
      'Is the server running, and is the port of the DSN right?',
      'Inside a container, localhost is the container itself, not the machine it runs on.',
    ],
  };
}

function explainTimeout({ host }: Dsn, { message }: Error): Explanation {
  return {
    problem: `${host} takes too long: ${message}`,
    advice: ['A firewall may swallow what is sent, or the server is overloaded.', NETWORK],
  };
}

function explainUnreachable({ host }: Dsn): Explanation {
  return { problem: `there is no way to ${host} from here`, advice: [NETWORK] };
}

function explainDates({ host }: Dsn, error: Error): Explanation {
  const expired = codeOf(error) === 'CERT_HAS_EXPIRED';
  return {
    problem: `the certificate of ${host} ${expired ? 'has expired' : 'is not valid yet'}`,
    advice: [
      `Its operator must renew it, unless the clock of this machine is wrong: here it is ${new Date().toISOString()}.`,
    ],
  };
}

function explainWrongName(dsn: Dsn, error: Error): Explanation {
  const { cert } = error as Error & { readonly cert?: Partial<PeerCertificate> };
  const names = String(cert?.subjectaltname ?? cert?.subject?.CN ?? '').replace(/\b(?:DNS|IP Address):/g, '');
  const hint = names === '' ? '' : ` It is made for ${printable(names, dsn)}.`;
  return {
    problem: `the certificate is not for ${dsn.host}`,
    advice: [`Put a name it is made for into the DSN.${hint}`],
  };
}

function explainUntrusted({ host }: Dsn): Explanation {
  return {
    problem: `the certificate of ${host} is signed by nobody this machine trusts`,
    advice: [
      'With a certificate authority of your own, tell Node: NODE_EXTRA_CA_CERTS=/path/to/ca.pem, or use the option ca',
      'Otherwise something on the way may read along. A chain without its intermediate certificate looks the same.',
    ],
  };
}

function explainNoTls(dsn: Dsn): Explanation {
  return {
    problem: `port ${portOf(dsn)} of ${dsn.host} does not speak TLS`,
    advice: ['Use the port for https, or http:// in the DSN if the way to the server is safe: it is not encrypted.'],
  };
}

function explainTls({ host }: Dsn): Explanation {
  return {
    problem: `no encrypted connection to ${host} comes about`,
    advice: ['The server may be too old, ask for a certificate of ours, or something on the way interferes.'],
  };
}

function explainHungUp({ host, protocol }: Dsn): Explanation {
  const tls =
    protocol === 'http' ? 'It may expect TLS: try https:// in the DSN.' : 'It may not expect TLS at this port.';
  return {
    problem: `${host} hung up without an answer`,
    advice: [tls, 'Or a firewall or proxy on the way cuts the connection.'],
  };
}

function explainNoHttp(dsn: Dsn): Explanation {
  return {
    problem: `what listens at port ${portOf(dsn)} of ${dsn.host} is no web server`,
    advice: ['Check the port of the DSN.'],
  };
}

function explainProxy(dsn: Dsn, { message }: Error): Explanation {
  return {
    problem: `the proxy lets nothing pass: ${printable(message, dsn)}`,
    advice: ['Check its user and password, and whether it allows this host and port.'],
  };
}

function explainOther(dsn: Dsn, { message }: Error): Explanation {
  return { problem: `${dsn.host} did not answer: ${printable(message, dsn)}`, advice: [NETWORK] };
}

function portOf({ port, protocol }: Dsn): string {
  return port === '' ? { http: '80', https: '443' }[protocol] : port;
}
