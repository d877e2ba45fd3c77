import { Socket } from 'node:net';
import type { Client } from 'undici';
import type { Dsn } from '../protocol/dsn.js';
import { asError } from './as-error.js';
import { after, cancel } from './clock.js';
import { type Carrier, DispatcherCarrier, type Request } from './dispatcher.js';
import { Exchange, type HttpReply, isBroken, type Listener } from './exchange.js';
import type { ProxyServer } from './proxy.js';
import { type Connector, throughProxy } from './proxy-connector.js';
import { firstHopOf, type Route, routeOf } from './route.js';
import { stripContinue } from './strip-continue.js';
import type { TransportOptions } from './transport.js';

type Undici = typeof import('undici');

/** undici takes 80 ms to load: not while the application starts, but before its first burst of errors. */
const LOAD_AFTER_MS = 1_000;

/** Posts bodies to one destination. */
export interface HttpSender {
  /** Starts one request and tells the listener how it goes. Never throws. */
  post(body: Uint8Array, headers: Readonly<Record<string, string>>, listener: Listener): void;
  /** Ends all requests under way with an error and frees the sockets. */
  close(): Promise<void>;
}

/** What a sender is made for. */
interface Destination {
  readonly dsn: Dsn;
  readonly options: Pick<TransportOptions, 'requestTimeoutMs' | 'tunnel' | 'proxy' | 'ca' | 'dispatcher'>;
}

/**
 * A sender with keep-alive connections of its own, as many as it has requests under way at once; or with those of the
 * user's dispatcher. Of its own nothing keeps the process alive.
 *
 * Redirects are not followed and bodies are not decompressed: `dispatch` does neither, and it costs the least.
 */
export function createHttpSender(destination: Destination): HttpSender {
  const { requestTimeoutMs, dispatcher } = destination.options;
  const route = routeOf(destination);
  const { origin, path, headers: proxyHeaders } = firstHopOf(route);
  const carrier = dispatcher === undefined ? openConnections(route) : new DispatcherCarrier(dispatcher, origin);
  let closed = false;

  return {
    post(body, headers, listener) {
      const error = attempt(() => {
        if (closed) throw closedError();
        const request = { path, method: 'POST', headers: { ...headers, ...proxyHeaders }, body } as const;
        carrier.post(request, requestTimeoutMs, listener);
      });
      if (error === undefined) return;
      listener.answered(error, false);
      listener.free();
    },
    async close() {
      closed = true;
      await carrier.close(closedError());
    },
  };
}

function openConnections(route: Route): Carrier {
  const { origin, connectBy } = firstHopOf(route);
  const connections: Connection[] = [];
  let connect: Connector | undefined;
  // What is wrong with it, if anything, the first request will find out again.
  const loading = after(LOAD_AFTER_MS, () => attempt(loadUndici));

  const freeConnection = (): Connection => {
    const free = connections.find((connection) => !connection.busy);
    if (free !== undefined) return free;
    const undici = loadUndici();
    connect ??= connectorFor(undici, route, connectBy);
    const connection = new Connection(undici, origin, connect);
    connections.push(connection);
    return connection;
  };

  return {
    post: (...request) => freeConnection().post(...request),
    async close(error) {
      cancel(loading);
      await Promise.all(connections.map((connection) => connection.close(error)));
    },
  };
}

/** NODE_TLS_REJECT_UNAUTHORIZED counts for others. */
function connectorFor({ buildConnector }: Undici, { ca }: Route, proxy: ProxyServer | undefined): Connector {
  // The timeouts are the exchange's: undici's tick every half second.
  const direct = buildConnector({ timeout: 0, rejectUnauthorized: true, ...(ca && { ca: [...ca] }) });
  return proxy === undefined ? direct : throughProxy(direct, proxy);
}

/** One connection, which is made anew when it is lost, and the one request that it carries at a time. */
class Connection {
  busy = false;
  readonly #client: Client;
  /** The last one, on its way, in use, or closed. */
  #socket: Socket | undefined;

  constructor({ Client }: Undici, origin: string, connect: Connector) {
    this.#client = new Client(origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (endpoint, callback) => {
        // The name to verify is that of the origin, not of the request's Host: where a proxy passes it on, they differ.
        const pending = connect({ ...endpoint, servername: '' }, (...result) => {
          // With an error there is no second argument at all, whatever the types say.
          if (result[1]) this.#socket = quiet(result[1]);
          callback(...result);
        });
        if (pending instanceof Socket) this.#socket = pending.unref();
      },
    });
  }

  post(request: Request, timeoutMs: number, listener: Listener): void {
    const free = (): void => {
      this.busy = false;
      listener.free();
    };
    this.busy = true;
    const idle = this.#socket?.destroyed === false ? this.#socket : undefined;
    const isStale = (reply: HttpReply | Error): boolean =>
      idle !== undefined && idle === this.#socket && isBroken(reply);
    // Not undici's abort: it connects anew for the aborted request, only to find that there is nothing to send.
    const cut = (error: Error): void => void this.#socket?.destroy(error);
    this.#client.dispatch(
      request,
      new Exchange({ answered: (reply) => listener.answered(reply, isStale(reply)), free }, timeoutMs, cut),
    );
  }

  async close(error: Error): Promise<void> {
    const destroyed = this.#client.destroy();
    // A connection in the making would go on, and keep the process alive for so long.
    this.#socket?.destroy(error);
    await destroyed;
  }
}

function quiet(socket: Socket): Socket {
  stripContinue(socket);
  socket.unref();
  // undici refs it for the time of a request; a process that has nothing else to do must still end.
  socket.ref = () => socket;
  return socket;
}

/** Done by the first request at the latest; earlier by who wants to time that one. */
export function loadUndici(): Undici {
  return require('undici') as Undici;
}

function closedError(): Error {
  return new Error('the transport is closed');
}

/** What an action throws, if anything. */
function attempt(action: () => unknown): Error | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return asError(error);
  }
}
