import { createContext, runInContext } from 'node:vm';

/** Makes a value that code which copies, compares or serializes may stumble over; a fresh one at each call. */
export type Make = () => unknown;

const refuse = (): never => {
  throw new Error('a trap threw');
};

/** Values that people log by accident, by name. */
export const HOSTILE_VALUES: Readonly<Record<string, Make>> = {
  'a circular object': () => {
    const value: Record<string, unknown> = { name: 'loop' };
    value['self'] = value;
    return value;
  },
  'a circular Map': () => {
    const map = new Map<string, unknown>();
    return map.set('self', map);
  },
  'a circular Set': () => {
    const set = new Set<unknown>();
    return set.add(set);
  },
  'an object whose getter gives itself': () => ({
    get again() {
      return this;
    },
  }),
  'a getter that throws': () => ({
    fine: 1,
    get broken() {
      return refuse();
    },
  }),
  'a toJSON that throws': () => ({ toJSON: refuse }),
  'a toJSON that returns itself': () => ({
    toJSON() {
      return this;
    },
  }),
  'a toJSON that returns 5 MB': () => ({ toJSON: () => 'x'.repeat(5 * 2 ** 20) }),
  'a Proxy whose traps throw': () =>
    new Proxy(
      {},
      { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse, getOwnPropertyDescriptor: refuse },
    ),
  'a revoked Proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'a BigInt': () => 12_345_678_901_234_567_890n,
  'a symbol': () => Symbol('secret handshake'),
  'a function': () => function shipped() {},
  'not a number': () => Number.NaN,
  'minus zero': () => -0,
  infinity: () => Number.POSITIVE_INFINITY,
  'an invalid Date': () => new Date(Number.NaN),
  'a sparse array': () => {
    const list: number[] = [1];
    list[1_000_000] = 2;
    return list;
  },
  'a typed array': () => new Float64Array(1_000),
  'an object without prototype': () => Object.assign(Object.create(null), { a: 1 }),
  'an instance with private fields': () =>
    new (class Vault {
      readonly #combination = 7;
      readonly open = false;
      get combination(): number {
        return this.#combination;
      }
    })(),
  'a frozen object': () => Object.freeze({ list: Object.freeze([1, 2]) }),
  'own keys with the names of the prototype': () =>
    JSON.parse(
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1,"hasOwnProperty":2}',
    ),
  'a text of lone surrogates, NUL and line separators': () => '\ud800 \udc00 \u0000 \u2028 \u2029',
  'a text that looks like an envelope': () => '\r\n{"type":"event","length":2}\r\n{}\n{"type":"client_report"}\n{}',
};

/** The same, but so large that a host may take seconds where it copies them field by field. */
export const LARGE_VALUES: Readonly<Record<string, Make>> = {
  'a Buffer of 10 MB': () => Buffer.alloc(10 * 2 ** 20, 0xff),
  'an object 10,000 deep': () => {
    let value: Record<string, unknown> = {};
    for (let depth = 0; depth < 10_000; depth++) value = { value };
    return value;
  },
  'an object of 100,000 keys': () =>
    Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, index])),
  'a text of 10 MB': () => 'x'.repeat(10 * 2 ** 20),
};

const realm = createContext({});

/** Errors that are not what code expects of an Error, by name. */
export const HOSTILE_ERRORS: Readonly<Record<string, () => Error>> = {
  'an Error without a stack': () => {
    const error = new Error('no stack');
    delete error.stack;
    return error;
  },
  'an Error whose stack is a number': () => Object.assign(new Error('odd stack'), { stack: 7 }),
  'an Error with a stack of 1 MB': () => {
    const line = '    at deep (/srv/app/deep.js:1:1)\n';
    return Object.assign(new Error('long stack'), {
      stack: `Error: long stack\n${line.repeat(2 ** 20 / line.length)}`,
    });
  },
  'an Error that is its own cause': () => {
    const error = new Error('snake');
    error.cause = error;
    return error;
  },
  'an Error with 50 causes in a row': () => {
    let error = new Error('cause 50');
    for (let depth = 49; depth >= 0; depth--) error = new Error(`cause ${depth}`, { cause: error });
    return error;
  },
  'an AggregateError of 10,000': () =>
    new AggregateError(
      Array.from({ length: 10_000 }, (_, index) => index).map((index) => ({ name: 'Error', message: `${index}` })),
      'many',
    ),
  'an Error of another realm': () => runInContext('new TypeError("from elsewhere")', realm) as Error,
  'an Error whose name getter throws': () => Object.defineProperty(new Error('nameless'), 'name', { get: refuse }),
  'an Error whose message getter throws': () => Object.defineProperty(new Error(), 'message', { get: refuse }),
  'an Error with secrets as properties': () =>
    Object.assign(new Error('connect failed'), { config: { headers: { authorization: 'Bearer t0p-s3cr3t' } } }),
  'an Error with a property that throws': () =>
    Object.defineProperty(new Error('trapped'), 'response', { enumerable: true, get: refuse }),
  'a frozen Error': () => Object.freeze(new Error('frozen')),
};
