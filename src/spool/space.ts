/** What is left to others on every disk, in bytes. */
const RESERVED_BYTES = 200 * 1024 * 1024;
/** Of the disk; on large ones it is more than the above. */
const RESERVED_SHARE = 0.05;
/** A disk so small that the above is most of it would never be written at all. */
const RESERVED_AT_MOST = 0.5;

/** What `statfs` says of a disk, in blocks and in bytes per block. */
export interface Space {
  readonly bsize: number;
  readonly blocks: number;
  /** For users without privileges. */
  readonly bavail: number;
}

/** Whether the spool may write: a disk that runs full hurts its machine more than a lost error does. */
export function hasRoom({ bsize, blocks, bavail }: Space): boolean {
  const total = blocks * bsize;
  const reserved = Math.min(Math.max(RESERVED_BYTES, total * RESERVED_SHARE), total * RESERVED_AT_MOST);
  return bavail * bsize >= reserved;
}
