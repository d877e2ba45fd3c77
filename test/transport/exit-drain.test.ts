import { expect, it } from 'vitest';
import { ExitDrain } from '../../src/transport/exit-drain.js';
import { closedPort } from '../support/closed-port.js';

it('gives each of very many entries its end, and throws nothing', async () => {
  let [dropped, answered] = [0, 0];
  const entry = {
    bytes: Buffer.from('{}'),
    gzip: false,
    isLimited: () => false,
    answered: () => void answered++,
    drop: () => void dropped++,
  };
  const remainder = {
    origin: `http://127.0.0.1:${await closedPort()}`,
    options: { path: '/', headers: {}, ca: undefined },
    connectBy: undefined,
    concurrency: 4,
    requestTimeoutMs: 1_000,
    entries: Array.from({ length: 200_000 }, () => entry),
  };
  const drain = new ExitDrain();
  drain.run([{ remainder, timeoutMs: 20 }]);
  expect(dropped + answered).toBe(200_000);
  // Of these, late answers to the others settle none.
  drain.run([{ remainder: { ...remainder, entries: [entry] }, timeoutMs: 5_000 }]);
  expect(dropped + answered).toBe(200_001);
  drain.close();
});
