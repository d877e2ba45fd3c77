import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import type { Reply } from './reply.js';

/** How long `close` lets requests under way finish, in ms. */
const CLOSE_GRACE_MS = 1000;

/** Must not reject. */
type Answer = (request: IncomingMessage) => Promise<Reply>;

/** A node:http server whose answers are values, and whose `close` does not wait for idle clients. */
export class HttpServer {
  readonly #server: Server;
  /** Connections on which nobody waits for an answer. Node does not count all of them as idle: new ones, for instance. */
  readonly #idle = new Set<Socket>();

  constructor(answer: Answer) {
    this.#server = createServer((request, response) => this.#exchange(request, response, answer));
    // An accept that fails costs one connection; without a listener it would end the process.
    this.#server.on('error', ignore);
    this.#server.on('connection', (socket) => {
      this.#idle.add(socket);
      socket.once('close', () => this.#idle.delete(socket));
    });
  }

  /**
   * Starts to listen and returns the port.
   *
   * @throws the system's error, `EADDRINUSE` for one
   */
  async listen(port: number, host: string): Promise<number> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Refuses new connections, ends idle ones at once and busy ones after their answer, at the latest after a second. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#idle) socket.destroy();
    const timer = setTimeout(() => this.#server.closeAllConnections(), CLOSE_GRACE_MS);
    await closed;
    clearTimeout(timer);
  }

  async #exchange(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
    const { socket } = request;
    this.#idle.delete(socket);
    // A client that goes away while we answer is not our problem.
    response.on('error', ignore);
    this.#write(response, await answer(request));
    // An early answer, to a body that is too large, comes before the end of the request.
    await Promise.allSettled([finished(request), finished(response)]);
    if (!this.#server.listening) socket.destroy();
    else if (!socket.destroyed) this.#idle.add(socket);
  }

  #write(response: ServerResponse, { status, headers = {}, body = '' }: Reply): void {
    if (response.destroyed) return;
    response.statusCode = status;
    // Whatever senders put into an item, no browser may take it for a page.
    response.setHeader('x-content-type-options', 'nosniff');
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (!this.#server.listening) response.setHeader('connection', 'close');
    response.end(body);
  }
}

function ignore(): void {}
