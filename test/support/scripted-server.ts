import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { type DecodedEnvelope, decodeEnvelope } from '../../src/protocol/decode-envelope.js';

/** A request as it came in, complete. */
export interface ReceivedRequest {
  /** 0 for the first that was completed on this server. */
  readonly index: number;
  /** 0 for the first connection that was accepted. */
  readonly connection: number;
  readonly method: string;
  readonly target: string;
  /** By lower-case name; lines with the same name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The request as it stood on the wire, head and body. */
  readonly raw: Buffer;
  /** The body as it stood on the wire, maybe compressed. */
  readonly body: Buffer;
  /** When its last byte came, in milliseconds by `performance.now()`. */
  readonly arrivedAt: number;
  /** The body decompressed and decoded; undefined when it is no envelope. */
  readonly envelope: DecodedEnvelope | undefined;
}

/** What a reply can do: everything that a socket can. */
export interface Exchange {
  readonly request: ReceivedRequest;
  readonly socket: Socket;
  /** Resolves after `ms`, or as soon as either side has closed the connection: true while it is still open. */
  wait(ms: number): Promise<boolean>;
}

/** What the server does about one request. The next request of a connection is looked at when it has returned. */
export type Reply = (exchange: Exchange) => void | Promise<void>;

export interface Script {
  /** The replies to the first requests, by index. */
  readonly replies?: readonly Reply[];
  /** The reply to all others. Default: `answer(200)`. */
  readonly otherwise?: Reply;
  /** Called for each new connection before anything is read. False: the server leaves the socket to the test. */
  readonly onConnection?: (socket: Socket, connection: number) => boolean | undefined;
  /** Where to listen. Default `127.0.0.1`. */
  readonly host?: string;
  /** Default: any free one. */
  readonly port?: number;
  /** Key and certificate: the server then speaks HTTPS. */
  readonly tls?: TlsOptions;
}

/**
 * A server with byte-level control over what it answers: it can be slow, silent, rude, and wrong.
 *
 * Listens on a loopback port of its own choice; neither it nor its sockets keep the process alive. Use it with
 * `await using`, or call `close()`.
 *
 * @example
 * await using server = await startScriptedServer({ replies: [answer(503), never()] });
 * // send to server.dsn, then:
 * await server.received(2);
 * expect(server.eventIds).toEqual([id, id]);
 */
export class ScriptedServer implements AsyncDisposable {
  /** What came in so far, in order of completion. */
  readonly requests: ReceivedRequest[] = [];
  /** The sockets that are open now. */
  readonly sockets: Set<Socket> = new Set();
  /** How many connections were accepted so far. */
  connections = 0;
  #script: Script;
  readonly #server: Server;
  readonly #secure: boolean;
  readonly #changed = new Set<() => void>();

  constructor(script: Script) {
    this.#script = script;
    this.#secure = script.tls !== undefined;
    const accept = (socket: Socket): void => this.#accept(socket);
    this.#server = script.tls === undefined ? createServer(accept) : createTlsServer(script.tls, accept);
    this.#server.unref();
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#script.port ?? 0, this.#script.host ?? '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get origin(): string {
    const { address, family } = this.#server.address() as AddressInfo;
    return `http${this.#secure ? 's' : ''}://${family === 'IPv6' ? `[${address}]` : address}:${this.port}`;
  }

  /** A DSN for this server, with the key `public` and the project `1`. */
  get dsn(): string {
    return this.origin.replace('//', '//public@').concat('/1');
  }

  /** The `event_id` of every envelope that has one, in order of arrival; an envelope that came twice is here twice. */
  get eventIds(): string[] {
    return this.requests.map(({ envelope }) => envelope?.header['event_id']).filter((id) => typeof id === 'string');
  }

  /** From now on the server does this. Replies by index go on counting from the first request ever. */
  rescript(script: Omit<Script, 'host' | 'port' | 'tls'>): void {
    this.#script = script;
  }

  /** Resolves when so many requests have come in; rejects after `timeoutMs`. */
  received(count: number, timeoutMs = 5_000): Promise<void> {
    return this.until(() => this.requests.length >= count, `${count} requests`, timeoutMs);
  }

