import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Rejection } from './rejection.js';

type Decoder = (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

/** The limits of one request, in bytes. */
export interface BodyLimits {
  /** As sent. */
  readonly maxBodyBytes: number;
  /** After decompression. */
  readonly maxEnvelopeBytes: number;
}

/**
 * Reads the body of a request and takes off its content encoding.
 *
 * @throws Rejection 415 for an encoding we do not know, 413 for too much, 400 for bytes that are not what the header says
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const decode = DECODERS.get(encoding);
  if (decode === undefined && encoding !== 'identity') {
    throw new Rejection(415, 'unsupported content encoding', [`known are ${[...DECODERS.keys()].join(', ')}`]);
  }
  const body = await collect(request, limits.maxBodyBytes);
  const envelope = decode === undefined ? body : await decompress(body, encoding, decode, limits.maxEnvelopeBytes);
  if (envelope.length > limits.maxEnvelopeBytes) throw envelopeTooLarge(limits.maxEnvelopeBytes);
  return envelope;
}

/** What comes after the limit is read but not kept: a client that is still sending could not read our answer. */
function collect(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLarge = new Rejection(413, 'request body too large', [`more than ${limit} bytes`]);
  if (Number(request.headers['content-length']) > limit) return Promise.reject(tooLarge);
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
      } else {
        chunks = [];
        reject(tooLarge);
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the client went away')));
  });
}

/** `maxOutputLength` is watched while inflating: of a gzip bomb nothing beyond the limit is ever unpacked. */
async function decompress(body: Buffer, encoding: string, decode: Decoder, limit: number): Promise<Buffer> {
  try {
    return await decode(body, { maxOutputLength: limit });
  } catch (error) {
    if (error instanceof RangeError) throw envelopeTooLarge(limit);
    throw new Rejection(400, 'malformed request body', [`not ${encoding}: ${(error as Error).message}`]);
  }
}

function envelopeTooLarge(limit: number): Rejection {
  return new Rejection(413, 'envelope too large', [`more than ${limit} bytes when decompressed`]);
}
