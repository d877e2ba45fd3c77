import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { uptime } from './clock.js';
import type { HttpReply } from './exchange.js';
import { EXIT_WORKER } from './exit-worker.js';
import { type ProxyServer, proxyError } from './proxy.js';
import { proxyHeaders } from './route.js';

/** One envelope that has no answer yet when the process exits. Exactly one of `answered` and `drop` is called, once. */
export interface RemainingEntry {
  /** As it goes on the wire, before compression. */
  readonly bytes: Uint8Array;
  readonly gzip: boolean;
  /** Whether a rate limit forbids it by now. */
  isLimited(): boolean;
  answered(reply: HttpReply | Error): void;
  /** There is no time, or no way, to send it. */
  drop(): void;
}

/** What is still owed to one destination when the process exits. All but the entries can be cloned into another thread. */
export interface Remainder {
  /** Whom requests are put to. */
  readonly origin: string;
  /** For `request` of node:http and node:https as they stand here. */
  readonly options: RequestOptions;
  /** The proxy that is to open the way there. */
  readonly connectBy: ProxyServer | undefined;
  readonly concurrency: number;
  readonly requestTimeoutMs: number;
  readonly entries: readonly RemainingEntry[];
}

interface RequestOptions {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly ca: readonly string[] | undefined;
}

/** A remainder, and how long its entries may hold up the exit, in milliseconds. */
export interface ExitShare {
  readonly remainder: Remainder;
  readonly timeoutMs: number;
}

type Answer =
  | ({ readonly index: number } & HttpReply)
  | { readonly index: number; readonly error: string; readonly code?: string }
  | { readonly index: number; readonly refusedWith: number }
  | { readonly failed: string };

interface Open {
  readonly entry: RemainingEntry;
  readonly deadline: number;
}

/** Whose the bodies of one run are: see the worker's program. `first`: the number of the first of them. */
interface Claims {
  readonly states: Int32Array;
  readonly first: number;
}

const FREE = 0;
const WITHDRAWN = 2;

/** In MiB, bodies not included: without a bound of its own, a thread short of memory would take the process with it. */
const HEAP_MIB = 64;

/**
 * Delivers from within the `exit` event, where nothing asynchronous happens any more: a thread of its own posts, this
 * one waits.
 *
 * The thread gets no arguments and no environment, so that it loads none of the application's preloads; what it cannot
 * reach is a server in the waiting thread itself.
 */
export class ExitDrain {
  #port: MessagePort | undefined;
  readonly #signal = new Int32Array(new SharedArrayBuffer(4));
  /** The next number of an entry. No number is used twice: a late answer must not settle an entry of another run. */
  #next = 0;

  /**
   * Gives every entry one attempt and returns when each has its answer, or its time is over.
   *
   * @throws Error where no thread can be started, with all entries dropped
   */
  run(shares: readonly ExitShare[]): void {
    const start = uptime();
    const first = this.#next;
    const open = new Map<number, Open>();
    for (const { remainder, timeoutMs } of shares) {
      for (const entry of remainder.entries) open.set(this.#next++, { entry, deadline: start + timeoutMs });
    }
    dropWhere(open, ({ entry, deadline }) => deadline <= start || entry.isLimited());
    if (open.size === 0) return;
    const claims = { states: new Int32Array(new SharedArrayBuffer(4 * (this.#next - first))), first };
    try {
      this.#port ??= startWorker(this.#signal);
      this.#port.postMessage({ jobs: jobsOf(shares, open, first), claims });
      this.#wait(open, claims);
    } finally {
      dropWhere(open, () => true);
    }
  }

  /** Ends the thread, if there is one. */
  close(): void {
    this.#port?.postMessage({ jobs: [], end: true });
    this.#port = undefined;
  }

  #wait(open: Map<number, Open>, claims: Claims): void {
    while (open.size > 0) {
      const seen = Atomics.load(this.#signal, 0);
      this.#settleAnswered(open, claims);
      const time = uptime();
      dropWhere(open, ({ deadline }, index) => deadline <= time && withdraw(claims, index, true));
      if (open.size === 0) return;
      Atomics.wait(this.#signal, 0, seen, nextDeadline(open) - time);
    }
  }

  #settleAnswered(open: Map<number, Open>, claims: Claims): void {
    let limited = false;
    for (const answer of answers(this.#port)) {
      if ('failed' in answer) throw new Error(`the thread that delivers at the exit failed: ${answer.failed}`);
      const entry = open.get(answer.index)?.entry;
      open.delete(answer.index);
      entry?.answered(replyIn(answer));
      limited ||= 'status' in answer && (answer.status === 429 || 'x-sentry-rate-limits' in answer.headers);
    }
    // What a limit forbids from now on; what is on its way already gets its answer.
    if (limited) dropWhere(open, ({ entry }, index) => entry.isLimited() && withdraw(claims, index, false));
  }
}

function replyIn(answer: Exclude<Answer, { readonly failed: string }>): HttpReply | Error {
  if ('refusedWith' in answer) return proxyError(answer.refusedWith);
  return 'error' in answer ? Object.assign(new Error(answer.error), { code: answer.code }) : answer;
}

/** @throws ERR_ACCESS_DENIED under Node's permission model, without `--allow-worker` */
function startWorker(signal: Int32Array): MessagePort {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(EXIT_WORKER, {
    eval: true,
    name: 'jackdaw exit',
    execArgv: [],
    env: {},
    stdout: true,
    stderr: true,
    workerData: { port: port2, signal },
    transferList: [port2],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
  });
  worker.unref();
  // Should the process live on after all, the thread's end is no concern of the application.
  worker.on('error', () => {});
  port1.unref();
  return port1;
}

/** For the worker: the entries that are open, under their numbers. */
function jobsOf(shares: readonly ExitShare[], open: ReadonlyMap<number, Open>, first: number): readonly unknown[] {
  let index = first;
  return shares.map(({ remainder: { entries, ...destination } }) => ({
    ...destination,
    proxyHeaders: destination.connectBy && proxyHeaders(destination.connectBy),
    bodies: entries.map(({ bytes, gzip }) => ({ index: index++, bytes, gzip })).filter((body) => open.has(body.index)),
  }));
}

function* answers(port: MessagePort | undefined): Iterable<Answer> {
  while (port !== undefined) {
    const received: { readonly message: Answer } | undefined = receiveMessageOnPort(port);
    if (received === undefined) return;
    yield received.message;
  }
}

function dropWhere(open: Map<number, Open>, isOver: (one: Open, index: number) => boolean): void {
  for (const [index, one] of open) {
    if (!isOver(one, index)) continue;
    open.delete(index);
    one.entry.drop();
  }
}

/** Not `Math.min` of them all: there may be more than a call can have arguments. */
function nextDeadline(open: ReadonlyMap<number, Open>): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { deadline } of open.values()) next = Math.min(next, deadline);
  return next;
}

/** Keeps the worker from sending a body. False: it has it already, and `force` was not asked for. */
function withdraw({ states, first }: Claims, index: number, force: boolean): boolean {
  return Atomics.compareExchange(states, index - first, FREE, WITHDRAWN) === FREE || force;
}
