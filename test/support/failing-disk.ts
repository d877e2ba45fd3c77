import { type Disk, NODE_DISK, type SyncDisk } from '../../src/spool/disk.js';

/** One call to the disk. */
export interface Call {
  /** Such as `writev`; `sync.writev` when everything waits for it. */
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Throws instead of the call, or replaces it by what it returns; undefined: the call is made. */
export type Fault = (call: Call, index: number) => undefined | (() => unknown);

export function failure(code: string): () => never {
  return () => {
    throw Object.assign(new Error(`${code}: failed on purpose`), { code });
  };
}

/** The real disk, where any call can be made to fail. */
export class FailingDisk {
  readonly calls: Call[] = [];
  fault: Fault = () => undefined;
  readonly disk: Disk;

  constructor() {
    const sync = this.#wrap(NODE_DISK.sync, 'sync.') as SyncDisk;
    this.disk = { ...(this.#wrap(NODE_DISK, '') as Omit<Disk, 'sync'>), sync };
  }

  #wrap(functions: object, prefix: string): object {
    const wrapped = Object.entries(functions)
      .filter(([, value]) => typeof value === 'function')
      .map(([name, call]) => [name, this.#wrapCall(`${prefix}${name}`, call, prefix === '')] as const);
    return Object.fromEntries(wrapped);
  }

  #wrapCall(name: string, call: (...args: unknown[]) => unknown, isAsync: boolean): (...args: unknown[]) => unknown {
    const run = (args: readonly unknown[]): unknown => {
      // Not the bytes: what was written or read is not to stay in memory.
      const index = this.calls.push({ name, args: args.filter((one) => typeof one !== 'object') }) - 1;
      const instead = this.fault({ name, args }, index);
      return instead === undefined ? call(...args) : instead();
    };
    return isAsync ? async (...args) => run(args) : (...args) => run(args);
  }
}
