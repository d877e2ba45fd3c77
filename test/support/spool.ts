import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeHeader, encodeRecord, type SpoolRecord } from '../../src/spool/frame.js';
import { destinationDirectory } from '../../src/spool/home.js';
import type { Recovered } from '../../src/spool/reader.js';
import { Spool, type SpoolOptions, type SpoolWorld } from '../../src/spool/spool.js';

export const DESTINATION = 'http://key@host/1';

/** A directory of its own for a test, gone afterwards. */
export class TemporaryDirectory {
  readonly path: string = mkdtempSync(join(tmpdir(), 'jackdaw-spool-'));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A spool with its listener, which remembers what it was told. */
export class OpenSpool {
  readonly spool: Spool;
  readonly lost: string[] = [];
  readonly recovered: Record<string, number> = {};
  readonly problems: string[] = [];
  readonly messages: string[] = [];
  available = 0;

  constructor(dir: string, options: Partial<SpoolOptions> = {}, world: SpoolWorld = {}) {
    const defaults = { destination: DESTINATION, maxBytes: 64 << 20, maxAgeMs: 86_400_000, sync: 'process' };
    this.spool = new Spool(
      { ...defaults, dir, ...options } as SpoolOptions,
      {
        lost: (reason, category, quantity) => this.lost.push(`${reason} ${category} ${quantity}`),
        recovered: (category, quantity) => {
          this.recovered[category] = (this.recovered[category] ?? 0) + quantity;
        },
        problem: (error) => {
          this.problems.push(error.code);
          this.messages.push(error.message);
        },
        available: () => {
          this.available++;
        },
      },
      world,
    );
  }

  /** Everything that `next` gives now. */
  async drain(): Promise<Recovered[]> {
    const all: Recovered[] = [];
    for (let one = await this.spool.next(); one !== undefined; one = await this.spool.next()) all.push(one);
    return all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.spool.close();
  }
}

export function record(text: string, changes: Partial<SpoolRecord> = {}): SpoolRecord {
  return { category: 'error', quantity: 1, level: 'error', payload: Buffer.from(text), ...changes };
}

export function textsOf(records: readonly Recovered[]): string[] {
  return records.map(({ record: { payload } }) => Buffer.from(payload).toString());
}

/** Waits until something is so. */
export async function until(isSo: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`still not so: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The bytes of a segment, its records numbered from 1, as of `time`. */
export function segmentOf(records: readonly SpoolRecord[], time: number = Date.now()): Buffer {
  const frames = records.flatMap((one, index) => {
    const { head, payload } = encodeRecord(index + 1, time, one);
    return [head, payload];
  });
  return Buffer.concat([encodeHeader(time, 'writer'), ...frames]);
}

/** A directory as somebody leaves it who closes a spool: with these files, for `destination`. */
export function leaveBehind(
  dir: string,
  files: Readonly<Record<string, Uint8Array>>,
  name: string = 'host-1-0123456789ab',
): string {
  const path = join(destinationDirectory(dir, DESTINATION), name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  writeFileSync(join(path, 'left'), '');
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes, { mode: 0o600 });
  return path;
}

/** The name of the only segment, mostly. */
export const SEGMENT = '00000000000000000001.seg';
export const ACKS = '00000000000000000001.ack';

/** All files below a directory, but not the directories. */
export function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}
