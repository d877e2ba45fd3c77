import { Socket } from 'node:net';
import type { buildConnector, Client } from 'undici';
import { envelopeUrl } from '../protocol/dsn.js';
import { asError } from './as-error.js';
import { after, cancel } from './clock.js';
import { Exchange, type HttpReply, type Listener } from './exchange.js';
import { stripContinue } from './strip-continue.js';
import type { TransportContext } from './transport.js';

type Undici = typeof import('undici');

/** undici takes 80 ms to load: not while the application starts, but before its first burst of errors. */
const LOAD_AFTER_MS = 1_000;

/** Codes of errors with which a connection breaks. */
const LOST: readonly (string | undefined)[] = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

/** Posts bodies to one destination. */
export interface HttpSender {
  /** Starts one request and tells the listener how it goes. Never throws. */
  post(body: Uint8Array, headers: Readonly<Record<string, string>>, listener: Listener): void;
  /** Ends all requests under way with an error and frees the sockets. */
  close(): Promise<void>;
}

/**
 * A sender with keep-alive connections of its own, as many as it has requests under way at once. Nothing of it keeps the
 * process alive.
 *
 * Redirects are not followed and bodies are not decompressed: `dispatch` does neither, and it costs the least.
 */
export function createHttpSender({ dsn, options }: Pick<TransportContext, 'dsn' | 'options'>): HttpSender {
  const { origin, pathname: path } = new URL(envelopeUrl(dsn));
  const connections: Connection[] = [];
  let connect: buildConnector.connector | undefined;
  let closed = false;

  const freeConnection = (): Connection => {
    const free = connections.find((connection) => !connection.busy);
    if (free !== undefined) return free;
    const undici = loadUndici();
    // The timeouts are the exchange's: undici's tick every half second.
    connect ??= undici.buildConnector({ timeout: 0 });
    const connection = new Connection(undici, origin, connect);
    connections.push(connection);
    return connection;
  };
  // What is wrong with it, if anything, the first request will find out again.
  const loading = after(LOAD_AFTER_MS, () => attempt(loadUndici));

  return {
    post(body, headers, listener) {
      const error = attempt(() => {
        if (closed) throw closedError();
        freeConnection().post({ path, method: 'POST', headers, body }, options.requestTimeoutMs, listener);
      });
      if (error === undefined) return;
      listener.answered(error, false);
      listener.free();
    },
    async close() {
      closed = true;
      cancel(loading);
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
}

/** One connection, which is made anew when it is lost, and the one request that it carries at a time. */
class Connection {
  busy = false;
  readonly #client: Client;
  /** The last one, on its way, in use, or closed. */
  #socket: Socket | undefined;

  constructor({ Client }: Undici, origin: string, connect: buildConnector.connector) {
    this.#client = new Client(origin, {
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, callback) => {
        // undici returns the socket that is on its way, though its types do not say so.
        const pending: unknown = connect(options, (...result) => {
          // With an error there is no second argument at all, whatever the types say.
          if (result[1]) quiet(result[1]);
          callback(...result);
        });
        if (pending instanceof Socket) this.#socket = pending.unref();
      },
    });
  }

  post(request: Parameters<Client['dispatch']>[0], timeoutMs: number, listener: Listener): void {
    const free = (): void => {
      this.busy = false;
      listener.free();
    };
    this.busy = true;
    const idle = this.#socket?.destroyed === false ? this.#socket : undefined;
    const isStale = (reply: HttpReply | Error): boolean =>
      idle !== undefined && idle === this.#socket && LOST.includes((reply as NodeJS.ErrnoException).code);
    // Not undici's abort: it connects anew for the aborted request, only to find that there is nothing to send.
    const cut = (error: Error): void => void this.#socket?.destroy(error);
    this.#client.dispatch(
      request,
      new Exchange({ answered: (reply) => listener.answered(reply, isStale(reply)), free }, timeoutMs, cut),
    );
  }

  async close(): Promise<void> {
    const destroyed = this.#client.destroy();
    // A connection in the making would go on, and keep the process alive for so long.
    this.#socket?.destroy(closedError());
    await destroyed;
  }
}

function quiet(socket: Socket): void {
  stripContinue(socket);
  socket.unref();
  // undici refs it for the time of a request; a process that has nothing else to do must still end.
  socket.ref = () => socket;
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