  /** Resolves when a condition on this server holds, checked after everything that happens to it. */
  async until(condition: () => boolean, what = 'the condition', timeoutMs = 5_000): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const check = (): void => {
        if (condition()) finish(resolve);
      };
      const finish = (settle: () => void): void => {
        clearTimeout(deadline);
        this.#changed.delete(check);
        settle();
      };
      const seen = (): string =>
        `${this.requests.length} requests, ${this.sockets.size} of ${this.connections} sockets open`;
      const deadline = setTimeout(
        () => finish(() => reject(new Error(`not within ${timeoutMs} ms: ${what} (${seen()})`))),
        timeoutMs,
      );
      this.#changed.add(check);
    });
  }

  /** Stops listening and ends all connections at once. Further calls do nothing. */
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

  #accept(socket: Socket): void {
    const connection = this.connections++;
    this.sockets.add(socket.unref());
    // Clients break connections as rudely as this server does.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.#notify();
    });
    this.#notify();
    if (this.#script.onConnection?.(socket, connection) !== false) this.#serve(socket, connection);
  }

  #serve(socket: Socket, connection: number): void {
    let buffered: Buffer = Buffer.alloc(0);
    let replying = false;
    const next = async (): Promise<void> => {
      const parsed = replying ? undefined : parseRequest(buffered);
      if (parsed === undefined) return;
      replying = true;
      buffered = buffered.subarray(parsed.raw.length);
      await this.#reply({ ...parsed, connection, index: this.requests.length }, socket);
      replying = false;
      await next();
    };
    // Reads on while a reply takes its time, or it would not notice that the other side has gone.
    socket.on('data', (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      void next();
    });
  }

  async #reply(request: ReceivedRequest, socket: Socket): Promise<void> {
    this.requests.push(request);
    this.#notify();
    const { replies = [], otherwise = answer(200) } = this.#script;
    const reply = replies[request.index] ?? otherwise;
    await reply({ request, socket, wait: (ms) => openAfter(socket, ms) });
  }

  #notify(): void {
    for (const check of this.#changed) check();
  }
}

/** Starts a server that follows a script. */
export async function startScriptedServer(script: Script = {}): Promise<ScriptedServer> {
  const server = new ScriptedServer(script);
  await server.listen();
  return server;
}

/** Answers like a normal server, with `content-length` and the connection kept alive. A header may have several lines. */
export function answer(
  status: number,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
  body: string | Buffer = '{}',
): Reply {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}\r\n`),
  );
  const length = status === 204 ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`;
  const head = `HTTP/1.1 ${status} Scripted\r\n${length}${lines.join('')}\r\n`;
  return raw(Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(status === 204 ? '' : body)]));
}

/** Writes these bytes, whatever they are, and keeps the connection open. */
export function raw(...pieces: readonly (string | Buffer)[]): Reply {
  return function writeRaw({ socket }) {
    for (const piece of pieces) socket.write(piece);
  };
}

/** Never answers, and keeps the connection open. */
export function never(): Reply {
  return async function stayingSilent({ wait }) {
    while (await wait(60_000));
  };
}

/** Does one reply after another. */
export function sequence(...replies: readonly Reply[]): Reply {
  return async function inSequence(exchange) {
    for (const reply of replies) await reply(exchange);
  };
}

/** Waits before the next reply of a `sequence`. */
export function delay(ms: number): Reply {
  return async function waiting({ wait }) {
    await wait(ms);
  };
}

/** Ends the connection politely, with a FIN. */
export function end(): Reply {
  return ({ socket }) => {
    socket.end();
  };
}

/** Drops the connection with a RST. */
export function reset(): Reply {
  return ({ socket }) => {
    socket.resetAndDestroy();
  };
}

/** Writes the same piece again and again, as long as the other side stays. */
export function drip(piece: string | Buffer, everyMs: number): Reply {
  return async function dripping({ socket, wait }) {
    do socket.write(piece);
    while (await wait(everyMs));
  };
}

/** Writes `bytes` zero bytes as fast as the other side takes them. */
export function flood(bytes: number): Reply {
  const piece = Buffer.alloc(1024 * 1024);
  return async function flooding({ socket }) {
    for (let left = bytes; left > 0 && !socket.destroyed; left -= piece.length) {
      if (!socket.write(piece.subarray(0, left))) await drained(socket);
    }
  };
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve).once('close', resolve);
  });
}

async function openAfter(socket: Socket, ms: number): Promise<boolean> {
  if (socket.destroyed) return false;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      socket.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, ms).unref();
    socket.once('close', done);
  });
  return !socket.destroyed;
}

type Parsed = Omit<ReceivedRequest, 'index' | 'connection'>;

/** The first request in the buffer; undefined while it is incomplete. Bodies have a `content-length`: nothing here sends chunks. */
function parseRequest(buffer: Buffer): Parsed | undefined {
  const headEnd = buffer.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [requestLine = '', ...lines] = buffer.toString('latin1', 0, headEnd).split('\r\n');
  const [method = '', target = ''] = requestLine.split(' ');
  const headers = parseHeaders(lines);
  const end = headEnd + 4 + Number(headers['content-length'] ?? 0);
  if (buffer.length < end) return undefined;
  const body = buffer.subarray(headEnd + 4, end);
  const arrivedAt = performance.now();
  const envelope = decodeBody(body, headers['content-encoding']);
  return { method, target, headers, raw: buffer.subarray(0, end), body, arrivedAt, envelope };
}

function parseHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}

function decodeBody(body: Buffer, encoding: string | undefined): DecodedEnvelope | undefined {
  try {
    return decodeEnvelope(encoding === 'gzip' ? gunzipSync(body) : body);
  } catch {
    return undefined;
  }
}
