import { readFileSync } from 'node:fs';

/** The main thread's time on a CPU in microseconds, by the scheduler's count; waiting for a CPU is not in it. */
export function mainCpu() {
  // Node 22.16 and later count it themselves, on every system.
  if (process.threadCpuUsage !== undefined) {
    const { user, system } = process.threadCpuUsage();
    return user + system;
  }
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ', 1)[0]) / 1_000;
}

/** All threads of the process, in microseconds. */
export function processCpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
