import fs, { constants, type Dirent, type Stats, type StatsFs } from 'node:fs';
import { promisify } from 'node:util';

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_WRONLY } = constants;
/** Windows has none of these. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_DIRECTORY = 0 } = constants;

/** A new file of our own, that nobody else can have made. */
export const CREATE: number = O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW;
/** A file of our own that may be there already. */
export const APPEND: number = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
/** Never waits for the other end of a pipe, never follows a link. */
export const READ: number = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
/** Windows syncs no file that is open for reading only. */
export const SYNC: number = O_RDWR | O_NOFOLLOW | O_NONBLOCK;
export const READ_DIRECTORY: number = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_DIRECTORY;

export const FILE_MODE = 0o600;
export const DIRECTORY_MODE = 0o700;

/** What waits for the disk, as far as it must not: at construction, in a spill and at the exit. */
export interface SyncDisk {
  open(path: string, flags: number, mode?: number): number;
  writev(descriptor: number, buffers: readonly Uint8Array[]): number;
  read(descriptor: number, buffer: Uint8Array, position: number): number;
  fsync(descriptor: number): void;
  fdatasync(descriptor: number): void;
  ftruncate(descriptor: number, bytes: number): void;
  fstat(descriptor: number): Stats;
  fchmod(descriptor: number, mode: number): void;
  close(descriptor: number): void;
  lstat(path: string): Stats;
  mkdir(path: string, options: { readonly mode: number; readonly recursive?: boolean }): void;
  unlink(path: string): void;
}

/** The file operations that the spool uses: nothing in it speaks to the disk by another way. */
export interface Disk {
  open(path: string, flags: number, mode?: number): Promise<number>;
  writev(descriptor: number, buffers: readonly Uint8Array[]): Promise<number>;
  read(descriptor: number, buffer: Uint8Array, position: number): Promise<number>;
  fsync(descriptor: number): Promise<void>;
  fdatasync(descriptor: number): Promise<void>;
  ftruncate(descriptor: number, bytes: number): Promise<void>;
  fstat(descriptor: number): Promise<Stats>;
  fchmod(descriptor: number, mode: number): Promise<void>;
  close(descriptor: number): Promise<void>;
  lstat(path: string): Promise<Stats>;
  readdir(path: string): Promise<readonly Dirent[]>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  /** Sets the time of the last change, in seconds since the epoch. */
  utimes(path: string, seconds: number): Promise<void>;
  statfs(path: string): Promise<StatsFs>;
  readonly sync: SyncDisk;
}

const write = promisify(fs.writev);
const read = promisify(fs.read);
const utimes = promisify(fs.utimes);
const readdir = promisify(fs.readdir);

/** The machine's. Descriptors instead of FileHandles: those cost more per call, and cannot be used synchronously. */
export const NODE_DISK: Disk = {
  open: promisify(fs.open) as Disk['open'],
  writev: async (descriptor, buffers) => (await write(descriptor, buffers)).bytesWritten,
  read: async (descriptor, buffer, position) => (await read(descriptor, buffer, 0, buffer.length, position)).bytesRead,
  fsync: promisify(fs.fsync),
  fdatasync: promisify(fs.fdatasync),
  ftruncate: promisify(fs.ftruncate),
  fstat: promisify(fs.fstat) as Disk['fstat'],
  fchmod: promisify(fs.fchmod),
  close: promisify(fs.close),
  lstat: promisify(fs.lstat) as Disk['lstat'],
  readdir: (path) => readdir(path, { withFileTypes: true }),
  rename: promisify(fs.rename),
  unlink: promisify(fs.unlink),
  rmdir: promisify(fs.rmdir) as Disk['rmdir'],
  utimes: (path, seconds) => utimes(path, seconds, seconds),
  statfs: promisify(fs.statfs) as Disk['statfs'],
  sync: {
    open: fs.openSync,
    writev: fs.writevSync,
    read: (descriptor, buffer, position) => fs.readSync(descriptor, buffer, 0, buffer.length, position),
    fsync: fs.fsyncSync,
    fdatasync: fs.fdatasyncSync,
    ftruncate: fs.ftruncateSync,
    fstat: fs.fstatSync,
    fchmod: fs.fchmodSync,
    close: fs.closeSync,
    lstat: fs.lstatSync,
    mkdir: fs.mkdirSync,
    unlink: fs.unlinkSync,
  },
};

/** The code of a failed file operation, such as `ENOENT`; `UNKNOWN` for anything else that was thrown. */
export function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' ? code : 'UNKNOWN';
}
