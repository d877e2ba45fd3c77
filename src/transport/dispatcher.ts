import type { IncomingHttpHeaders } from 'node:http';
import { asError } from './as-error.js';
import { type Controller, Exchange, isBroken, type Listener } from './exchange.js';

/** A request but for its origin. */
export interface Request {
  readonly path: string;
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Carries requests to one destination. */
export interface Carrier {
  post(request: Request, timeoutMs: number, listener: Listener): void;
  /** Ends what is under way with the error. */
  close(error: Error): Promise<void>;
}

/** What jackdaw uses of a dispatcher of undici: an `Agent`, a `Pool`, a `MockAgent` … of version 6 or later. */
export interface Dispatcher {
  dispatch(options: object, handler: object): boolean;
}

/** Sends by a dispatcher of the user's, which stays the user's to close. */
export class DispatcherCarrier implements Carrier {
  readonly #dispatcher: Dispatcher;
  readonly #origin: string;
  readonly #underWay = new Set<Exchange>();
  /** Whether a connection may be one that was idle. */
  #worked = false;

  constructor(dispatcher: Dispatcher, origin: string) {
    this.#dispatcher = dispatcher;
    this.#origin = origin;
  }

  post(request: Request, timeoutMs: number, listener: Listener): void {
    const handler = new DispatchHandler(
      {
        answered: (reply) => {
          const stale = this.#worked && isBroken(reply);
          this.#worked ||= !(reply instanceof Error);
          listener.answered(reply, stale);
        },
        free: () => {
          this.#underWay.delete(handler.exchange);
          listener.free();
        },
      },
      timeoutMs,
    );
    this.#underWay.add(handler.exchange);
    try {
      this.#dispatcher.dispatch({ ...request, origin: this.#origin }, handler);
    } catch (error) {
      handler.exchange.giveUp(asError(error));
    }
  }

  async close(error: Error): Promise<void> {
    for (const exchange of this.#underWay) exchange.giveUp(error);
  }
}

/** A handler for `dispatch` of any version: the second half of the methods is what undici 6, and Node 20 and 22, ask for. */
class DispatchHandler {
  readonly exchange: Exchange;
  #controller: Controller | undefined;

  constructor(listener: ConstructorParameters<typeof Exchange>[0], timeoutMs: number) {
    this.exchange = new Exchange(listener, timeoutMs, (error) => this.#controller?.abort(error));
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    this.exchange.onRequestStart(controller);
  }

  onResponseStart(controller: unknown, status: number, headers: IncomingHttpHeaders): void {
    this.exchange.onResponseStart(controller, status, headers);
  }

  onResponseData(controller: unknown, chunk: Buffer): void {
    this.exchange.onResponseData(controller, chunk);
  }

  onResponseEnd(): void {
    this.exchange.onResponseEnd();
  }

  onResponseError(controller: unknown, error: Error): void {
    this.exchange.onResponseError(controller, error);
  }

  onConnect(abort: Controller['abort']): void {
    this.onRequestStart({ abort });
  }

  onHeaders(status: number, rawHeaders: readonly Buffer[]): boolean {
    this.onResponseStart(undefined, status, headersFrom(rawHeaders));
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.onResponseData(undefined, chunk);
    return true;
  }

  onComplete(): void {
    this.onResponseEnd();
  }

  onError(error: Error): void {
    this.onResponseError(undefined, error);
  }

  onBodySent(): void {}
}

/** Names and values in turn. Of a name that comes twice the values are joined, as in HTTP. */
function headersFrom(raw: readonly Buffer[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = String(raw[index]).toLowerCase();
    const value = String(raw[index + 1]);
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}
