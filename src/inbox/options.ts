import type { InboxItem } from './item.js';

/** What `startInbox` can be told. All of it is optional. */
export interface InboxOptions {
  /** The TCP port; default 0: any free one. With a port of your choice the DSN is the same at every start. */
  readonly port?: number | undefined;
  /** The loopback address to listen on; default `127.0.0.1`. The inbox is never reachable from another machine. */
  readonly host?: '127.0.0.1' | '::1' | 'localhost' | undefined;
  /** How many items are kept; default 1000. The oldest go first. */
  readonly maxItems?: number | undefined;
  /** The longest request body that is read, in bytes as sent; default 20 MiB, the cap of Sentry's servers. */
  readonly maxBodyBytes?: number | undefined;
  /** The longest envelope after decompression, in bytes; default 100 MiB. */
  readonly maxEnvelopeBytes?: number | undefined;
  /** Called with each accepted item, before its sender gets the answer. What it throws becomes a process warning. */
  readonly onItem?: ((item: InboxItem) => void) | undefined;
}

/** The options with the defaults filled in. */
export interface InboxSettings {
  readonly port: number;
  readonly host: string;
  readonly maxItems: number;
  readonly maxBodyBytes: number;
  readonly maxEnvelopeBytes: number;
  readonly onItem: (item: InboxItem) => void;
}

const MIB = 1024 * 1024;
const HOSTS: readonly unknown[] = ['127.0.0.1', '::1', 'localhost'];
/** The most that may be asked for, in bytes: an envelope is held in one buffer. */
const MAX_BYTES = 1024 * MIB;

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError that names the option and the allowed values
 */
export function settleOptions(options: InboxOptions): InboxSettings {
  const settings: InboxSettings = {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    maxItems: options.maxItems ?? 1000,
    maxBodyBytes: options.maxBodyBytes ?? 20 * MIB,
    maxEnvelopeBytes: options.maxEnvelopeBytes ?? 100 * MIB,
    onItem: options.onItem ?? ignore,
  };
  if (!HOSTS.includes(settings.host)) {
    throw new TypeError(
      `startInbox: host must be '127.0.0.1', '::1' or 'localhost': the inbox is for this machine only`,
    );
  }
  requireInteger('port', settings.port, 0, 65_535);
  requireInteger('maxItems', settings.maxItems, 1, Number.MAX_SAFE_INTEGER);
  requireInteger('maxBodyBytes', settings.maxBodyBytes, 1, MAX_BYTES);
  requireInteger('maxEnvelopeBytes', settings.maxEnvelopeBytes, 1, MAX_BYTES);
  if (typeof settings.onItem !== 'function') throw new TypeError('startInbox: onItem must be a function');
  return settings;
}

function requireInteger(option: string, value: unknown, min: number, max: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return;
  throw new TypeError(`startInbox: ${option} must be a whole number from ${min} to ${max}`);
}

function ignore(): void {}
