// Runs the suite that winston's authors wrote for transports, unchanged, under node:test:
// it wants mocha's globals, whose functions take `done` where node:test passes a context first.
const { after, afterEach, before, beforeEach, describe, it } = require('node:test');
const { JackdawTransport } = require('jackdaw/winston');

const withDone = (fn) => (fn.length === 0 ? fn : (_context, done) => fn(done));
const adapted = (register) => (nameOrFn, fn) =>
  fn === undefined ? register(withDone(nameOrFn)) : register(nameOrFn, withDone(fn));

Object.assign(globalThis, {
  describe,
  it: adapted(it),
  before: adapted(before),
  beforeEach: adapted(beforeEach),
  after: adapted(after),
  afterEach: adapted(afterEach),
});

require('abstract-winston-transport')({
  name: 'JackdawTransport',
  Transport: JackdawTransport,
  construct: { dsn: 'memory+http://public@localhost/1' },
});
