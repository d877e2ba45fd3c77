import ProgressBar from 'progress';
import type { Output } from './command.js';

/** Work that ends sooner shows none, in milliseconds. */
const LONG_MS = 500;
/** Between two plain lines, in milliseconds. */
const LINE_MS = 5_000;
const BAR_WIDTH = 40;

/** Shows how far long work has come. */
export interface Progress {
  /** So much of `total` is done; both may grow. */
  update(done: number, total: number): void;
  /** Nothing more is shown; a bar goes. */
  end(): void;
}

/** A bar on a terminal, elsewhere a plain line every five seconds. */
export function progressOn(output: Output, verb: string): Progress {
  // Some terminals do not say how wide they are: the bar could not be drawn.
  return output.isTTY === true && (output.columns ?? 0) > 0 ? bar(output, verb) : plainLines(output, verb);
}

function bar(output: Output, verb: string): Progress {
  const start = performance.now();
  let shown: ProgressBar | undefined;
  return {
    update(done, total) {
      if (performance.now() - start < LONG_MS || total === 0) return;
      shown ??= new ProgressBar(`${verb} [:bar] :current of :total, :eta s left`, {
        total,
        stream: output as NodeJS.WritableStream,
        width: BAR_WIDTH,
        incomplete: ' ',
        clear: true,
      });
      shown.total = total;
      if (!shown.complete) shown.tick(done - shown.curr);
    },
    end() {
      if (shown !== undefined && !shown.complete) shown.terminate();
    },
  };
}

function plainLines(output: Output, verb: string): Progress {
  let last = performance.now();
  return {
    update(done, total) {
      if (performance.now() - last < LINE_MS) return;
      last = performance.now();
      output.write(`${verb}: ${done} of ${total}\n`);
    },
    end() {},
  };
}
