import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flatApp, write } from './layouts.js';
import { run } from './run.js';

const TSC = join(__dirname, '../../node_modules/typescript/bin/tsc');

const PROGRAM = `
import { type ClientOptions, createClient, type Processor, runInScope, scope, type Stats } from 'jackdaw';
import { startInbox } from 'jackdaw/inbox';
import * as jackdawLog4js from 'jackdaw/log4js';
import jackdawPino, { logHook, scopeMixin } from 'jackdaw/pino';
import { memoryTransport } from 'jackdaw/testing';
import { JackdawTransport, keepOriginals } from 'jackdaw/winston';
import log4js from 'log4js';
import pino from 'pino';
import winston from 'winston';

const keep: Processor = (event, { originalException }) => (originalException instanceof TypeError ? null : event);
const options: ClientOptions = { processors: [keep], transport: memoryTransport() };
const client = createClient(options);
const stats: Stats = client.stats();

const logger: winston.Logger = winston.createLogger({
  format: winston.format.combine(keepOriginals(), winston.format.json()),
  transports: [new JackdawTransport({ client }), new JackdawTransport({ dsn: '', level: 'info' })],
});
logger.add(new JackdawTransport());

const destination: jackdawPino.Destination = jackdawPino({ client: () => client });
const inProcess: pino.Logger = pino(
  { mixin: scopeMixin, hooks: { logMethod: logHook } },
  pino.multistream([{ stream: process.stdout }, { stream: destination }]),
);
const worker: jackdawPino.WorkerOptions = { dsn: '', configFile: './jackdaw.config.mjs' };
const inWorker = (): pino.Logger => pino({ transport: { targets: [{ target: 'jackdaw/pino', options: worker }] } });

log4js.configure({
  appenders: {
    name: { type: 'jackdaw/log4js', dsn: '', release: 'shop@1.2.3' },
    module: { type: jackdawLog4js, client: () => client },
  },
  categories: { default: { appenders: ['name', 'module'], level: 'info' } },
});

// @ts-expect-error an option that does not exist
createClient({ evenLevel: 'error' });
// @ts-expect-error a level that does not exist
new JackdawTransport({ eventLevel: 'loud' });

runInScope(() => scope.setTag('tenant', 'acme'));
export { inProcess, inWorker, startInbox, stats };
`;

const COMMON = {
  target: 'es2023',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  // The typings of the hosts hold as well.
  skipLibCheck: false,
  noEmit: true,
};

describe('a TypeScript program that uses every entry point compiles', () => {
  it.each([
    ['as an ES module under nodenext', 'program.mts', { module: 'nodenext' }],
    ['as CommonJS under nodenext', 'program.cts', { module: 'nodenext' }],
    ['for a bundler', 'bundled.ts', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('%s', async (_way, file, kind) => {
    const app = await flatApp();
    write(app, file, PROGRAM);
    write(app, `${file}.json`, JSON.stringify({ compilerOptions: { ...COMMON, ...kind }, files: [file] }));
    const { code, stdout } = await run(app, process.execPath, [TSC, '-p', `${file}.json`]);
    expect(code, stdout).toBe(0);
  });
});
