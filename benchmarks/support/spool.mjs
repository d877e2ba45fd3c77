import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/** Opens a spool as the client does, in a directory of its own; `remove` closes it and takes that away. */
export function openSpool({ sync, dir = mkdtempSync(join(tmpdir(), 'jackdaw-spool-')) }) {
  // No part of the public API: taken from where it is.
  const { Spool } = require(join(require.resolve('jackdaw/package.json'), '../dist/spool/spool.js'));
  const options = { dir, destination: 'bench', maxBytes: 2 ** 30, maxAgeMs: 86_400_000, sync };
  const spool = new Spool(options, {
    available() {},
    recovered() {},
    lost: (...loss) => fail(loss.join(' ')),
    problem: ({ message }) => fail(message),
  });
  const remove = async () => {
    await spool.close();
    rmSync(dir, { recursive: true, force: true });
  };
  return { spool, dir, remove };
}

function fail(message) {
  throw new Error(message);
}
