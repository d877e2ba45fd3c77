import type { Client } from '../client/client.js';
import { createClient } from '../client/create-client.js';
import type { ClientOptions } from '../client/options.js';

/** What every adapter takes: a client (or a function that returns one), or the options of a client of its own. */
export type ClientSource = ClientOptions | { readonly client: Client | (() => Client) };

/** The client an adapter works with. Only its own is its to close. */
export interface AdapterClient {
  readonly client: Client;
  readonly owned: boolean;
}

/** @throws TypeError where both a client and client options are given; ConfigError, DsnError as `createClient`. */
export function adapterClient(source: ClientSource & { readonly client?: unknown }): AdapterClient {
  const { client, ...options } = source;
  if (client === undefined) return { client: createClient(options), owned: true };
  const given = Object.keys(options).filter((option) => options[option as keyof typeof options] !== undefined);
  if (given.length > 0) {
    throw new TypeError(`jackdaw: give either client or client options, not both (beside client: ${given.join(', ')})`);
  }
  return { client: givenClient(client), owned: false };
}

/** @throws TypeError for anything but a client or a function that returns one. */
export function givenClient(client: unknown): Client {
  const resolved: unknown = typeof client === 'function' ? client() : client;
  if (!isClient(resolved)) {
    throw new TypeError('jackdaw: client must be a client made by createClient, or a function that returns one');
  }
  return resolved;
}

/** By its methods: the client may come from another copy of the package. */
function isClient(value: unknown): value is Client {
  return (
    value !== null &&
    typeof value === 'object' &&
    typeof (value as Client).captureRecord === 'function' &&
    typeof (value as Client).threshold === 'number'
  );
}
