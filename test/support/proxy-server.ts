import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** How a proxy is to behave. */
export interface ProxyScript {
  /** `user:password`; without it everybody may pass. */
  readonly credentials?: string;
  /** Answers CONNECT with this status in place of opening a way. */
  readonly status?: number;
  /** What it does with a CONNECT itself. */
  readonly onConnect?: (socket: Duplex) => void;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A forward proxy on a loopback port: opens ways (CONNECT) and passes plain requests on. Neither keeps the process alive. */
export class ProxyServer implements AsyncDisposable {
  /** What was asked for, `CONNECT host:port` or `POST http://…`, allowed or not. */
  readonly asked: string[] = [];
  /** The `Proxy-Authorization` of each request. */
  readonly authorizations: (string | undefined)[] = [];
  readonly sockets: Set<Socket> = new Set();
  script: ProxyScript;
  readonly #server: Server;

  constructor(script: ProxyScript) {
    this.script = script;
    this.#server = script.tls === undefined ? createServer() : createTlsServer(script.tls);
    this.#server.on('connection', (socket: Socket) => {
      this.sockets.add(socket.unref());
      socket.on('error', () => {}).on('close', () => this.sockets.delete(socket));
    });
    this.#server.on('connect', (message, socket, head) => this.#open(message, socket, head));
    this.#server.on('request', (message, response) => {
      if (!this.#admits(message)) {
        response.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' }).end('who are you?');
        return;
      }
      const { 'proxy-authorization': _secret, ...headers } = message.headers;
      const onward = request(String(message.url), { method: message.method, headers }, (reply) => {
        reply.pipe(response.writeHead(reply.statusCode ?? 502, reply.headers));
      });
      onward.on('error', () => response.writeHead(502).end());
      message.pipe(onward);
    });
    this.#server.unref();
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Without credentials. */
  get url(): string {
    return `http${this.script.tls === undefined ? '' : 's'}://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #admits({ method, url, headers }: IncomingMessage): boolean {
    const authorization = headers['proxy-authorization'];
    this.asked.push(`${method} ${url}`);
    this.authorizations.push(authorization);
    const { credentials } = this.script;
    return credentials === undefined || authorization === `Basic ${Buffer.from(credentials).toString('base64')}`;
  }

  #open(message: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {});
    const status = this.#admits(message) ? this.script.status : 407;
    if (this.script.onConnect !== undefined) {
      // It must notice when the other side goes.
      this.script.onConnect(socket.resume().on('end', () => socket.end()));
    } else if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    } else {
      const { hostname, port } = new URL(`http://${message.url}`);
      const onward = connect(Number(port || 80), hostname.replace(/^\[(.*)\]$/, '$1'), () => {
        socket.write('HTTP/1.1 200 Connection established\r\nvia: 1.1 test\r\n\r\n');
        onward.write(head);
        socket.pipe(onward).pipe(socket);
      });
      onward.unref().on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
      socket.on('close', () => onward.destroy());
      onward.on('close', () => socket.destroy());
    }
  }
}

/** Starts a proxy. Use it with `await using`, or call `close()`. */
export async function startProxy(script: ProxyScript = {}): Promise<ProxyServer> {
  const proxy = new ProxyServer(script);
  await proxy.listen();
  return proxy;
}
