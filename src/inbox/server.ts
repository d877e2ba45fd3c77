import { randomBytes } from 'node:crypto';
import { HttpServer } from './http-server.js';
import type { InboxItem } from './item.js';
import { type InboxOptions, type InboxSettings, settleOptions } from './options.js';
import { route } from './routes.js';
import { ItemStore } from './store.js';
import { type Wanted, waitFor } from './wait-for.js';

export type { InboxItem, JsonObject } from './item.js';
export type { InboxOptions } from './options.js';
export { renderItem } from './render.js';
export { type View, viewFor } from './view.js';
export type { Wanted } from './wait-for.js';

/** The key in the DSN of an inbox on a port of the user's choice: "jackdaw-to-inbox" in hex. */
const FIXED_KEY = '6a61636b6461772d746f2d696e626f78';
const WAIT_MS = 5000;

/** A running inbox. Items stay readable after `close`. */
export interface Inbox extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, for `GET /items` and `DELETE /items`. */
  readonly url: string;
  readonly port: number;
  /** Ready to be given to any Sentry SDK. */
  readonly dsn: string;
  /** The kept items, or those of one type (`event`, `log`, `client_report`, …), newest last. */
  items(type?: string): InboxItem[];
  /** Forgets all items. */
  clear(): void;
  /**
   * Waits for a number of items, client reports included, or for one that matches; resolves with all kept items or with
   * those that match. `timeoutMs` is 5000 unless told.
   *
   * @throws Error when the time is over or the inbox is closed
   */
  waitFor(wanted: Wanted, timeoutMs?: number): Promise<InboxItem[]>;
  /** Stops listening and frees the port; idle connections end at once, requests under way have a second. */
  close(): Promise<void>;
}

/**
 * Starts a local receiver for what Sentry SDKs send: for tests, for development, for a first look.
 *
 * It answers as a Sentry server would, is as strict about what it is sent, and keeps the newest items in memory.
 *
 * ```js
 * const inbox = await startInbox();
 * const client = createClient({ dsn: inbox.dsn });
 * client.captureMessage('hello');
 * const [item] = await inbox.waitFor(1);
 * ```
 *
 * @throws TypeError for an impossible option; the system's error when it cannot listen (`EADDRINUSE`, `EACCES`)
 */
export async function startInbox(options: InboxOptions = {}): Promise<Inbox> {
  const settings = settleOptions(options);
  const store = new ItemStore(settings.maxItems);
  let address: Address = { url: '', port: 0, dsn: '' };
  const server = new HttpServer((request) =>
    route(request, {
      limits: settings,
      accept: (items) => accept(items, store, settings.onItem),
      items: (type) => store.items(type),
      clear: () => store.clear(),
      hint: () => hintFor(address.dsn, settings.maxItems),
    }),
  );
  address = addressOf(settings, await server.listen(settings.port, settings.host));
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    store.close();
    closing ??= server.close();
    return closing;
  };
  return {
    ...address,
    items: (type) => store.items(type),
    clear: () => store.clear(),
    waitFor: (wanted, timeoutMs = WAIT_MS) => waitFor(store, wanted, timeoutMs),
    close,
    [Symbol.asyncDispose]: close,
  };
}

type Address = Pick<Inbox, 'url' | 'port' | 'dsn'>;

/** A free port may be reused by the next inbox of the process: a random key keeps their DSNs apart. */
function addressOf(settings: InboxSettings, port: number): Address {
  const host = settings.host === '::1' ? '[::1]' : settings.host;
  const key = settings.port === 0 ? randomBytes(16).toString('hex') : FIXED_KEY;
  return { url: `http://${host}:${port}`, port, dsn: `http://${key}@${host}:${port}/1` };
}

function accept(items: readonly InboxItem[], store: ItemStore, onItem: InboxSettings['onItem']): void {
  store.add(items);
  for (const item of items) {
    try {
      onItem(item);
    } catch (error) {
      process.emitWarning(`onItem threw: ${error}`, { code: 'JACKDAW_INBOX_ON_ITEM' });
    }
  }
}

function hintFor(dsn: string, maxItems: number): string {
  return `jackdaw inbox

It takes what Sentry SDKs send and keeps the newest ${maxItems} items in memory.

  DSN      ${dsn}
  read     GET /items, GET /items?type=event (or log, client_report)
  forget   DELETE /items
`;
}
