import { readFile, readFileSync, type Stats, stat, statSync } from 'node:fs';
import { SourceText } from './source-text.js';

/** Of a larger bundle nobody reads the lines. */
const MAX_FILE_BYTES = 4 * 1_024 * 1_024;
/** What is kept of all files together, in UTF-16 units and in number; files that cannot be read count, too. */
const MAX_LENGTH = 8 * 1_024 * 1_024;
const MAX_FILES = 500;
/** Reads under way at once. */
const MAX_READING = 32;

/**
 * What a stack may make us read. Its text can come from anywhere, a client's error report say, and must not get at
 * `/etc/passwd` or at another machine's share.
 */
const CODE = /^(?:\/(?!\/)|[A-Za-z]:\/).*\.(?:[cm]?[jt]s|[jt]sx|vue|svelte)$/;
/** Lines from within a key of many lines could not be told from others. */
const PRIVATE_KEY = 'PRIVATE KEY-----';

/** How the files of one client are read. */
export interface SourceFilesOptions {
  /** The main script, which need not have an extension. */
  readonly main?: string | undefined;
  /** True: files are read when they are asked for, synchronously. Default false: they are read in the background. */
  readonly synchronous?: boolean | undefined;
}

/**
 * The source files that stacks lead to, each read once, the last 500 (8 Mi characters) of them kept.
 *
 * A log call does no synchronous I/O: a file that is asked for the first time is `'later'` and read in the background.
 */
export class SourceFiles {
  readonly #main: string | undefined;
  #synchronous: boolean;
  /** The least recently used first; undefined: cannot be read. */
  readonly #files = new Map<string, SourceText | undefined>();
  readonly #reading = new Set<string>();
  #length = 0;
  #waiting: (() => void)[] = [];
  #ended = 0;

  constructor({ main, synchronous = false }: SourceFilesOptions = {}) {
    this.#main = main;
    this.#synchronous = synchronous;
  }

  /** How many reads have ended; as long as it stays the same, every `'later'` stays one. */
  get ended(): number {
    return this.#ended;
  }

  /** The file of an absolute path with slashes; undefined where it is none of code or cannot be read. Never throws. */
  get(path: string): SourceText | 'later' | undefined {
    if (!CODE.test(path) && path !== this.#main) return undefined;
    if (this.#files.has(path)) return this.#touch(path);
    if (this.#synchronous) {
      this.#end(path, readNow(path));
      return this.#files.get(path);
    }
    if (!this.#reading.has(path) && this.#reading.size < MAX_READING) this.#read(path);
    return 'later';
  }

  /** Runs work that is worth the wait for the files it asks for: they are read synchronously. */
  readingAtOnce<T>(work: () => T): T {
    const before = this.#synchronous;
    this.#synchronous = true;
    try {
      return work();
    } finally {
      this.#synchronous = before;
    }
  }

  /** Calls back when nothing is being read: at once where that is now. */
  whenRead(callback: () => void): void {
    if (this.#reading.size === 0) callback();
    else this.#waiting.push(callback);
  }

  /** Reads what is being read in the background once more, synchronously: not for a log call, but for the exit. */
  readNow(): void {
    for (const path of this.#reading) this.#end(path, readNow(path));
  }

  #touch(path: string): SourceText | undefined {
    const file = this.#files.get(path);
    this.#files.delete(path);
    this.#files.set(path, file);
    return file;
  }

  #read(path: string): void {
    this.#reading.add(path);
    const end = (error: Error | null, text?: string): void => {
      // The exit may have been faster.
      if (this.#reading.has(path)) this.#end(path, error === null ? text : undefined);
    };
    try {
      stat(path, (error, stats) => {
        if (error === null && isReadable(stats)) readFile(path, 'utf8', end);
        else end(error);
      });
    } catch {
      // Node's permission model.
      this.#end(path, undefined);
    }
  }

  #end(path: string, text: string | undefined): void {
    this.#reading.delete(path);
    this.#ended++;
    this.#keep(path, text);
    if (this.#reading.size > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback();
  }

  #keep(path: string, text: string | undefined): void {
    const file = text === undefined || text.includes(PRIVATE_KEY) ? undefined : new SourceText(text);
    this.#files.set(path, file);
    this.#length += file?.length ?? 0;
    for (const [oldest, { length } = { length: 0 }] of this.#files) {
      if (this.#files.size <= MAX_FILES && this.#length <= MAX_LENGTH) return;
      this.#files.delete(oldest);
      this.#length -= length;
    }
  }
}

/** Opening a named pipe would wait for its writer; what has no size, as in /proc, is no file. */
function isReadable(stats: Stats): boolean {
  return stats.isFile() && stats.size > 0 && stats.size <= MAX_FILE_BYTES;
}

function readNow(path: string): string | undefined {
  try {
    return isReadable(statSync(path)) ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
