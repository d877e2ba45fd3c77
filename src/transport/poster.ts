import { compress } from './compress.js';
import type { Listener } from './exchange.js';
import { createHttpSender } from './send-http.js';
import type { TransportContext } from './transport.js';

/** What a poster is made for. All but `options.dispatcher` can be cloned into another thread. */
export type Destination = Pick<TransportContext, 'dsn' | 'options'> & {
  readonly headers: Readonly<Record<string, string>>;
};

/** Posts encoded envelopes to one destination: compressed where that is wanted, one request each. */
export interface Poster {
  /** Starts one request and tells the listener how it goes. Takes the bytes over. Never throws. */
  post(bytes: Buffer, listener: Listener): void;
  /** Ends all requests under way with an error and frees the sockets. */
  close(): Promise<void>;
}

/** A poster in this thread; gzip runs in libuv's. */
export function createPoster(destination: Destination): Poster {
  const { headers, options } = destination;
  const sender = createHttpSender(destination);
  return {
    post(bytes, listener) {
      compress(bytes, options.compress, ({ bytes: body, encoding }) =>
        sender.post(body, encoding === undefined ? headers : { ...headers, 'content-encoding': encoding }, listener),
      );
    },
    close: () => sender.close(),
  };
}
