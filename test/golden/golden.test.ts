import { describe, expect, it } from 'vitest';
import type { ErrorEvent, StackFrame } from '../../src/protocol/event.js';
import { runApp } from '../support/run-app.js';

const SHOP = `class PaymentError extends Error {
  name = 'PaymentError';
  status = 402;
}

exports.pay = function pay(order) {
  const refused = { code: 'ECONNREFUSED', errno: -111, syscall: 'connect' };
  const cause = Object.assign(new Error('connect ECONNREFUSED 10.0.0.5:443'), refused);
  throw new PaymentError('the bank does not answer', { cause });
};
`;

const WINSTON = `const winston = require('MODULES/winston');
const { JackdawTransport, keepOriginals } = require('JACKDAW/adapters/winston.js');
const { combine, splat } = winston.format;
const transport = new JackdawTransport(options);
const logger = winston.createLogger({ format: combine(keepOriginals(), splat()), transports: [transport] });
const fail = (text, order, error, fields) => logger.error(text, order, { error, ...fields });
const info = (text, fields) => logger.info(text, fields);`;

const PINO = `const { pino } = require('MODULES/pino');
const jackdaw = require('JACKDAW/adapters/pino.js');
const logger = pino({ name: 'shop', hooks: { logMethod: jackdaw.logHook } }, jackdaw(options));
const fail = (text, order, err, fields) => logger.error({ err, ...fields }, text, order);
const info = (text, fields) => logger.info(fields, text);`;

const LOG4JS = `const log4js = require('MODULES/log4js');
const appenders = { jackdaw: { type: require('JACKDAW/adapters/log4js.js'), ...options } };
log4js.configure({ appenders, categories: { default: { appenders: ['jackdaw'], level: 'info' } } });
const logger = log4js.getLogger('shop');
const fail = (text, order, error, fields) => logger.error(text, order, { error, ...fields });
const info = (text, fields) => logger.info(text, fields);`;

/** The same story, told by each logger. */
function main(host: string): string {
  return `const { scope } = require('JACKDAW/index.js');
const { deterministic } = require('JACKDAW/testing.js');
const { pay } = require('./shop.js');
const options = { ...deterministic(), release: 'shop@1.2.3', environment: 'production', serverName: 'shop-1' };
${host}

scope.setUser({ id: '4' });
scope.setTransaction('POST /orders');
scope.setTag('tenant', 'acme');
scope.setRequest({ method: 'POST', url: '/orders?coupon=JD', headers: { host: 'shop.example' } });
info('order received', { order: 4711, card: '4111 1111 1111 1111' });
options.world.advance(250);
try {
  pay(4711);
} catch (error) {
  fail('payment of order %s failed', 4711, error, { amount: 99.5, apiKey: 'hunter2' });
}
`;
}

/** Without what the version of Node and of jackdaw change. */
function stable(event: ErrorEvent): object {
  const version = '…';
  const packages = [{ name: 'npm:jackdaw', version }];
  const isOwn = ({ in_app }: StackFrame): boolean => in_app === true;
  const values = event.exception?.values.map((error) => ({
    ...error,
    stacktrace: { frames: error.stacktrace?.frames.filter(isOwn) },
  }));
  return { ...event, sdk: { ...event.sdk, version, packages }, exception: { values } };
}

describe('an error with all that is known of it, by', () => {
  it.each([
    ['winston', WINSTON],
    ['pino', PINO],
    ['log4js', LOG4JS],
  ])('%s is the event that the docs show (npx vitest run test/golden -u writes it anew)', async (name, host) => {
    const { code, stderr, events } = await runApp({ 'main.js': main(host), 'shop.js': SHOP });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(events).toHaveLength(1);
    const text = JSON.stringify(events.map(stable)[0], null, 2).replace(/"[^"]*\/jackdaw-app-[^/]*/g, '"/app');
    expect(text).not.toMatch(/hunter2|4111/);
    await expect(`${text}\n`).toMatchFileSnapshot(`./${name}.json`);
  });
});
