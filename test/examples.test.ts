import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'jackdaw-examples-')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Finished {
  readonly code: number | null;
  readonly output: string;
}

async function run(file: string, env: Record<string, string> = {}, args: readonly string[] = []): Promise<Finished> {
  const child = spawn(process.execPath, [resolve(examples, file), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
  });
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

// Each starts a process, the tour six of them.
describe('the examples', { timeout: 30_000 }, () => {
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

  it('pino.mjs delivers the error with class, stack and template, and the token does not leave', async () => {
    const { events, finished } = await eventsOf('pino.mjs');
    expect(finished.code, finished.output).toBe(0);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      logger: 'parcels',
      logentry: { formatted: 'no label for parcel JD-17', message: 'no label for parcel %s', params: ['JD-17'] },
      exception: { values: [{ type: 'TypeError', value: 'Invalid URL' }] },
      extra: { weight: 2.4 },
      breadcrumbs: { values: [{ message: 'parcel accepted', data: { parcel: 'JD-17', accessToken: '[Filtered]' } }] },
    });
    expect(JSON.stringify(inbox.items())).not.toContain('never leaves this process');
  });

  it('pino-worker.mjs delivers the error with the tags of its scope, in spite of process.exit()', async () => {
    const { events, finished } = await eventsOf('pino-worker.mjs');
    expect(finished.code, finished.output).toBe(0);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      logger: 'invoices',
      release: 'invoices@2.0.1',
      tags: { tenant: 'acme' },
      logentry: { formatted: 'invoice failed' },
      exception: { values: [{ type: 'RangeError', value: 'no rate for XAU' }] },
      breadcrumbs: { values: [{ message: 'run started', data: { invoices: 3 } }] },
    });
  });

  it('spool.mjs delivers in its second run what the first was killed over', async () => {
    const { events, finished } = await eventsOf('spool.mjs');
    expect(finished.output).toContain('the first run died of SIGKILL');
    expect(finished.output).toContain('took over 1 event and delivered it');
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      logentry: { formatted: 'order failed no stock for JD-42' },
      exception: { values: [{ type: 'Error', value: 'no stock for JD-42' }] },
    });
  });

  it('log4js.cjs delivers the error with its template and context, and the password does not leave', async () => {
    const { events, finished } = await eventsOf('log4js.cjs');
    expect(finished.code, finished.output).toBe(0);
    expect(finished.output).toContain('shut down');
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      logger: 'imports.customers',
      release: 'imports@3.1.0',
      tags: { tenant: 'acme' },
      logentry: { message: 'row %d is not JSON' },
      exception: { values: [{ type: 'SyntaxError' }] },
      breadcrumbs: { values: [{ message: 'import of customers.csv started', data: { password: '[Filtered]' } }] },
    });
    expect(JSON.stringify(inbox.items())).not.toContain('never leaves this process');
  });

  it('log4js.mjs delivers through the client it was given', async () => {
    const { events, finished } = await eventsOf('log4js.mjs');
    expect(finished.code, finished.output).toBe(0);
    expect(finished.output).toContain('all delivered');
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      logger: 'warehouse',
      environment: 'staging',
      logentry: { formatted: 'shelf B-12 holds 3 items instead of 5', params: ['B-12', '3', '5'] },
      breadcrumbs: { values: [{ message: 'stock count started', data: { shelf: 'B-12' } }] },
    });
  });

  it('custom-processor.mjs drops the hang-up, and sends the refused transfer masked and grouped', async () => {
    const { events, finished } = await eventsOf('custom-processor.mjs');
    expect(finished.code, finished.output).toBe(0);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      fingerprint: ['partner', 'bank'],
      logentry: { formatted: 'transfer to [Filtered] refused' },
    });
  });

  it('own-transport.mjs writes its event into the file', async () => {
    const file = join(folder, 'errors.jsonl');
    const { code, output } = await run('own-transport.mjs', {}, [file]);
    expect(code, output).toBe(0);
    expect(output).toContain('1 event written');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { exception: { values: [{ type: 'Error', value: 'the disk is nearly full' }] } },
    ]);
  });

  it('typescript.ts compiles under strict, runs, and delivers the error its processor has lowered', async () => {
    // Outside of the package, as a user's program: with nothing but what it imports.
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/jackdaw'));
    symlinkSync(join(root, 'node_modules/winston'), join(folder, 'node_modules/winston'));
    symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'));
    copyFileSync(join(examples, 'typescript.ts'), join(folder, 'typescript.ts'));
    const compilerOptions = { strict: true, target: 'es2023', module: 'nodenext', types: ['node'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
    const compiled = await run(join(root, 'node_modules/typescript/bin/tsc'), {}, ['-p', folder]);
    expect(compiled.code, compiled.output).toBe(0);
    const { events, finished } = await eventsOf(join(folder, 'typescript.js'));
    expect(finished.code, finished.output).toBe(0);
    expect(finished.output).toContain('1 of 1 delivered');
    expect(events).toMatchObject([
      { level: 'warning', user: { id: 'ada' }, exception: { values: [{ type: 'QuotaError' }] } },
    ]);
  });

  it('the tour behind npm start shows the errors of all loggers and exits with 0', async () => {
    const { code, output } = await run('start.mjs');
    expect(code, output).toBe(0);
    expect(output).toContain('PaymentError: cannot charge order 4711');
    expect(output).toContain('extra.card');
    expect(output).toContain('TypeError: Invalid URL');
    expect(output).toContain('RangeError: no rate for XAU');
    expect(output).toContain('shelf B-12 holds 3 items instead of 5');
    expect(output).toContain('5 errors logged, 5 events received');
    expect(output).not.toContain('correct horse battery staple');
    expect(output).not.toContain('never leaves this process');
  });

  it.each(readdirSync(examples))('%s stays below 60 lines, and below 40 but for the tour', (file) => {
    const lines = readFileSync(join(examples, file), 'utf8').split('\n').length;
    expect(lines).toBeLessThan(file === 'start.mjs' || file === 'order-service.mjs' ? 60 : 40);
  });
});
