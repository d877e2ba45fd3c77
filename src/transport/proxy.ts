import { isExempt } from './no-proxy.js';

/** A proxy on the way to the server. Plain data, which can be cloned into another thread. */
export interface ProxyServer {
  /** Its origin, `http://…` or `https://…`, without credentials. */
  readonly url: string;
  /** The value of `Proxy-Authorization`; undefined: none. A secret. */
  readonly authorization?: string | undefined;
}

/** All that must not be repeated of it. */
export function secretsOf({ authorization = '' }: ProxyServer): readonly string[] {
  const token = authorization.replace('Basic ', '');
  const password = Buffer.from(token, 'base64')
    .toString()
    .replace(/^[^:]*:/, '');
  return [token, password].filter((secret) => secret !== '');
}

/** No usable proxy. The message follows the name of an option or a variable, and repeats nothing of the text, which may hold a password. */
export class ProxyUrlError extends Error {
  override readonly name: string = 'ProxyUrlError';

  constructor() {
    super('must be the URL of a proxy, http://[<user>:<password>@]<host>[:<port>] or https://…');
  }
}

/** The proxy lets no request pass, for a reason that lasts; the server never saw it. */
export class ProxyRefusal extends Error {
  override readonly name: string = 'ProxyRefusal';
  readonly code = 'JACKDAW_PROXY_REFUSED';
}

/** What a status means with which a proxy answers that was asked to open a way (CONNECT). */
export function proxyError(status: number): Error {
  if (status === 407) {
    return new ProxyRefusal('it answered 407: it wants a user and a password, as in http://<user>:<password>@<host>');
  }
  const message = `it answered ${status} when asked for a way to this host and port`;
  return status >= 400 && status < 500 ? new ProxyRefusal(message) : new Error(message);
}

/** The error that an answer is which only a proxy gives; else the answer. */
export function refusalOf<Answer extends { readonly status: number }>(answer: Answer | Error): Answer | Error {
  return !(answer instanceof Error) && answer.status === 407 ? proxyError(407) : answer;
}

/**
 * Reads the URL of a proxy. Without a scheme it is `http://`, as in curl.
 *
 * @throws ProxyUrlError
 */
export function parseProxy(text: string): ProxyServer {
  const url = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(url)) throw new ProxyUrlError();
  const { protocol, origin, username, password } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new ProxyUrlError();
  if (username === '' && password === '') return { url: origin };
  return { url: origin, authorization: `Basic ${Buffer.from(credentials(username, password)).toString('base64')}` };
}

function credentials(username: string, password: string): string {
  try {
    return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  } catch {
    throw new ProxyUrlError();
  }
}

/**
 * The variable that names the proxy for a URL, and its value; undefined: none does, or `NO_PROXY` names the URL.
 *
 * Lower case wins. HTTP_PROXY is not read in a CGI program, which gets a header of its client's by that name
 * (https://httpoxy.org).
 */
export function proxyVariable(
  target: URL,
  env: NodeJS.ProcessEnv,
): { readonly name: string; readonly value: string } | undefined {
  const name = namesFor(target.protocol, env).find((variable) => textOf(env, variable) !== '');
  if (name === undefined) return undefined;
  const exempt = textOf(env, 'no_proxy') || textOf(env, 'NO_PROXY');
  return isExempt(target, exempt) ? undefined : { name, value: textOf(env, name) };
}

function namesFor(protocol: string, env: NodeJS.ProcessEnv): readonly string[] {
  const isCgi = env['REQUEST_METHOD'] !== undefined;
  const own =
    protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : isCgi ? ['http_proxy'] : ['http_proxy', 'HTTP_PROXY'];
  return [...own, 'all_proxy', 'ALL_PROXY'];
}

function textOf(env: NodeJS.ProcessEnv, name: string): string {
  return env[name]?.trim() ?? '';
}
