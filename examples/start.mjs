// The tour behind `npm start`: an inbox in a process of its own, services that log, and what arrived.
// `npm start -- --keep` leaves the inbox open.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { renderItem, viewFor } from 'jackdaw/inbox';

/** Each logger's service, and how many errors it logs: so many events must arrive. */
const SERVICES = [
  { logger: 'winston', file: 'order-service.mjs', errors: 2 },
  { logger: 'pino', file: 'pino.mjs', errors: 1 },
  { logger: 'pino in a worker', file: 'pino-worker.mjs', errors: 1 },
  { logger: 'log4js', file: 'log4js.mjs', errors: 1 },
];

const path = (file) => fileURLToPath(new URL(file, import.meta.url));
const view = viewFor(process.stdout, process.env);
const say = (text = '') => process.stdout.write(`${text}\n`);

const inbox = spawn(process.execPath, [path('../dist/cli/main.js'), 'inbox', '--quiet', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [dsn] = await once(createInterface(inbox.stdout), 'line');
const { origin } = new URL(dsn);
const env = { ...process.env, SENTRY_DSN: dsn };

say(`\n${view.paint('bold', 'An inbox is listening')} at ${origin}; four services log to it …\n`);
let received = 0;
let complete = true;
for (const { logger, file, errors } of SERVICES) {
  say(`${view.paint('bold', logger)}, examples/${file}\n`);
  const service = spawn(process.execPath, [path(file)], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(service, 'exit');
  const items = await (await fetch(`${origin}/items?type=event`)).json();
  for (const item of items.slice(received)) say(renderItem(item, view));
  complete &&= code === 0 && items.length - received === errors;
  received = items.length;
}

const logged = SERVICES.reduce((sum, { errors }) => sum + errors, 0);
say(`${complete ? '✓' : '✗'} ${logged} errors logged, ${received} events received`);
say(`
To try it with a server of your own:

  SENTRY_DSN=https://<key>@<host>/<project> node examples/order-service.mjs
`);

if (process.argv.includes('--keep')) {
  say(`The inbox stays open; Ctrl+C ends it.\n\n  SENTRY_DSN=${dsn} node examples/order-service.mjs\n`);
  process.once('SIGINT', () => inbox.kill());
  await once(inbox, 'exit');
} else {
  inbox.kill();
}
process.exitCode = complete ? 0 : 1;
