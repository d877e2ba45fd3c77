import { parseArgs } from 'node:util';
import { renderItem } from '../inbox/render.js';
import { type Inbox, type InboxItem, startInbox } from '../inbox/server.js';
import { type View, viewFor } from '../inbox/view.js';
import { type Command, type CommandIo, UsageError } from './command.js';
import { jsonLine } from './json-text.js';

/** Spotlight's, where Sentry's SDKs look for a local receiver. */
const DEFAULT_PORT = 8969;

/** Runs an inbox in the terminal until it is told to stop. */
export const inboxCommand: Command = {
  name: 'inbox',
  summary: 'a local receiver: shows what your program sends, without an account',
  help: `jackdaw inbox [options]

Listens on 127.0.0.1 until Ctrl+C and prints each item that arrives.

  --port <n>   the port; default ${DEFAULT_PORT}, 0 for any free one
  --json       print each item as one line of JSON; everything else goes to stderr
  --quiet      print the DSN and nothing more; items are still kept for GET /items`,
  run,
};

async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: String(DEFAULT_PORT) },
      json: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
    },
  });
  const view = viewFor(io.stdout, io.env);
  const show = values.json ? jsonLine : (item: InboxItem) => `${renderItem(item, view)}\n`;
  const inbox = await open(parsePort(values.port), (item) => {
    if (!values.quiet) io.stdout.write(show(item));
  });
  const talk = values.json ? io.stderr : io.stdout;
  talk.write(values.quiet ? `${inbox.dsn}\n` : introduction(inbox, viewFor(talk, io.env)));
  await aborted(io.signal);
  await inbox.close();
  return 0;
}

/** Without a signal it never settles: only the end of the process ends the inbox. */
function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError('--port takes a number from 0 to 65535');
}

async function open(port: number, onItem: (item: InboxItem) => void): Promise<Inbox> {
  try {
    return await startInbox({ port, onItem });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new Error(`port ${port} is in use; choose another with --port, or any free one with --port 0`, { cause });
  }
}

function introduction({ dsn, url }: Inbox, view: View): string {
  return `
  ${view.paint('bold', 'jackdaw inbox')} is listening, on this machine only. Ctrl+C ends it.

  ${view.paint('dim', 'DSN')}    ${view.paint('cyan', dsn)}
  ${view.paint('dim', 'items')}  ${url}/items

  Try it with winston:

    logger.add(new JackdawTransport({ dsn: '${dsn}' }))
    logger.error(new Error('Hello, inbox'))

`;
}
