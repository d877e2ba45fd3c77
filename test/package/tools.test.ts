import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flatApp, layout, tools, write } from './layouts.js';
import { type Report, reportOf, useInbox } from './report.js';
import { succeed } from './run.js';

/** Three loggers, one client; log4js gets the appender as a module, which a bundler can see. */
const BODY = `
const client = createClient();
winston.createLogger({ transports: [new JackdawTransport({ client })] }).error('from winston', new TypeError('w'));
pino({ hooks: { logMethod: logHook } }, jackdaw({ client })).error(new TypeError('p'), 'from pino');
log4js.configure({
  appenders: { jackdaw: { type: { configure }, client: () => client } },
  categories: { default: { appenders: ['jackdaw'], level: 'info' } },
});
log4js.getLogger().error('from log4js', new TypeError('l'));
`;

const PROGRAM = `
import { createClient } from 'jackdaw';
import { configure } from 'jackdaw/log4js';
import jackdaw, { logHook } from 'jackdaw/pino';
import { JackdawTransport } from 'jackdaw/winston';
import log4js from 'log4js';
import pino from 'pino';
import winston from 'winston';
${BODY}`;

const JEST_TEST = `
const { createClient } = require('jackdaw');
const { configure } = require('jackdaw/log4js');
const jackdaw = require('jackdaw/pino');
const { logHook } = jackdaw;
const { JackdawTransport } = require('jackdaw/winston');
const log4js = require('log4js');
const pino = require('pino');
const winston = require('winston');

test('three loggers', async () => {
  ${BODY}
  expect(await client.close()).toBe(true);
});
`;

useInbox();

function expectAllThree({ code, stderr, events }: Report): void {
  expect(code, stderr).toBe(0);
  expect(events.map(({ exception }) => exception?.values.map(({ type, value }) => `${type}: ${value}`))).toEqual([
    ['TypeError: w'],
    ['TypeError: p'],
    ['TypeError: l'],
  ]);
}

it('all loggers report from a CommonJS test of jest, which then ends by itself', async () => {
  const app = await flatApp();
  write(app, 'jest/loggers.test.js', JEST_TEST);
  const report = await reportOf(app, join(await tools(), 'node_modules/.bin/jest'), ['--rootDir', 'jest']);
  expectAllThree(report);
  expect(report.stderr).not.toMatch(/did not exit|open handle/i);
});

describe('bundled by esbuild', () => {
  async function bundle(outfile: string, ...flags: readonly string[]): Promise<string> {
    const app = await flatApp();
    write(app, 'bundled.mjs', PROGRAM);
    const common = ['bundled.mjs', '--bundle', '--platform=node', '--log-level=warning', `--outfile=${outfile}`];
    await succeed(app, join(await tools(), 'node_modules/.bin/esbuild'), [...common, ...flags]);
    return app;
  }

  it('all loggers report from one CommonJS file with nothing beside it', async () => {
    const app = await bundle('out/all.cjs', '--format=cjs');
    const empty = await layout('bundle', async (folder) =>
      copyFileSync(join(app, 'out/all.cjs'), join(folder, 'all.cjs')),
    );
    expectAllThree(await reportOf(empty, process.execPath, ['all.cjs']));
  });

  it('all loggers report from an ES module that leaves packages outside', async () => {
    const app = await bundle('out/own.mjs', '--format=esm', '--packages=external');
    expectAllThree(await reportOf(app, process.execPath, ['out/own.mjs']));
  });
});
