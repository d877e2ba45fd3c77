import type { Socket } from 'node:net';

const CONTINUE = /^HTTP\/1\.\d 100[ \r]/;
/** As far as a piece must reach before it is clear what it is; a dot stands for any character. */
const PATTERN = 'HTTP/1.. 100.';
const HEAD_END = '\r\n\r\n';
/** More than any server says there, in bytes; what is longer goes on to the parser, which refuses it. */
const MAX_HEAD_BYTES = 16_384;

/**
 * Takes `100 Continue` out of what a socket receives.
 *
 * RFC 9110 (15.2) lets a server send it unasked, and lets a client ignore it; undici ends the connection instead, and
 * with it a request that the server is about to accept. 102 and 103 it can skip itself.
 *
 * Works on `push`, where each received piece passes once, whoever reads the stream and however. A response can only
 * begin after something was written, so `bytesWritten` tells its first piece from the later ones.
 */
export function stripContinue(socket: Socket): void {
  const push = socket.push.bind(socket);
  const filter = new ContinueFilter();
  let written = 0;
  socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (!Buffer.isBuffer(chunk)) return push(chunk, encoding);
    if (socket.bytesWritten !== written) {
      written = socket.bytesWritten;
      filter.restart();
    }
    const rest = filter.accept(chunk);
    return rest === undefined || push(rest);
  };
}

/** Lets a response pass, but for any number of `100 Continue` in front of it; pieces may be cut anywhere. */
export class ContinueFilter {
  #atStart = true;
  #held: Buffer = Buffer.alloc(0);

  /** The next piece begins a response. */
  restart(): void {
    this.#atStart = true;
    this.#held = Buffer.alloc(0);
  }

  /** What may pass of what has come so far; undefined when that is nothing. */
  accept(chunk: Buffer): Buffer | undefined {
    if (!this.#atStart) return chunk;
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (CONTINUE.test(rest.toString('latin1', 0, PATTERN.length))) {
      const end = rest.indexOf(HEAD_END);
      if (end === -1) return this.#hold(rest, MAX_HEAD_BYTES);
      rest = rest.subarray(end + HEAD_END.length);
    }
    return beginsLikeContinue(rest) ? this.#hold(rest, PATTERN.length) : this.#release(rest);
  }

  #hold(rest: Buffer, maxBytes: number): Buffer | undefined {
    if (rest.length > maxBytes) return this.#release(rest);
    this.#held = rest;
    return undefined;
  }

  #release(rest: Buffer): Buffer {
    this.#atStart = false;
    this.#held = Buffer.alloc(0);
    return rest;
  }
}

/** True for a piece that is too short to tell. */
function beginsLikeContinue(rest: Buffer): boolean {
  if (rest.length >= PATTERN.length) return false;
  return [...rest.toString('latin1')].every(
    (character, index) => PATTERN[index] === '.' || PATTERN[index] === character,
  );
}
