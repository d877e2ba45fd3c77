/** The longest DSN that is read, in characters; ours: without parameters they have about a hundred. */
const MAX_DSN_LENGTH = 4096;

/** What `new URL` would quietly drop or rewrite, and what could start a new header line. */
const FORBIDDEN = /[\s\p{Cc}\\]|%(?:[01][0-9a-f]|7f)/iu;
const TRANSPORT = /^[a-z][a-z0-9+.-]*$/;
const PARTS = /^([^/?#]*)([^?#]*)(?:\?([^#]*))?(#?)/;
const HOST_AND_PORT = /^(\[.*\]|[^:]*)(?::(.*))?$/;
/** Stricter than RFC 3986: a comma or an equals sign would change the meaning of the auth header. */
const KEY = /^(?:[\w.~-]|%[0-9a-f]{2})+$/i;
const DOT_SEGMENT = /^(?:\.|%2e){1,2}$/i;

/** A text that is no DSN. The message says what is wrong but repeats nothing of the text, which may hold a key. */
export class DsnError extends Error {
  override readonly name: string = 'DsnError';
  readonly code = 'DSN_INVALID';

  constructor(reason: string) {
    super(`Invalid DSN: ${reason}. A DSN looks like https://<key>@<host>/<project>`);
  }
}

/** Where events go and as whom, taken apart from its textual form. */
export interface Dsn {
  /** What stands before the last `+` of the scheme (`sync` in `sync+https://…`); undefined: none is asked for. */
  readonly transport: string | undefined;
  readonly protocol: 'http' | 'https';
  readonly publicKey: string;
  /** Legacy; `''` when there is none. */
  readonly secretKey: string;
  /** As a URL spells it: lower case, punycode, IPv6 addresses in brackets. */
  readonly host: string;
  /** `''` when the text has none: the protocol's default. */
  readonly port: string;
  /** What precedes the project id: `''` or `/a/b`. */
  readonly path: string;
  /** Digits at Sentry; any text without a slash elsewhere. */
  readonly projectId: string;
  /** The query parameters, decoded, the last of each name; an object without prototype. Servers never see them. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Reads `[<transport>+]http[s]://<key>[:<secret>]@<host>[:<port>][/<path>]/<project>[?<params>]` (Sentry SDK docs, "DSN").
 *
 * White space around it is ignored, so are repeated and trailing slashes. The empty text is an error here, too: whether
 * it means "disabled" is the caller's decision.
 *
 * @throws DsnError when the text is anything else
 */
export function parseDsn(text: string): Dsn {
  const dsn = text.trim();
  if (dsn === '') throw new DsnError('it is empty');
  if (dsn.length > MAX_DSN_LENGTH) throw new DsnError(`it is longer than ${MAX_DSN_LENGTH} characters`);
  if (FORBIDDEN.test(dsn)) throw new DsnError('it contains white space, a control character or a backslash');

  const { transport, protocol, rest } = parseScheme(dsn);
  const [, authority = '', path = '', query = '', fragment] = PARTS.exec(rest) ?? [];
  if (fragment !== '') throw new DsnError('it contains a #');
  const at = authority.lastIndexOf('@');
  if (at === -1) throw new DsnError('it has no key before an @');

  return {
    transport,
    protocol,
    ...parseKeys(authority.slice(0, at)),
    ...parseAddress(protocol, authority.slice(at + 1), path),
    params: parseParams(query),
  };
}

function parseScheme(dsn: string): Pick<Dsn, 'transport' | 'protocol'> & { readonly rest: string } {
  const end = dsn.indexOf('://');
  const scheme = dsn.slice(0, Math.max(end, 0)).toLowerCase();
  const plus = scheme.lastIndexOf('+');
  const protocol = scheme.slice(plus + 1);
  const transport = plus === -1 ? undefined : scheme.slice(0, plus);
  if (protocol !== 'http' && protocol !== 'https') throw new DsnError('its scheme is not http or https');
  if (transport !== undefined && !TRANSPORT.test(transport))
    throw new DsnError('its scheme starts with no transport name');
  return { transport, protocol, rest: dsn.slice(end + 3) };
}

function parseKeys(user: string): Pick<Dsn, 'publicKey' | 'secretKey'> {
  const colon = user.indexOf(':');
  const publicKey = colon === -1 ? user : user.slice(0, colon);
  const secretKey = colon === -1 ? '' : user.slice(colon + 1);
  if (publicKey === '') throw new DsnError('its key is empty');
  if (!KEY.test(publicKey) || (secretKey !== '' && !KEY.test(secretKey))) {
    throw new DsnError('its key or secret holds something else than letters, digits, -._~ and %xx');
  }
  return { publicKey, secretKey };
}

function parseAddress(
  protocol: string,
  authority: string,
  path: string,
): Pick<Dsn, 'host' | 'port' | 'path' | 'projectId'> {
  const [, host = '', port = ''] = HOST_AND_PORT.exec(authority) ?? [];
  const segments = path.split('/').filter((segment) => segment !== '');
  if (host === '') throw new DsnError('it has no host');
  if (segments.length === 0) throw new DsnError('it has no project id');
  if (segments.some((segment) => DOT_SEGMENT.test(segment))) throw new DsnError('its path contains . or ..');

  const { hostname, pathname } = parseUrl(`${protocol}://${host}/${segments.join('/')}`);
  const slash = pathname.lastIndexOf('/');
  return {
    host: hostname,
    port: parsePort(port),
    path: pathname.slice(0, slash),
    projectId: pathname.slice(slash + 1),
  };
}

/** Given no key, and its error is not passed on even so: the error of `new URL` repeats the input. */
function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new DsnError('its host is not a host name or address');
  }
}

function parsePort(port: string): string {
  if (port === '') return '';
  const number = /^\d+$/.test(port) ? Number(port) : 0;
  if (number < 1 || number > 65_535) throw new DsnError('its port is not a number from 1 to 65535');
  return String(number);
}

function parseParams(query: string): Dsn['params'] {
  const params: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) params[name] = value;
  return params;
}

