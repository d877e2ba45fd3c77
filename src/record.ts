import type { Level } from './protocol/level.js';

/**
 * What an adapter hands to the core: one log record in the shape all hosts share.
 *
 * Nothing in it is copied or scrubbed yet; the core reads it synchronously and keeps no reference to it, `ownsData` and
 * `readLater` apart.
 */
export interface LogRecord {
  /** The level in Sentry's words. */
  readonly level: Level;
  /** The host's own word for the level (`'http'`, `'notice'`, `'35'`). */
  readonly levelName: string;
  /** When the record was made, in milliseconds since the epoch. */
  readonly time: number;
  /** The final text. */
  readonly message: string;
  /** The text before its placeholders were filled, where the host still has it. */
  readonly template?: string | undefined;
  /** What filled the placeholders of `template`, in order. */
  readonly params?: readonly unknown[] | undefined;
  /** The error the record is about: an Error, or any value that was thrown. */
  readonly error?: unknown;
  /** Where `error` is a copy: the object it was made of, or that stands for it. It is known again; nothing of it leaves. */
  readonly errorIdentity?: unknown;
  /** The logger's name: log4js category, pino `name`, winston `label`, else the host's name. */
  readonly logger?: string | undefined;
  /** All other fields of the record. */
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  /** True: `data` was made for this record alone, a plain object without getters, so the core may keep it. Default false. */
  readonly ownsData?: boolean | undefined;
  /** Fields with a meaning of their own on an event, lifted out of `data`. */
  readonly context?: RecordContext | undefined;
  /** False: nobody caught the error, the process is about to die of it. Default true. */
  readonly handled?: boolean | undefined;
  /** Where a record is dear to read: a breadcrumb keeps this instead of the content, and reads it when an event goes out. */
  readonly readLater?: LaterContent | undefined;
  /** Which adapter made the record (`'winston'`, `'pino'`, `'log4js'`, `'console'`). */
  readonly origin: string;
}

/** What a breadcrumb shows of a record besides level and time. */
export type RecordContent = Pick<LogRecord, 'message' | 'logger' | 'data'>;

/** A record's content in an immutable source of bounded size that knows none of the host's objects. */
export interface LaterContent {
  read(): RecordContent;
  /** Whether it says the same as the one before, but for the time, as far as that can be told without reading. */
  repeats(before: LaterContent): boolean;
}

/** The keys of a record that have a meaning of their own; values are the host's, unchecked. */
export interface RecordContext {
  readonly tags?: unknown;
  readonly user?: unknown;
  readonly fingerprint?: unknown;
  readonly request?: unknown;
  readonly transaction?: unknown;
  /** Overrides the client's `sampleRate` for this record; 0 to 1. */
  readonly sampleRate?: unknown;
}
