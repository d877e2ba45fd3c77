import { readFile } from 'node:fs/promises';
import { type CommandIo, UsageError } from './command.js';

/** What is read at most, in bytes: no record or event that a server takes is larger. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The JSON value in a file, or for `-` in the standard input.
 *
 * @throws Error that repeats nothing of it: it may hold the very secrets that are looked for
 */
export async function readJson(path: string, { stdin }: CommandIo): Promise<unknown> {
  const bytes = path === '-' ? await readAll(stdin) : await readFile(path).catch(rethrow);
  if (bytes.length > MAX_BYTES) throw tooLong();
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, ''));
  } catch {
    throw new Error('this is no JSON: it takes one record or one event');
  }
}

async function readAll(stdin: CommandIo['stdin']): Promise<Buffer> {
  if (stdin === undefined) throw new UsageError('there is no standard input to read');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > MAX_BYTES) throw tooLong();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** What was given as a path may be anything: it is not repeated. */
function rethrow(error: unknown): never {
  throw new Error(`the file cannot be read (${(error as NodeJS.ErrnoException).code})`);
}

function tooLong(): Error {
  return new Error(`this is longer than ${MAX_BYTES / 2 ** 20} MiB`);
}
