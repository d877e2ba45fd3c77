import { randomBytes } from 'node:crypto';

/** Errors of other threads that are told apart at once. */
const MAX_ERRORS = 1_000;

const ids = new WeakMap<Error, string>();
let prefix: string | undefined;
let count = 0;

/** A name for an Error that no other has, in any process. */
export function errorId(error: Error): string {
  let id = ids.get(error);
  if (id === undefined) {
    prefix ??= randomBytes(6).toString('hex');
    count += 1;
    id = `${prefix}-${count.toString(36)}`;
    ids.set(error, id);
  }
  return id;
}

/** Stands for the Errors of the threads that log, of which a reader has only copies. */
export class CarriedErrors {
  /** By id, the one seen last at the end. */
  readonly #tokens = new Map<string, object>();

  /** The same object for the same id. */
  tokenOf(id: string): object {
    const token = this.#tokens.get(id) ?? {};
    this.#tokens.delete(id);
    this.#tokens.set(id, token);
    const [oldest] = this.#tokens.keys();
    if (oldest !== undefined && this.#tokens.size > MAX_ERRORS) this.#tokens.delete(oldest);
    return token;
  }
}
