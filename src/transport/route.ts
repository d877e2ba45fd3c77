import { type Dsn, envelopeUrl, publicDsn } from '../protocol/dsn.js';
import type { Envelope } from '../protocol/envelope.js';
import type { Remainder } from './exit-drain.js';
import type { ProxyServer } from './proxy.js';
import type { TransportOptions } from './transport.js';

/** Where envelopes are posted to, and on which way they get there. Plain data, which can be cloned into another thread. */
export interface Route {
  /** The DSN's server, or a tunnel. */
  readonly url: string;
  readonly proxy: ProxyServer | undefined;
  /** The certificates that are trusted, PEM; undefined: those of Node. */
  readonly ca: readonly string[] | undefined;
}

/** What decides on the route. */
export interface RouteSource {
  readonly dsn: Dsn;
  readonly options: Pick<TransportOptions, 'tunnel' | 'proxy' | 'ca'>;
}

export function routeOf({ dsn, options }: RouteSource): Route {
  return { url: options.tunnel ?? envelopeUrl(dsn), proxy: options.proxy, ca: options.ca };
}

/** How a request begins: whom it is put to, and what for. */
export interface FirstHop {
  readonly origin: string;
  /** The request target: a path, or for a proxy that is to pass the request on, the whole URL (RFC 9112, 3.2.2). */
  readonly path: string;
  /** What the proxy is to read. */
  readonly headers: Readonly<Record<string, string>>;
  /** The proxy that is to open a way for TLS first (CONNECT). */
  readonly connectBy: ProxyServer | undefined;
}

/** A proxy passes plain requests on; for https it opens a way, so that it cannot read along. */
export function firstHopOf({ url, proxy }: Route): FirstHop {
  const { origin, protocol, host, pathname, search } = new URL(url);
  if (proxy === undefined || protocol === 'https:') {
    return { origin, path: pathname + search, headers: {}, connectBy: proxy };
  }
  return {
    origin: proxy.url,
    path: origin + pathname + search,
    headers: { host, ...proxyHeaders(proxy) },
    connectBy: undefined,
  };
}

export function proxyHeaders({ authorization }: ProxyServer): Readonly<Record<string, string>> {
  return authorization === undefined ? {} : { 'proxy-authorization': authorization };
}

/** What the drain at the exit needs to know of the way. */
export function destinationOf(
  source: RouteSource & { readonly options: Pick<TransportOptions, 'concurrency' | 'requestTimeoutMs'> },
  requestHeaders: Readonly<Record<string, string>>,
): Omit<Remainder, 'entries'> {
  const route = routeOf(source);
  const { origin, path, headers, connectBy } = firstHopOf(route);
  const { concurrency, requestTimeoutMs } = source.options;
  const options = { path, headers: { ...requestHeaders, ...headers }, ca: route.ca };
  return { origin, options, connectBy, concurrency, requestTimeoutMs };
}

/** A tunnel learns the destination from the envelope (Sentry SDK docs, "Envelopes": `dsn`). */
export function addressed(envelope: Envelope, { dsn, options }: RouteSource): Envelope {
  if (options.tunnel === undefined) return envelope;
  return { ...envelope, header: { ...envelope.header, dsn: publicDsn(dsn) } };
}

/** The route as a message may name it. */
export function routeName({ url, proxy }: Route): string {
  const { host } = new URL(url);
  return proxy === undefined ? host : `${host} (through the proxy ${new URL(proxy.url).host})`;
}
