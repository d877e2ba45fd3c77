import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConsoleMethod, captureConsole } from '../../src/adapters/console.js';
import { adapterClient } from '../../src/adapters/own-client.js';
import type { Client } from '../../src/client/client.js';
import { ConfigError } from '../../src/client/config-error.js';
import type { ClientOptions } from '../../src/client/options.js';
import { asOwnWork } from '../../src/client/process-state.js';
import { runScript } from '../support/child-script.js';
import { type MemoryClient, memoryClient } from '../support/memory-client.js';
import { describeAdapter, type HostCalls } from './contract.js';

/** A console of its own in place of the global one: what is printed is kept, and vitest's is left alone. */
class Printed {
  readonly #global = globalThis.console;
  readonly #texts = { stdout: '', stderr: '' };

  constructor() {
    const [stdout, stderr] = (['stdout', 'stderr'] as const).map((name) => this.#stream(name));
    globalThis.console = new Console({ stdout: stdout!, stderr: stderr! }) as typeof console;
  }

  get stdout(): string {
    return this.#texts.stdout;
  }

  get stderr(): string {
    return this.#texts.stderr;
  }

  restore(): void {
    globalThis.console = this.#global;
  }

  #stream(name: 'stdout' | 'stderr'): Writable {
    const texts = this.#texts;
    return new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        texts[name] += text;
        done();
      },
    });
  }
}

let printed: Printed;
beforeEach(() => {
  printed = new Printed();
});
afterEach(() => printed.restore());

/** There is one console: a test that is over must not log into the next. */
function calls(isOpen: () => boolean = () => true): HostCalls {
  return {
    message: (level, text) => isOpen() && console[level](text),
    error: (level, text, error) => isOpen() && console[level](text, error),
    errorAlone: (level, error) => isOpen() && console[level](error),
    fields: (level, text, fields) => isOpen() && console[level](text, fields),
  };
}

describeAdapter({
  name: 'console',
  loggerName: 'console',
  open(options) {
    const { client, owned } = adapterClient(options);
    const undo = captureConsole(() => client);
    let isOpen = true;
    return {
      ...calls(() => isOpen),
      client,
      async end() {
        isOpen = false;
        undo();
        await (owned ? client.close() : client.flush());
      },
    };
  },
  bare: () => calls(),
});

const opened: { readonly client: Client; undo(): void }[] = [];
afterEach(async () => {
  for (const { client, undo } of opened.splice(0)) {
    undo();
    await client.close();
  }
});

function capture(options: ClientOptions = {}, levels?: readonly ConsoleMethod[]): MemoryClient & { undo(): void } {
  const memory = memoryClient(options);
  const undo = captureConsole(memory.client, levels);
  opened.push({ client: memory.client, undo });
  return { ...memory, undo };
}

function texts({ events }: MemoryClient): (string | undefined)[] {
  return events().map(({ logentry }) => logentry?.formatted);
}

describe('what console prints', () => {
  it.each([
    ['debug', 'debug'],
    ['info', 'info'],
    ['log', 'info'],
    ['warn', 'warning'],
    ['error', 'error'],
    ['trace', 'debug'],
  ] as const)('with %s becomes a record of level %s, and is printed once, as ever', (method, level) => {
    const plain = new Printed();
    console[method]('hello %s', 'Ann', { age: 7 });
    plain.restore();
    const { event } = capture({ eventLevel: 'trace' });
    console[method]('hello %s', 'Ann', { age: 7 });
    expect(event()).toMatchObject({
      level,
      logger: 'console',
      logentry: { formatted: 'hello Ann', message: 'hello %s', params: ['Ann'] },
      extra: { age: 7 },
    });
    // But for the stack of a trace.
    const printedBy = ({ stdout, stderr }: Printed): string => `${stdout}|${stderr}`.replaceAll(/\n {4}at .*/g, '');
    expect(printedBy(printed)).toBe(printedBy(plain));
  });

  it('keeps its Error, wherever it stands, beside the text', () => {
    const { events } = capture();
    const makeError = (): Error => new TypeError('no stock');
    console.error('order %d failed:', 17, makeError());
    console.error({ err: makeError(), orderId: 17 });
    for (const event of events()) expect(event.exception?.values?.at(-1)).toMatchObject({ value: 'no stock' });
    expect(events()).toMatchObject([
      { logentry: { formatted: 'order 17 failed: TypeError: no stock' } },
      { extra: { orderId: 17 } },
    ]);
  });

  it('by way of another method is one record', () => {
    const memory = capture({ eventLevel: 'trace' });
    console.trace('here');
    console.assert(false, 'never');
    expect(texts(memory)).toEqual(['here', 'Assertion failed: never']);
  });

  it('is none where it is an empty line, or a warning of the process', () => {
    const memory = capture({ eventLevel: 'trace' });
    console.log();
    console.error(`(node:${process.pid}) [DEP0001] DeprecationWarning: old`);
    expect(texts(memory)).toEqual([]);
    expect(printed).toMatchObject({ stdout: '\n', stderr: expect.stringContaining('DEP0001') });
  });

  it('is recorded for the methods that were asked for, once, by the levels that were', () => {
    const { events } = capture({ eventLevel: 'trace', levelMap: { warn: 'error' } }, ['warn', 'warn']);
    console.error('not asked for');
    console.warn('asked for');
    expect(events()).toMatchObject([{ level: 'error', logentry: { formatted: 'asked for' } }]);
  });

  it('goes to each of several clients once, whoever stops first', () => {
    const [first, second] = [capture(), capture()];
    console.error('both');
    first.undo();
    console.error('second');
    second.undo();
    console.error('none');
    expect([first, second].map(texts)).toEqual([['both'], ['both', 'second']]);
    expect(printed.stderr).toBe('both\nsecond\nnone\n');
  });
});

