import { cancel, type SpoolClock, soon, type Timer } from './clock.js';
import { codeOf, type Disk } from './disk.js';
import { destinationDirectory, Home } from './home.js';
import { HEARTBEAT_MS, type Processes } from './owner.js';
import { hasRoom } from './space.js';
import { SpoolError } from './spool-error.js';

interface ResidenceContext {
  readonly disk: Disk;
  readonly clock: SpoolClock;
  readonly processes: Processes;
  readonly dir: string;
  readonly destination: string;
  isWriting(): boolean;
  /** There is a directory to write into, for the first time or again. */
  opened(home: Home): void;
  /** The directory is not ours any more, or is no more. */
  lost(): Promise<void>;
  /** Nothing may be written, for now. */
  refused(error: unknown): Promise<void>;
  /** It has gone well for a while. */
  recovered(): void;
  /** Every ten seconds, while all is well. */
  beat(home: Home): void;
}

/** After a failure the disk is asked again after the first of these, then twice as late each time, in milliseconds. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 25_000;

/** Sees to it that there is a directory to write into, and that the others know whose it is. */
export class Residence {
  readonly #context: ResidenceContext;
  #home: Home | undefined;
  #retryMs = FIRST_RETRY_MS;
  #timer: Timer | undefined;
  #checking: Promise<void> | undefined;
  #stopped = false;

  constructor(context: ResidenceContext) {
    this.#context = context;
  }

  get home(): Home | undefined {
    return this.#home;
  }

  /** Makes the directory at once, so that even a process that ends at once has one; everything else comes later. */
  start(): void {
    try {
      this.#home = this.#open();
      this.#context.opened(this.#home);
    } catch {
      // The first check says so, when there is somebody to hear it.
    }
    soon(() => void this.check());
  }

  /** The disk refuses: it is asked again later. */
  retry(): void {
    this.#wakeIn(this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    cancel(this.#timer);
    await this.#checking;
  }

  /** Makes sure of the directory. Never fails. */
  async check(): Promise<void> {
    if (this.#stopped) return;
    this.#checking ??= this.#ensure()
      .catch(async (error: unknown) => {
        await this.#context.refused(error);
        this.retry();
      })
      .finally(() => {
        this.#checking = undefined;
      });
    await this.#checking;
  }

  async #ensure(): Promise<void> {
    const { disk } = this.#context;
    await this.#home?.beat().catch((error: unknown) => this.#lose(error));
    this.#home ??= this.#open();
    if (!hasRoom(await disk.statfs(this.#home.path))) {
      throw new SpoolError('SPOOL_NO_SPACE', 'the disk of the spool is nearly full: records are kept in memory only');
    }
    if (this.#context.isWriting()) {
      this.#retryMs = FIRST_RETRY_MS;
      this.#context.recovered();
    } else this.#context.opened(this.#home);
    this.#context.beat(this.#home);
    this.#wakeIn(HEARTBEAT_MS);
  }

  /** @throws whatever the disk said, when the directory is still there */
  async #lose(error: unknown): Promise<void> {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error;
    this.#home = undefined;
    await this.#context.lost();
  }

  #open(): Home {
    const { disk, clock, processes, dir, destination } = this.#context;
    return Home.openSync(disk, clock, destinationDirectory(dir, destination), processes.self);
  }

  #wakeIn(ms: number): void {
    cancel(this.#timer);
    if (!this.#stopped) this.#timer = this.#context.clock.after(ms, () => void this.check());
  }
}
