import type { Socket } from 'node:net';
import { type ProxyServer, proxyError } from './proxy.js';
import { isSuccess } from './retry-schedule.js';
import { proxyHeaders } from './route.js';

/** The longest answer to CONNECT, in bytes: what Node's own parser takes, too. */
const MAX_HEAD_BYTES = 16_384;
const HEAD_END = '\r\n\r\n';
const STATUS = /^HTTP\/1\.[01] ([1-5]\d\d)[ \r]/;
/** Where an https URL names no port. */
const HTTPS_PORT = '443';

/** Where a connection leads, as undici asks for it. */
interface Endpoint {
  readonly hostname: string;
  readonly host?: string;
  readonly protocol: string;
  readonly port: string;
  readonly servername?: string;
  /** The open way on which TLS is to begin. */
  readonly httpSocket?: Socket;
}

type Connected = (...result: [null, Socket] | [Error, null]) => void;

/** Makes a connection, with TLS where the protocol asks for it. undici's returns the socket at once, though its types do not say so. */
export type Connector = (endpoint: Endpoint, done: Connected) => unknown;

/**
 * A connector that has a proxy open the way (CONNECT, RFC 9110, 9.3.6) and then begins TLS with the server.
 *
 * Returns the socket to the proxy: who destroys it ends the attempt, at whatever stage.
 */
export function throughProxy(connect: Connector, proxy: ProxyServer): Connector {
  const { hostname, host, protocol, port } = new URL(proxy.url);
  const toProxy: Endpoint = { hostname: bare(hostname), host, protocol, port };
  return function connectThroughProxy(target, callback) {
    let open = true;
    const done: Connected = (...result) => {
      if (open) callback(...result);
      open = false;
    };
    return connect(toProxy, (error, socket) => {
      if (error !== null) return done(error, null);
      // Over TLS it may end without an error on the socket above it.
      socket.on('error', (lost) => done(lost, null));
      socket.once('close', () => done(closedError(), null));
      askFor(authorityOf(target), proxy, socket, (refused) => {
        if (refused !== undefined) {
          socket.destroy();
          return done(refused, null);
        }
        connect({ ...target, httpSocket: socket }, done);
      });
    });
  };
}

/** Asks for a way to `authority` and reads the answer; an error is a refusal. */
function askFor(authority: string, proxy: ProxyServer, socket: Socket, answered: (refused?: Error) => void): void {
  let head = Buffer.alloc(0);
  const read = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf(HEAD_END);
    if (end === -1 && head.length <= MAX_HEAD_BYTES) return;
    socket.off('data', read).pause();
    const status = end === -1 ? 0 : Number(STATUS.exec(head.toString('latin1', 0, end + 1))?.[1] ?? 0);
    // The server cannot have said anything yet: in TLS the client begins.
    if (isSuccess(status) && end + HEAD_END.length === head.length) answered();
    else answered(status < 300 ? new Error('the proxy gave no HTTP answer') : proxyError(status));
  };
  socket.on('data', read);
  const headers = Object.entries({ host: authority, ...proxyHeaders(proxy) });
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`CONNECT ${authority} HTTP/1.1\r\n${lines.join('')}\r\n`);
}

function authorityOf({ hostname, port }: Endpoint): string {
  return `${hostname.includes(':') ? `[${hostname}]` : hostname}:${port || HTTPS_PORT}`;
}

function closedError(): Error {
  return Object.assign(new Error('the proxy closed the connection'), { code: 'ECONNRESET' });
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
