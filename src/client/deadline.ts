import { MAX_TIMER_MS } from './defaults.js';

/** Our own transports keep their deadline by themselves; this is when others are given up. */
const GRACE_MS = 50;

/** What comes of `wait`; false where it is late. Keeps the process alive until then. */
export async function orLate(timeoutMs: number, wait: () => Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    // Not unref'd: somebody waits.
    timer = setTimeout(resolve, Math.min(timeoutMs + GRACE_MS, MAX_TIMER_MS), false);
  });
  try {
    return await Promise.race([wait(), late]);
  } finally {
    clearTimeout(timer);
  }
}
