import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Inbox, startInbox } from '../src/inbox/server.js';
import type { ErrorEvent } from '../src/index.js';

const root = join(__dirname, '..');
const examples = join(root, 'examples');

let inbox: Inbox;
beforeAll(async () => {
  inbox = await startInbox();
});
afterAll(() => inbox.close());

interface Finished {
  readonly code: number | null;
  readonly output: string;
}

async function run(file: string, env: Record<string, string> = {}): Promise<Finished> {
  const child = spawn(process.execPath, [join(examples, file)], { cwd: root, env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  return { code: code as number | null, output };
}

async function eventsOf(file: string): Promise<{ events: ErrorEvent[]; finished: Finished }> {
  inbox.clear();
  const finished = await run(file, { SENTRY_DSN: inbox.dsn });
  return { finished, events: inbox.items('event').map((item) => item.payload as unknown as ErrorEvent) };
}

describe('the examples', () => {
  it('winston.mjs delivers the error with its breadcrumb, and the password does not leave', async () => {
    const { events, finished } = await eventsOf('winston.mjs');
    expect(finished.code, finished.output).toBe(0);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      level: 'error',
      logentry: { formatted: expect.stringContaining('row 17 is not JSON') },
      exception: { values: [{ type: 'SyntaxError' }] },
      extra: { row: 17 },
      breadcrumbs: { values: [{ message: 'import started', data: { file: 'customers.csv', password: '[Filtered]' } }] },
    });
    expect(JSON.stringify(inbox.items())).not.toContain('never leaves this process');
  });

  it('winston.cjs delivers the message with its template, tags and environment', async () => {
    const { events, finished } = await eventsOf('winston.cjs');
    expect(finished.output).toContain('all delivered');
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      environment: 'staging',
      tags: { job: 'nightly', tenant: 'acme' },
      logentry: {
        formatted: 'invoice R-2026-0042 failed after 3 attempts',
        message: 'invoice %s failed after %d attempts',
        params: ['R-2026-0042', '3'],
      },
      breadcrumbs: { values: [{ message: '3 invoices to send' }] },
    });
  });

  it('the tour behind npm start shows both errors of the order service and exits with 0', async () => {
    const { code, output } = await run('start.mjs');
    expect(code, output).toBe(0);
    expect(output).toContain('PaymentError: cannot charge order 4711');
    expect(output).toContain('extra.card');
    expect(output).toContain('2 errors logged, 2 events received');
    expect(output).not.toContain('correct horse battery staple');
  });

  it.each(readdirSync(examples))('%s stays below 60 lines, and below 40 but for the tour', (file) => {
    const lines = readFileSync(join(examples, file), 'utf8').split('\n').length;
    expect(lines).toBeLessThan(file === 'start.mjs' || file === 'order-service.mjs' ? 60 : 40);
  });
});
