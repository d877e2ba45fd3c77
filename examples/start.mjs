// The tour behind `npm start`: an inbox in a process of its own, a service that logs, and what arrived.
// `npm start -- --keep` leaves the inbox open.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { renderItem, viewFor } from 'jackdaw/inbox';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const keep = process.argv.includes('--keep');
const view = viewFor(process.stdout, process.env);
const say = (text = '') => process.stdout.write(`${text}\n`);

const inbox = spawn(process.execPath, [file('../dist/cli/main.js'), 'inbox', '--quiet', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [dsn] = await once(createInterface(inbox.stdout), 'line');
const { origin } = new URL(dsn);

say(`\n${view.paint('bold', 'An inbox is listening')} at ${origin}; an order service logs to it through winston …\n`);
const service = fork(file('order-service.mjs'), { env: { ...process.env, SENTRY_DSN: dsn } });
const [stats] = await once(service, 'message');

const items = await (await fetch(`${origin}/items?type=event`)).json();
for (const item of items) say(renderItem(item, view));

const complete = items.length > 0 && items.length === stats.accepted.error;
say(`${complete ? '✓' : '✗'} ${stats.accepted.error} errors logged, ${items.length} events received`);
say(`
To try it with a server of your own:

  SENTRY_DSN=https://<key>@<host>/<project> node examples/order-service.mjs
`);

if (keep) {
  say(`The inbox stays open; Ctrl+C ends it.\n\n  SENTRY_DSN=${dsn} node examples/order-service.mjs\n`);
  process.once('SIGINT', () => inbox.kill());
  await once(inbox, 'exit');
} else {
  inbox.kill();
}
process.exitCode = complete ? 0 : 1;
