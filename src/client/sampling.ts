/** Whether an event is kept. A record's own rate wins where it is a number from 0 to 1. */
export function isSampled(rate: number, recordRate: unknown, random: () => number): boolean {
  const own = typeof recordRate === 'number' && recordRate >= 0 && recordRate <= 1;
  const effective = own ? recordRate : rate;
  return effective >= 1 || random() < effective;
}

/** A repeatable source of numbers in [0, 1) (mulberry32: 32 bits of state are plenty for sampling). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
