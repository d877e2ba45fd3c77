import type { Breadcrumb } from '../protocol/event.js';
import { scrubUrl } from '../scrub/outgoing-url.js';
import type { Scrubber } from '../scrub/walk.js';
import { type Begin, failureOf, known, type Leave, listen, type Watch } from './watch.js';

/** In characters: to parse a URL takes time, and nobody reads more of one. */
const PATH_LENGTH = 4_096;

/** Whose requests: those of node:http and node:https; those of `fetch` and the package undici, which share their channels. */
export type HttpLibrary = 'http' | 'undici';

/** How a library speaks of its requests on its channels. */
interface Library {
  /** Also the category of the breadcrumbs. */
  readonly name: HttpLibrary;
  /** Several where a newer version tells earlier. */
  readonly starts: readonly string[];
  /** When the head of the response is there: before the host does anything with it. */
  readonly response: string;
  readonly error: string;
  readonly originOf: (request: OutgoingRequest) => string;
}

/** What is read of a request of either library. */
interface OutgoingRequest {
  readonly method?: unknown;
  readonly path?: unknown;
  readonly protocol?: unknown;
  readonly host?: unknown;
  readonly origin?: unknown;
  getHeader?(name: string): unknown;
}

/** What the channels tell. */
interface Message {
  readonly request: OutgoingRequest;
  readonly response?: {
    readonly statusCode?: unknown;
    readonly statusMessage?: unknown;
    readonly statusText?: unknown;
  };
  readonly error?: unknown;
}

/** A request that is under way. */
interface Started {
  /** Undefined: it leaves nothing, or nothing more. */
  leave: Leave | undefined;
  status?: number;
}

/** What has become of a request. */
interface Outcome {
  readonly level: NonNullable<Breadcrumb['level']>;
  readonly status: number | undefined;
  readonly reason: string | undefined;
}

const HTTP: Library = {
  name: 'http',
  // Node before 22.12 tells of a request only when all of it is written.
  starts: ['http.client.request.created', 'http.client.request.start'],
  response: 'http.client.response.finish',
  error: 'http.client.request.error',
  // The port is in the header alone.
  originOf: (request) => `${request.protocol}//${request.getHeader?.('host') ?? request.host}`,
};

const UNDICI: Library = {
  name: 'undici',
  starts: ['undici:request:create'],
  response: 'undici:request:headers',
  error: 'undici:request:error',
  originOf: ({ origin }) => (origin instanceof URL ? origin.origin : String(origin)),
};

/** A watch for each library. */
export const HTTP_WATCHES: Readonly<Record<HttpLibrary, Watch>> = {
  http: (begin) => new Requests(HTTP, begin).watch(),
  undici: (begin) => new Requests(UNDICI, begin).watch(),
};

export const HTTP_LIBRARIES: readonly HttpLibrary[] = ['http', 'undici'];

/** The outgoing requests of one library. */
class Requests {
  readonly #library: Library;
  readonly #begin: Begin;
  /** Weak, for a request may never end. */
  readonly #started = new WeakMap<object, Started>();

  constructor(library: Library, begin: Begin) {
    this.#library = library;
    this.#begin = begin;
  }

  /** @returns a function that ends the watch. */
  watch(): () => void {
    const { starts, response, error } = this.#library;
    const onStart = (message: unknown): void => void this.#start(message as Message);
    return listen({
      ...Object.fromEntries(starts.map((name) => [name, onStart])),
      [response]: (message) => this.#answer(message as Message),
      [error]: (message) => this.#fail(message as Message),
    });
  }

  #start({ request }: Message): Started {
    const started = this.#started.get(request) ?? { leave: this.#begin() };
    this.#started.set(request, started);
    return started;
  }

  #answer({ request, response }: Message): void {
    const started = this.#started.get(request);
    const status = Number(response?.statusCode);
    // Of an early hint undici tells, too.
    if (started === undefined || (status < 200 && status !== 101)) return;
    started.status = status;
    const level = status >= 500 ? 'error' : status >= 400 ? 'warning' : 'info';
    this.#leave(request, started, { level, status, reason: textOf(response?.statusMessage ?? response?.statusText) });
  }

  /** One that is destroyed before all of it is written may not have been told of. */
  #fail(message: Message): void {
    const { request, error } = message;
    const started = this.#start(message);
    const { status } = started;
    // To want no more of a response is no failure.
    if (status === undefined || !isAbort(error)) {
      this.#leave(request, started, { level: 'error', status, reason: failureOf(error) });
    }
    started.leave = undefined;
  }

  #leave(request: OutgoingRequest, { leave }: Started, outcome: Outcome): void {
    if (leave === undefined) return;
    const { name, originOf } = this.#library;
    const url = readUrl(originOf(request), textOf(request.path) ?? '');
    const method = textOf(request.method);
    leave((scrubber, durationMs) => describe(name, method, url, outcome, durationMs, scrubber), url?.host);
  }
}

function describe(
  category: string,
  method: string | undefined,
  url: URL | undefined,
  { level, status, reason }: Outcome,
  durationMs: number,
  scrubber: Scrubber,
): Breadcrumb {
  const data = known({
    method,
    url: url && scrubUrl(url, scrubber),
    status_code: status,
    reason,
    duration_ms: Math.round(durationMs),
  });
  return { type: 'http', category, level, data };
}

/** To a proxy the path is a whole URL. */
function readUrl(origin: string, path: string): URL | undefined {
  const shown = path.slice(0, PATH_LENGTH);
  try {
    return new URL(/^https?:/i.test(shown) ? shown : `${origin}${shown.startsWith('/') ? '' : '/'}${shown}`);
  } catch {
    return undefined;
  }
}

/** An empty reason, as HTTP/2 has it, is none. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isAbort(error: unknown): boolean {
  return (error as { readonly name?: unknown } | undefined)?.name === 'AbortError';
}
