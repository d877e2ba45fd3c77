import { directTransport } from './direct-transport.js';
import { fileTransport } from './file-transport.js';
import { httpTransport, threadTransport } from './http-transport.js';
import { memoryTransport } from './memory.js';
import { stdoutTransport } from './stdout.js';
import { syncTransport } from './sync-transport.js';
import type { TransportFactory } from './transport.js';

/** What may precede `+https://` in a DSN. */
const SCHEME = /^[a-z][a-z0-9+.-]*$/;

const factories = new Map<string, TransportFactory>([
  ['direct', directTransport],
  ['file', fileTransport],
  ['http', httpTransport],
  ['memory', () => memoryTransport()],
  ['stdout', () => stdoutTransport()],
  ['sync', syncTransport],
  ['thread', threadTransport],
]);

/** A scheme name that cannot be used as asked. */
export class SchemeError extends Error {
  override readonly name: string = 'SchemeError';
  readonly code: 'SCHEME_INVALID' | 'SCHEME_TAKEN' | 'SCHEME_UNKNOWN';

  constructor(code: SchemeError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Makes an own transport known under a name, for the option `transport` and for DSNs (`name+https://…`).
 *
 * @param scheme lower-case letters, digits and `+.-`, a letter first (RFC 3986, 3.1)
 * @throws SchemeError when the name has another form, or is taken
 * @example registerTransport('tee', (context) => new TeeTransport(context));
 */
export function registerTransport(scheme: string, factory: TransportFactory): void {
  if (!SCHEME.test(scheme)) {
    throw new SchemeError(
      'SCHEME_INVALID',
      `Invalid transport scheme ${JSON.stringify(scheme)}: it must match ${SCHEME}`,
    );
  }
  if (factories.has(scheme)) throw new SchemeError('SCHEME_TAKEN', `The transport scheme ${scheme} is taken`);
  factories.set(scheme, factory);
}

/**
 * The factory that is registered under a name.
 *
 * @throws SchemeError when there is none
 */
export function transportFor(scheme: string): TransportFactory {
  const factory = factories.get(scheme);
  if (factory === undefined) {
    const known = knownSchemes().join(', ');
    throw new SchemeError('SCHEME_UNKNOWN', `Unknown transport scheme ${JSON.stringify(scheme)}: known are ${known}`);
  }
  return factory;
}

/** All names that `transportFor` knows. */
export function knownSchemes(): readonly string[] {
  return [...factories.keys()];
}