/** Where envelopes are posted. The slash at the end matters: receivers built on Django redirect or 404 without it. */
export function envelopeUrl(dsn: Dsn): string {
  return `${dsn.protocol}://${address(dsn)}${dsn.path}/api/${dsn.projectId}/envelope/`;
}

/** The DSN as others may see it, and as a tunnel needs it in the envelope header: no secret, transport or parameters. */
export function publicDsn(dsn: Dsn): string {
  return `${dsn.protocol}://${dsn.publicKey}@${address(dsn)}${dsn.path}/${dsn.projectId}`;
}

/** The whole DSN, for `parseDsn` in another thread. It holds the secret: never for a message or the wire. */
export function fullDsn(dsn: Dsn): string {
  const transport = dsn.transport === undefined ? '' : `${dsn.transport}+`;
  const secret = dsn.secretKey === '' ? '' : `:${dsn.secretKey}`;
  const query = new URLSearchParams(dsn.params).toString();
  const params = query === '' ? '' : `?${query}`;
  return `${transport}${dsn.protocol}://${dsn.publicKey}${secret}@${address(dsn)}${dsn.path}/${dsn.projectId}${params}`;
}

function address(dsn: Dsn): string {
  return dsn.port === '' ? dsn.host : `${dsn.host}:${dsn.port}`;
}

/** The value of `X-Sentry-Auth`. To be the only authentication sent: Relay answers 401 to two (Relay source). */
export function authHeader(dsn: Dsn, sdk: { readonly name: string; readonly version: string }): string {
  const secret = dsn.secretKey === '' ? '' : `, sentry_secret=${dsn.secretKey}`;
  return `Sentry sentry_version=7, sentry_client=${sdk.name}/${sdk.version}, sentry_key=${dsn.publicKey}${secret}`;
}
