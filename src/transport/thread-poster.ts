import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { asError } from './as-error.js';
import { after, cancel, type Timer } from './clock.js';
import type { Listener } from './exchange.js';
import { createPoster, type Destination, type Poster } from './poster.js';
import { errorOfText, type PostMessage, type ThreadMessage } from './thread-messages.js';
import type { TransportContext } from './transport.js';

/** Its program. */
const THREAD = join(__dirname, 'post-thread.js');

/** The thread's heap, in MiB; bodies lie outside of it. */
const HEAP_MIB = 128;

/** A thread that ends so often without an answer between will not come up. */
const MAX_DEATHS = 3;

/**
 * A poster in a thread of its own, started with the first post: the main thread hands over bytes, and gets answers.
 *
 * Where no thread can be started, or none stays alive, it posts in this one, with one warning. What is on its way when the
 * thread dies counts as a lost connection. Nothing of it keeps the process alive.
 */
export function createThreadPoster(destination: Destination, warn: TransportContext['warn']): Poster {
  return new ThreadPoster(destination, warn);
}

/** How much later than the thread itself this one gives a request up, in milliseconds: then the thread hangs. */
const GRACE_MS = 5_000;

/** A request that the thread has. */
interface Open {
  readonly listener: Listener;
  readonly deadline: Timer;
  answered: boolean;
}

class ThreadPoster implements Poster {
  readonly #destination: Destination;
  readonly #warn: TransportContext['warn'];
  readonly #open = new Map<number, Open>();
  #worker: Worker | undefined;
  #port: MessagePort | undefined;
  /** For the thread, once this turn is over. */
  #outbox: PostMessage[] = [];
  #ids = 0;
  #deaths = 0;
  /** In place of the thread. */
  #here: Poster | undefined;

  constructor(destination: Destination, warn: TransportContext['warn']) {
    // A body that goes to a thread of its own costs nothing more by being compressed there.
    const compress = destination.options.compress !== false;
    this.#destination = { ...destination, options: { ...destination.options, compress } };
    this.#warn = warn;
  }

  post(bytes: Buffer, listener: Listener): void {
    if (this.#here === undefined && this.#start()) this.#hand(bytes, listener);
    else this.#here?.post(bytes, listener);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#forget();
    this.#failAll('the transport is closed');
    await Promise.all([worker?.terminate(), this.#here?.close()]);
  }

  #hand(bytes: Buffer, listener: Listener): void {
    const id = ++this.#ids;
    const worker = this.#worker;
    const deadline = after(this.#destination.options.requestTimeoutMs + GRACE_MS, () => void worker?.terminate());
    this.#open.set(id, { listener, deadline, answered: false });
    if (this.#outbox.length === 0) queueMicrotask(() => this.#send());
    // A small Buffer is a view on a pool that others use: the thread gets a copy.
    const isWhole = bytes.byteLength === bytes.buffer.byteLength;
    this.#outbox.push({ id, bytes: isWhole ? bytes : new Uint8Array(bytes) });
  }

  #send(): void {
    const batch = this.#outbox;
    this.#outbox = [];
    this.#port?.postMessage(
      batch,
      batch.map(({ bytes }) => bytes.buffer as ArrayBuffer),
    );
  }

  /** False: there is no thread, and from now on no other try. */
  #start(): boolean {
    if (this.#worker !== undefined) return true;
    try {
      if (this.#deaths === MAX_DEATHS) throw new Error(`it ended ${MAX_DEATHS} times without an answer`);
      if (!existsSync(THREAD)) throw new Error('its program is not there, as in a bundle');
      if (this.#destination.options.dispatcher !== undefined) throw new Error('no other thread can use a dispatcher');
      this.#startThread();
      return true;
    } catch (error) {
      this.#warn('JACKDAW_THREAD_FAILED', `the thread that posts failed: ${asError(error).message}; this one posts`);
      this.#here = createPoster(this.#destination);
      return false;
    }
  }

  /** @throws ERR_ACCESS_DENIED under Node's permission model, without `--allow-worker` */
  #startThread(): void {
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(THREAD, {
      name: 'jackdaw',
      // None of the application's preloads and variables.
      execArgv: [],
      env: {},
      workerData: { port: port2, destination: this.#destination },
      transferList: [port2],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    });
    worker.unref();
    // What it died of is no concern of the application; that it died is ours.
    worker.on('error', () => {});
    worker.on('exit', () => this.#died(worker));
    port1.on('message', (messages: readonly ThreadMessage[]) => {
      for (const message of messages) this.#hear(message);
    });
    port1.unref();
    this.#worker = worker;
    this.#port = port1;
  }

  #hear(message: ThreadMessage): void {
    const open = this.#open.get(message.id);
    if (open === undefined) return;
    this.#deaths = 0;
    if ('free' in message) {
      this.#open.delete(message.id);
      cancel(open.deadline);
      open.listener.free();
    } else {
      open.answered = true;
      open.listener.answered('error' in message ? errorOfText(message.error) : message.reply, message.stale);
    }
  }

  #died(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#deaths++;
    this.#forget();
    this.#failAll('the thread that posts has ended');
  }

  #forget(): void {
    this.#port?.close();
    this.#worker = undefined;
    this.#port = undefined;
  }

  #failAll(message: string): void {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const { listener, deadline, answered } of open) {
      cancel(deadline);
      if (!answered) listener.answered(Object.assign(new Error(message), { code: 'ECONNRESET' }), false);
      listener.free();
    }
  }
}