describe('console inside our work', () => {
  it('is printed, and never recorded, whatever hook uses it', () => {
    const say = (): null => {
      console.error('from a hook');
      return null;
    };
    const memory = capture({ beforeSend: say, beforeBreadcrumb: say, onDrop: say, onError: say, onScrub: say });
    console.error('card 4111 1111 1111 1111');
    console.warn('a breadcrumb');
    asOwnWork(() => console.error('own'));
    expect(texts(memory)).toEqual([]);
    expect(printed.stderr).toContain('from a hook');
    const { dropped } = memory.client.stats();
    expect(dropped.before_send).toMatchObject({ error: 1 });
    expect(dropped.ignored?.error).toBeGreaterThan(0);
  });

  it('is no recursion by a getter of what is printed', () => {
    const memory = capture();
    let reads = 0;
    const value = {
      get told() {
        reads += 1;
        console.error('getter');
        return reads;
      },
    };
    console.error('with a getter', value);
    expect(texts(memory)).toEqual(['with a getter']);
    expect(reads).toBeLessThan(10);
  });

  it('in a process of its own: debug output, warnings and records do not feed each other', async () => {
    const script = `
      const { createClient } = require('./dist/index.js');
      const { memoryTransport } = require('./dist/testing.js');
      const { captureConsole } = require('./dist/adapters/console.js');
      const transport = memoryTransport();
      const beforeSend = (event) => { console.log('hook'); return event; };
      const beforeBreadcrumb = () => { throw new Error(); };
      const client = createClient({ dsn: 'http://public@127.0.0.1:9/1', transport, modules: false, debug: true, beforeSend, beforeBreadcrumb });
      captureConsole(client);
      console.error('one', new Error('two'));
      process.emitWarning('a warning');
      setImmediate(() => client.close().then(() => console.log(transport.events.length)));`;
    const { code, stdout, stderr } = await runScript(script);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'hook\n1\n' });
    for (const text of ['one Error: two', 'Warning: a warning', '[JACKDAW_HOOK_FAILED]'])
      expect(stderr).toContain(text);
  });
});

describe('undo', () => {
  it('puts back exactly what was there', () => {
    const before = Object.getOwnPropertyDescriptors(console);
    const { undo } = capture();
    expect(console.error).not.toBe(before.error.value);
    undo();
    undo();
    expect(Object.getOwnPropertyDescriptors(console)).toEqual(before);
  });

  it('leaves who has patched console since in place, and records nothing any more', () => {
    const { undo, events } = capture();
    const ours = console.error;
    const seen: unknown[] = [];
    console.error = (...args) => {
      seen.push(args[0]);
      ours.apply(console, args);
    };
    const theirs = console.error;
    console.error('before');
    undo();
    expect(console.error).toBe(theirs);
    console.error('after');
    expect(seen).toEqual(['before', 'after']);
    expect(events()).toHaveLength(1);
    expect(printed.stderr).toBe('before\nafter\n');
  });

  it('knows methods that were inherited or had a getter', () => {
    const inherited = Object.create(console) as typeof console;
    const { info } = console;
    Object.defineProperty(inherited, 'info', { get: () => info, configurable: true });
    globalThis.console = inherited;
    const { undo, events } = capture();
    console.error('recorded');
    undo();
    expect(Object.hasOwn(inherited, 'error')).toBe(false);
    expect(Object.getOwnPropertyDescriptor(inherited, 'info')?.get).toBeTypeOf('function');
    expect(events()).toHaveLength(1);
  });
});

describe('the original', () => {
  it('gets the same this and arguments, gives its result back, and may throw', () => {
    const seen: unknown[] = [];
    console.warn = function warn(this: unknown, ...args: unknown[]) {
      seen.push(this, ...args);
      if (args[0] === 'throw') throw new Error('as ever');
      return 'result' as never;
    };
    const memory = capture({ eventLevel: 'warning' });
    const self = {};
    const args = [{ own: true }, Symbol.iterator];
    expect(console.warn.apply(self, args)).toBe('result');
    expect(seen).toEqual([self, ...args]);
    expect(seen[0]).toBe(self);
    expect(() => console.warn('throw')).toThrow('as ever');
    console.warn('again');
    expect(texts(memory).slice(1)).toEqual(['throw', 'again']);
  });
});

describe('wrong arguments', () => {
  it.each([[undefined], [null], ['https://key@host/1'], [{}], [() => undefined]])('%o is no client', (client) => {
    expect(() => captureConsole(client as never)).toThrow(/client must be a client made by createClient/);
  });

  it.each([['error'], [['fatal']], [[undefined]], [null]])('%o are no methods', (levels) => {
    const { client } = capture();
    expect(() => captureConsole(client, levels as never)).toThrow(ConfigError);
  });
});
