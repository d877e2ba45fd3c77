import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const SCRIPT = join(__dirname, 'ending.cjs');

/** What a process is started with. */
export interface EndingOptions {
  /** Default: the process runs without jackdaw. */
  readonly dsn?: string | undefined;
  readonly options?: Readonly<Record<string, unknown>>;
  /** How many errors it logs. Default 1. */
  readonly count?: number;
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Written to its standard input when it resolves. */
  readonly input?: Promise<unknown> | undefined;
  /** Whether it reports on itself. */
  readonly report?: boolean;
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the process says of itself after all exit listeners. */
export interface Report {
  /** How long all exit listeners took. */
  readonly exitMs: number;
  readonly accepted: Record<string, number>;
  readonly delivered: Record<string, number>;
  readonly dropped: Record<string, Record<string, number>>;
  readonly queued: Record<string, number>;
}

/** Runs a process that logs with a host and then ends in one of the ways that `ending.cjs` knows. */
export async function runEnding(
  host: string,
  ending: string,
  { dsn, options = {}, count = 1, nodeFlags = [], env = {}, input, report = false }: EndingOptions = {},
): Promise<Ending> {
  const child = spawn(process.execPath, [...nodeFlags, SCRIPT, host, ending], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...env,
      ...(dsn === undefined ? {} : { JACKDAW_DSN: dsn }),
      ...(report ? { JACKDAW_REPORT: '1' } : {}),
      JACKDAW_OPTIONS: JSON.stringify(options),
      JACKDAW_COUNT: String(count),
    },
  });
  // It may be gone before it reads.
  child.stdin.on('error', () => {});
  void input?.then(() => child.stdin.write('now'));
  const [stdout, stderr, [code, signal]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'close'),
  ]);
  // The pid stands in front of Node's own warnings.
  const said = stderr.join('').replaceAll(`(node:${child.pid})`, '(node)');
  return { code, signal, stdout: stdout.join(''), stderr: said };
}

/** The same, for a process that reports on itself. */
export async function reportOf(host: string, ending: string, options: EndingOptions): Promise<Ending & Report> {
  const end = await runEnding(host, ending, { ...options, report: true });
  const line = end.stdout.split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`no report: ${JSON.stringify(end)}`);
  return { ...end, ...(JSON.parse(line) as Report) };
}
