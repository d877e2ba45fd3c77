/** A host library is missing or too old. */
class PeerError extends Error {
  override readonly name = 'PeerError';
  readonly code: 'PEER_MISSING' | 'PEER_UNSUPPORTED';

  constructor(code: PeerError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * The host library, which is an optional peer dependency.
 *
 * @throws PeerError where it is not installed, or of a major version this adapter does not know.
 */
export function requirePeer<T>(name: string, version: string, load: () => T): T {
  const wanted = `${name}@^${version}`;
  let peer: T;
  try {
    peer = load();
  } catch (cause) {
    const missing = (cause as { code?: unknown } | null)?.code === 'MODULE_NOT_FOUND';
    if (!missing) throw cause;
    throw new PeerError('PEER_MISSING', `jackdaw/${name} needs ${wanted}: npm install ${wanted}`, cause);
  }
  const installed = (peer as { version?: unknown }).version;
  if (typeof installed === 'string' && Number.parseInt(installed, 10) !== Number.parseInt(version, 10)) {
    throw new PeerError('PEER_UNSUPPORTED', `jackdaw/${name} supports ${wanted}, but ${installed} is installed`);
  }
  return peer;
}
