import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { findCanaries } from '../support/find-canaries.js';
import { answer, reset, type Script, startScriptedServer } from '../support/scripted-server.js';

vi.setConfig({ testTimeout: 60_000 });

const CHILD = join(__dirname, '../support/canary-child.cjs');

/** What left the process, in any way, and which secrets it had been given where. */
interface Outcome {
  readonly sent: Buffer;
  readonly onDisk: Buffer;
  readonly stderr: Buffer;
  readonly kinds: readonly string[];
  readonly places: readonly string[];
  readonly code: number | null;
}

/** Logs all kinds of secrets in all places by one process. */
async function logAll(logger: string, options: Readonly<Record<string, unknown>>, script: Script): Promise<Outcome> {
  await using server = await startScriptedServer(script);
  const dir = mkdtempSync(join(tmpdir(), 'jackdaw-canaries-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const always = { logLevel: 'trace', breadcrumbLevel: 'trace', contextLines: 0, debug: true };
  // Enough room and time for all of them.
  const roomy = { maxQueueItems: 100_000, shutdownTimeoutMs: 8_000 };
  const spool = options['spool'] === true ? { spool: dir } : {};
  const given = { dsn: server.dsn, ...always, ...roomy, ...options, ...spool };
  const child = spawn(process.execPath, [CHILD, logger, JSON.stringify(given)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close'),
  ]);
  const names = JSON.parse(Buffer.concat(stdout).toString()) as Pick<Outcome, 'kinds' | 'places'>;
  const sent = server.requests.flatMap(({ raw, body, headers }) => [
    raw,
    headers['content-encoding'] === 'gzip' ? gunzipSync(body) : Buffer.alloc(0),
  ]);
  return { ...names, code, sent: Buffer.concat(sent), onDisk: contentOf(dir), stderr: Buffer.concat(stderr) };
}

function contentOf(dir: string): Buffer {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Buffer.concat(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name))));
}

/** The secrets in these bytes, by name, each as `kind in place`. */
function secretsIn(bytes: Buffer, { kinds, places }: Outcome): string[] {
  return findCanaries(bytes).map(({ kind, place }) => `${kinds[kind]} in ${places[place]}`);
}

/** Answers that quote what they refuse, as proxies do. */
const QUOTING: Script = {
  otherwise: (exchange) => answer(400, {}, exchange.request.body.subarray(0, 4_096))(exchange),
};

const LOGGERS = ['winston', 'pino', 'pino worker', 'log4js', 'log4js cluster'];

describe('P18, D01: of 60 kinds of secrets in each place of a record', () => {
  it.each<readonly [logger: string, transport: string]>([
    ...LOGGERS.map((logger) => [logger, 'http'] as const),
    ['winston', 'thread'],
    ['winston', 'sync'],
  ])('none leaves through %s and the transport %s', async (logger, transport) => {
    const outcome = await logAll(logger, { transport }, {});
    expect(outcome.code).toBe(0);
    expect(outcome.kinds.length).toBeGreaterThanOrEqual(60);
    expect(secretsIn(outcome.sent, outcome)).toEqual([]);
    expect(secretsIn(outcome.stderr, outcome)).toEqual([]);
  });

  it.each<readonly [logger: string, fault: string, options: Readonly<Record<string, unknown>>, script: Script]>([
    ...LOGGERS.map((logger) => [logger, 'no server and a spool', { spool: true }, { otherwise: reset() }] as const),
    ['winston', 'a server that quotes', {}, QUOTING],
    ['winston', 'a server that quotes a thread', { transport: 'thread' }, QUOTING],
    ['winston', 'a server that quotes at once', { transport: 'sync' }, QUOTING],
  ])('none leaves or reaches the disk through %s with %s', async (logger, _fault, options, script) => {
    const outcome = await logAll(logger, { shutdownTimeoutMs: 500, ...options }, script);
    expect(outcome.code).toBe(0);
    expect(outcome.onDisk.length).toBeGreaterThan('spool' in options ? 1_000_000 : -1);
    expect(secretsIn(Buffer.concat([outcome.sent, outcome.onDisk]), outcome)).toEqual([]);
    expect(secretsIn(outcome.stderr, outcome)).toEqual([]);
  });

  /** What the loggers themselves leave out where they write JSON. */
  const NOT_WRITTEN: Readonly<Record<string, readonly string[]>> = {
    pino: ['a Map', 'a property of a listed error'],
    'pino worker': ['a Map', 'a property of a listed error', 'the message of a listed error'],
    'log4js cluster': [
      'a Map',
      'the message of a cause',
      'the message of an AggregateError',
      'the message of a listed error',
      'a property of a listed error',
    ],
  };

  // What the above is worth: every cell of the matrix is on its way, and is found there.
  it.each(LOGGERS)('all would leave through %s without scrubbing', async (logger) => {
    const outcome = await logAll(logger, { scrub: false }, {});
    const found = new Set(secretsIn(outcome.sent, outcome));
    const places = outcome.places.filter((place) => !NOT_WRITTEN[logger]?.includes(place));
    const expected = outcome.kinds.flatMap((kind) => places.map((place) => `${kind} in ${place}`));
    expect(expected.filter((cell) => !found.has(cell))).toEqual([]);
  });
});
