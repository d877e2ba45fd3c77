import { parseArgs } from 'node:util';
import { DEFAULTS, MAX_TIMER_MS } from '../client/defaults.js';
import type { Settings } from '../client/settings.js';
import { printable as oneLine } from '../inbox/printable.js';
import { type View, viewFor } from '../inbox/view.js';
import { type Dsn, envelopeUrl } from '../protocol/dsn.js';
import { updateRateLimits } from '../protocol/rate-limits.js';
import { printable } from '../transport/delivery-error.js';
import type { HttpReply } from '../transport/exchange.js';
import { isSuccess } from '../transport/retry-schedule.js';
import { type Command, type CommandIo, UsageError } from './command.js';
import { dsnArgument } from './dsn-argument.js';
import { explainError, type Way } from './explain-error.js';
import { explainStatus } from './explain-status.js';
import { formatRows, LABEL_WIDTH, type Row } from './rows.js';
import { type Answer, sendTestEvent, type TestEvent } from './send-test-event.js';

/** Sends one real event and says what came of it. */
export const testCommand: Command = {
  name: 'test',
  summary: 'send a real event and explain what the server answers',
  help: `jackdaw test [options] [<dsn>]

Sends one error with a stack the way your program would, waits for the answer and explains it.
Takes SENTRY_DSN from the environment when no DSN is given. The DSN stands in the settings of a
project; without an account, 'jackdaw inbox' in another terminal prints one to try.

  --message <text>      the message of the error
  --tag <key>=<value>   a tag of the event; for more tags, more than once
  --release <name>      default: SENTRY_RELEASE, else detected as in your program
  --environment <name>  default: SENTRY_ENVIRONMENT, else ${DEFAULTS.environment}
  --timeout <ms>        longest time for the request; default ${DEFAULTS.requestTimeoutMs}
  --proxy <url>         a proxy on the way; 'env': as HTTPS_PROXY and its like say
  --ca <file>           certificates of the authorities to trust, in PEM form

Exits with 0 when the server took the event, with 1 when it did not.`,
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { positionals, event } = parse(args);
  const dsn = dsnArgument(positionals, io.env);
  const view = viewFor(io.stdout, io.env);
  const print = (rows: readonly Row[]): unknown => io.stdout.write(formatRows(rows, view));
  const { eventId, settings, answer } = sendTestEvent(dsn, event, io);
  print(requestRows(dsn, eventId, settings, view));
  const { reply, ms } = await answer;
  print(answerRows({ reply, ms }, dsn, view));
  const failure = failureOf(reply, dsn, { env: io.env, proxy: settings.transport.proxy });
  if (failure !== undefined) throw failure;
  print([['result', view.paint('green', `delivered: look for it in project ${dsn.projectId}`)]]);
  return 0;
}

function parse(args: readonly string[]): { readonly positionals: readonly string[]; readonly event: TestEvent } {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      message: { type: 'string', default: "A test event of 'jackdaw test'" },
      tag: { type: 'string', multiple: true, default: [] },
      release: { type: 'string' },
      environment: { type: 'string' },
      timeout: { type: 'string' },
      proxy: { type: 'string' },
      ca: { type: 'string' },
    },
    allowPositionals: true,
  });
  const { message, tag, timeout, ...options } = values;
  const requestTimeoutMs = timeout === undefined ? undefined : parseTimeout(timeout);
  return { positionals, event: { ...options, message, tags: parseTags(tag), requestTimeoutMs } };
}

function parseTimeout(text: string): number {
  const ms = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (ms >= 1 && ms <= MAX_TIMER_MS) return ms;
  throw new UsageError(`--timeout takes milliseconds, from 1 to ${MAX_TIMER_MS}`);
}

function parseTags(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, key, value] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
      if (key === undefined || value === undefined) throw new UsageError('--tag takes <key>=<value>');
      return [key, value];
    }),
  );
}

function requestRows(dsn: Dsn, eventId: string, { release, environment }: Settings, view: View): Row[] {
  const shown = (text: string): string => oneLine(text, view.width - LABEL_WIDTH);
  const rows: Row[] = [
    ['envelopes', `POST ${envelopeUrl(dsn)}`],
    ['event', eventId],
    ['release', shown(release ?? '') || 'none'],
    ['environment', shown(environment)],
  ];
  const { transport = 'http' } = dsn;
  const warning = `the DSN asks for the transport ${transport}, but this test goes over http`;
  return transport === 'http' ? rows : [...rows, ['warning', warning, 'yellow']];
}

function answerRows({ reply, ms }: Answer, dsn: Dsn, view: View): Row[] {
  const took: Row = ['took', `${Math.ceil(ms)} ms, connection included`];
  if (reply instanceof Error) return [['status', view.paint('red', 'no answer')], took];
  const status = view.paint(isSuccess(reply.status) ? 'green' : 'red', String(reply.status));
  const rows: Row[] = [['status', status], took, ['limits', limitsOf(reply)]];
  const said = saidBy(reply, dsn);
  return said === '' ? rows : [...rows, ['says', said]];
}

/** The limits that the server sets, as the transport understands them. */
function limitsOf(reply: HttpReply): string {
  const now = Date.now();
  const limits = [...updateRateLimits(new Map(), reply, now)].map(([category, until]) => {
    return `${category === '*' ? 'everything' : category} for ${Math.ceil((until - now) / 1_000)} s`;
  });
  if (limits.length === 0) return 'none announced';
  const silent = reply.headers['x-sentry-rate-limits'] === undefined && reply.headers['retry-after'] === undefined;
  return silent ? `none announced; jackdaw pauses ${limits.join(', ')}` : limits.join(', ');
}

function saidBy({ text }: HttpReply, dsn: Dsn): string {
  return /^\s*<(?:!doctype|html)\b/i.test(text) ? 'a web page: this may be no server for events' : printable(text, dsn);
}

function failureOf(reply: HttpReply | Error, dsn: Dsn, way: Way): Error | undefined {
  if (!(reply instanceof Error) && isSuccess(reply.status)) return undefined;
  const { problem, advice } = reply instanceof Error ? explainError(reply, dsn, way) : explainStatus(reply, dsn);
  return new Error([problem, ...advice].join('\n  '));
}
