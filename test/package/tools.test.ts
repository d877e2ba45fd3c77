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

function jestTest(end: string): string {
  return `
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
  ${end}
});
`;
}

useInbox();

function expectAllThree({ code, stderr, events }: Report, expectedCode: number = 0): void {
  expect(code, stderr).toBe(expectedCode);
  expect(events.map(({ exception }) => exception?.values.map(({ type, value }) => `${type}: ${value}`))).toEqual([
    ['TypeError: w'],
    ['TypeError: p'],
    ['TypeError: l'],
  ]);
}

it('all loggers report from a CommonJS test of jest, which then ends by itself', async () => {
  const app = await flatApp();
  write(app, 'jest/loggers.test.js', jestTest('expect(await client.close()).toBe(true);'));
  const report = await reportOf(app, join(await tools(), 'node_modules/.bin/jest'), ['--rootDir', 'jest']);
  expectAllThree(report);
  expect(report.stderr).not.toMatch(/did not exit|open handle/i);
});

describe('a test of jest that ends the process', () => {
  async function endWith(end: string): Promise<Report> {
    const app = await flatApp();
    write(app, 'jest-exit/loggers.test.js', jestTest(end));
    return reportOf(app, join(await tools(), 'node_modules/.bin/jest'), ['-i', '--rootDir', 'jest-exit']);
  }

  it('has a `process` of its own, whose listeners never hear of the end', async () => {
    const { code, events } = await endWith('process.exit(3);');
    expect({ code, events }).toEqual({ code: 3, events: [] });
  });

  it('delivers what all loggers reported where they are told, among the globals that jest makes for a test', async () => {
    expectAllThree(await endWith("process.emit('exit', 3); process.exit(3);"), 3);
  });
});

describe('bundled by esbuild', () => {
  async function bundle(outfile: string, program: string, ...flags: readonly string[]): Promise<string> {
    const app = await flatApp();
    write(app, 'bundled.mjs', program);
    const common = ['bundled.mjs', '--bundle', '--platform=node', '--log-level=warning', `--outfile=${outfile}`];
    await succeed(app, join(await tools(), 'node_modules/.bin/esbuild'), [...common, ...flags]);
    return app;
  }

  it('all loggers report from one CommonJS file with nothing beside it', async () => {
    const app = await bundle('out/all.cjs', PROGRAM, '--format=cjs');
    const empty = await layout('bundle', async (folder) =>
      copyFileSync(join(app, 'out/all.cjs'), join(folder, 'all.cjs')),
    );
    expectAllThree(await reportOf(empty, process.execPath, ['all.cjs']));
  });

  it('they do before process.exit(), too, whose thread needs no file', async () => {
    const app = await bundle('out/exit.cjs', `${PROGRAM}process.exit(3);`, '--format=cjs', '--minify');
    const empty = await layout('bundle with an exit', async (folder) =>
      copyFileSync(join(app, 'out/exit.cjs'), join(folder, 'exit.cjs')),
    );
    expectAllThree(await reportOf(empty, process.execPath, ['exit.cjs']), 3);
  });

  it('all loggers report from an ES module that leaves packages outside', async () => {
    const app = await bundle('out/own.mjs', PROGRAM, '--format=esm', '--packages=external');
    expectAllThree(await reportOf(app, process.execPath, ['out/own.mjs']));
  });
});
