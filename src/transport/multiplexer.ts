import { parseDsn } from '../protocol/dsn.js';
import type { Envelope } from '../protocol/envelope.js';
import { LEVELS, type Level } from '../protocol/level.js';
import type { Category } from '../protocol/outcome.js';
import { asError } from './as-error.js';
import type { Remainder } from './exit-drain.js';
import { handOver } from './hand-over.js';
import { httpTransport } from './http-transport.js';
import { readPayload } from './read-payload.js';
import type { Settle, Transport, TransportContext, TransportFactory } from './transport.js';

/** What a route decides by. */
export interface Routed {
  readonly level: Level;
  readonly category: Category;
  /** The event, or the log container, parsed; a copy, whose changes have no effect. */
  readonly payload: unknown;
}

/** Where some of the envelopes go. */
export interface MultiplexerRoute {
  /** @throws DsnError at construction */
  readonly dsn: string;
  /** Only these levels. Default: all. */
  readonly levels?: readonly Level[];
  /** Only what this says yes to. Synchronous; one that throws says no. Default: all. */
  readonly when?: (envelope: Routed) => boolean;
}

/**
 * A transport factory for several destinations: each envelope goes to the first route that takes it, else to the client's
 * own DSN. Each destination has its own queue, limits and retries; the client's ledger counts them together.
 *
 * @throws TypeError where a route names an unknown level
 * @example
 * createClient({ dsn, transport: multiplexer([{ dsn: paymentsDsn, when: ({ payload }) => payload.logger === 'payments' }]) })
 */
export function multiplexer(
  routes: readonly MultiplexerRoute[],
  factory: TransportFactory = httpTransport,
): TransportFactory {
  const parsed = routes.map((route) => ({ ...route, to: parseDsn(route.dsn) }));
  const unknown = routes.flatMap(({ levels = [] }) => levels).find((level) => !LEVELS.includes(level));
  if (unknown !== undefined) throw new TypeError(`unknown level ${unknown}; allowed are ${LEVELS.join(', ')}`);
  return function multiplexedTransport(context) {
    const branches = parsed.map((route) => ({ route, transport: factory({ ...context, dsn: route.to }) }));
    return new Multiplexer(branches, factory(context), context);
  };
}

interface Branch {
  readonly route: MultiplexerRoute;
  readonly transport: Transport;
}

/** See `multiplexer`. */
export class Multiplexer implements Transport {
  readonly #branches: readonly Branch[];
  readonly #own: Transport;
  readonly #all: readonly Transport[];
  readonly #context: TransportContext;

  constructor(branches: readonly Branch[], own: Transport, context: TransportContext) {
    this.#branches = branches;
    this.#own = own;
    this.#all = [own, ...branches.map(({ transport }) => transport)];
    this.#context = context;
  }

  /** As long as one of them does: which it will be is not known yet. */
  admits(level: Level): boolean {
    return this.#all.some((transport) => transport.admits?.(level) ?? true);
  }

  send(envelope: Envelope, settle: Settle): void {
    handOver(this.#choose(envelope), envelope, settle, this.#context.error);
  }

  flush(timeoutMs: number): Promise<boolean> {
    return every(this.#all, (transport) => transport.flush(timeoutMs));
  }

  finish(timeoutMs: number): Promise<boolean> {
    return every(this.#all, (transport) => transport.finish?.(timeoutMs) ?? transport.flush(timeoutMs));
  }

  close(timeoutMs: number): Promise<boolean> {
    return every(this.#all, (transport) => transport.close(timeoutMs));
  }

  handOver(): readonly Remainder[] {
    return this.#all.flatMap((transport) => transport.handOver?.() ?? []);
  }

  #choose(envelope: Envelope): Transport {
    // The losses of all of them together are the client's.
    if (envelope.category === 'internal') return this.#own;
    return this.#branches.find(({ route }) => this.#takes(route, envelope))?.transport ?? this.#own;
  }

  #takes({ levels, when }: MultiplexerRoute, envelope: Envelope): boolean {
    const { level, category } = envelope;
    if (levels !== undefined && !levels.includes(level)) return false;
    if (when === undefined) return true;
    try {
      const [item] = envelope.items;
      return when({ level, category, payload: item && readPayload(item) });
    } catch (error) {
      this.#context.error(asError(error));
      return false;
    }
  }
}

async function every(
  transports: readonly Transport[],
  wait: (transport: Transport) => Promise<boolean>,
): Promise<boolean> {
  const results = await Promise.all(transports.map(wait));
  return results.every(Boolean);
}
