import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/client/config-error.js';
import { createClient } from '../../src/client/create-client.js';
import type { ClientOptions } from '../../src/client/options.js';
import { freshDsn, memoryClient } from '../support/memory-client.js';

/** The error of construction with options that the types would refuse. */
function refused(options: unknown): ConfigError {
  try {
    createClient(options as ClientOptions);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

const nobody = async (): Promise<null> => null;
class HalfTransport {
  send(): void {}
}

const LEVEL_WORDS = 'false or one of fatal, error, warning, info, debug, trace';
const NOT_A_FUNCTION = [5, null, 'f', {}, true].map((value): [unknown, string] => [value, 'must be a function, not']);
const HOOK: [unknown, string][] = [...NOT_A_FUNCTION, [nobody, 'must be a synchronous function, not an async one']];
const TEXT: [unknown, string][] = [5, null, true, {}, []].map((value) => [value, 'must be a string, not']);
const FLAG: [unknown, string][] = ['true', 1, null, {}].map((value) => [value, 'must be true or false, not']);
const OBJECT: [unknown, string][] = ['text', null, [], 5].map((value) => [value, 'must be an object, not']);
const TEXTS: [unknown, string][] = [
  ['text', 'must be a list of strings, not'],
  [{}, 'must be a list of strings, not'],
  [['a', 5], '[1] must be a string, not 5'],
];
const THRESHOLD: [unknown, string][] = ['loud', '', 3, null, true, {}].map((value) => [
  value,
  `must be ${LEVEL_WORDS}`,
]);

function numbers(min: number, max: number, kind = 'an integer'): [unknown, string][] {
  const wrong = [Number.NaN, min - 1, max + 1, Number.POSITIVE_INFINITY, String(min), null, true, 5n, ''];
  if (kind === 'an integer') wrong.push(min + 0.5);
  return wrong.map((value) => [value, `must be ${kind} from ${min} to ${max}, not`]);
}

const URLS: [unknown, string][] = [
  ['', 'must be an http:// or https:// URL, not'],
  ['/tunnel', 'must be an http:// or https:// URL, not'],
  ['ftp://host/tunnel', 'must be an http:// or https:// URL, not'],
  ['https://me:hush@host/tunnel', 'must hold no user and no password'],
  [null, 'must be an http:// or https:// URL, not null'],
];

const WRONG: Readonly<Record<keyof ClientOptions, readonly [unknown, string][]>> = {
  dsn: TEXT,
  release: TEXT,
  dist: TEXT,
  environment: TEXT,
  serverName: [5, true, null].map((value) => [value, 'must be a string or false, not']),
  eventLevel: THRESHOLD,
  breadcrumbLevel: THRESHOLD,
  logLevel: THRESHOLD,
  levelMap: [
    ['info', 'must be an object of level names, not'],
    [{ audit: 'loud' }, ".audit must be one of fatal, error, warning, info, debug, trace, not 'loud'"],
    [{ audit: 5 }, '.audit must be one of'],
  ],
  maxBreadcrumbs: numbers(0, 1_000),
  sampleRate: numbers(0, 1, 'a number'),
  random: HOOK,
  sampleSeed: [Number.NaN, 1.5, '1', null, 2 ** 53].map((value) => [value, 'must be an integer from']),
  ignoreErrors: [
    ['*timeout*', 'must be a list of names, RegExps, classes and functions, not'],
    [[5], '[0] must be a name, a RegExp, a class or a function, not 5'],
    [['TimeoutError', ''], '[1] must be a name, a RegExp, a class or a function'],
    [[{}], '[0] must be a name, a RegExp, a class or a function, not an object'],
    [[nobody], '[0] must be a synchronous function'],
  ],
  ignoreLoggers: [
    ['chatty', 'must be a list of names, RegExps and objects, not'],
    [[5], '[0] must be a name, a RegExp or an object with a name, not 5'],
    [[''], '[0] must be a name, a RegExp or an object with a name'],
    [[{ allowLevel: 'error' }], '[0] must have name'],
    [[{ name: {} }], '[0] .name must be a name or a RegExp, not an object'],
    [[{ name: 'a', allowLevel: false }], '[0] .allowLevel must be one of fatal, error'],
    [[{ name: 'a', level: 'error' }], '[0] .level is unknown; allowed are name, allowLevel'],
  ],
  rules: [
    [{ logger: 'a' }, 'must be a list of rules, not an object'],
    [['a'], "[0] must be an object, not 'a'"],
    [[{}], '[0] must have logger'],
    [[{ logger: 'a' }, { logger: 5 }], '[1] .logger must be a name or a RegExp, not 5'],
    [[{ logger: 'a', eventLevel: 'loud' }], `[0] .eventLevel must be ${LEVEL_WORDS}`],
    [[{ logger: 'a', breadcrumbLevel: true }], `[0] .breadcrumbLevel must be ${LEVEL_WORDS}`],
    [[{ logger: 'a', logLevel: 5 }], `[0] .logLevel must be ${LEVEL_WORDS}`],
    [[{ logger: 'a', tags: 'x' }], '[0] .tags must be an object'],
    [[{ logger: 'a', fingerprint: ['x', 5] }], '[0] .fingerprint [1] must be a string, not 5'],
    [[{ logger: 'a', sampleRate: 2 }], '[0] .sampleRate must be a number from 0 to 1, not 2'],
    [[{ logger: 'a', level: 'info' }], '[0] .level is unknown; allowed are logger, eventLevel'],
  ],
  dedupe: FLAG,
  flood: [
    [true, 'must be false or an object, not true'],
    [10, 'must be false or an object, not 10'],
    [{ limit: 10 }, 'must have windowMs'],
    [{ limit: 0, windowMs: 1 }, '.limit must be an integer from 1 to 1000000, not 0'],
    [{ limit: 1, windowMs: 0 }, '.windowMs must be an integer from 1 to'],
    [{ limit: 1, windowMs: 1, per: 'logger' }, '.per is unknown; allowed are limit, windowMs'],
  ],
  processors: [
    [() => null, 'must be a list of functions, not a function'],
    [[() => null, 'ignore'], "[1] must be a function, not 'ignore'"],
    [[nobody], '[0] must be a synchronous function'],
  ],
  scrub: [
    ['no', "must be true, false or an object, not 'no'"],
    [null, 'must be true, false or an object, not null'],
    [{ mode: 'allow' }, "must name its keys in mode 'allow'"],
    [{ mode: 'off' }, ".mode must be 'deny' or 'allow', not 'off'"],
    [{ keys: ['a'] }, '.keys is unknown; allowed are mode, denyKeys, ignoreKeys, detectors, mask'],
    [{ mode: 'allow', keys: ['a'], denyKeys: [] }, '.denyKeys is unknown; allowed are mode, keys, detectors, mask'],
    [{ denyKeys: 'password' }, '.denyKeys must be a list of strings'],
    [{ ignoreKeys: [/a/] }, '.ignoreKeys [0] must be a string, not an object'],
    [{ detectors: ['phone'] }, ".detectors [0] must be a detector, not 'phone'"],
    [{ detectors: [{ name: 'own' }] }, '.detectors [0] must be a detector, not an object'],
    [{ mask: 5 }, '.mask must be a string, not 5'],
  ],
  redact: [
    [['password'], 'must be an object with paths, not a list'],
    [{}, 'must name its paths'],
    [{ paths: 'a' }, ".paths must be a list of paths, not 'a'"],
    [{ paths: ['a', 'b..c'] }, ".paths [1] is no path: 'b..c' (REDACT_PATH_INVALID)"],
    [{ paths: ['a;process.exit()'] }, ".paths [0] is no path: 'a;process.exit()' (REDACT_PATH_INVALID)"],
    [{ paths: [5] }, '.paths [0] is no path: a number (REDACT_PATH_INVALID)'],
    [{ paths: ['a'], censor: 5 }, '.censor must be a string or a function, not 5'],
    [{ paths: ['a'], censor: nobody }, '.censor must be a synchronous function, not an async one'],
    [{ paths: ['a'], remove: 'yes' }, ".remove must be true or false, not 'yes'"],
    [{ paths: ['a'], censor: '*', remove: true }, '.remove cannot stand beside censor'],
    [{ paths: ['a'], serialize: false }, '.serialize is unknown; allowed are paths, censor, remove'],
  ],
  sendDefaultPii: [['yes', "must be true or false, not 'yes'"]],
  beforeSend: HOOK,
  beforeBreadcrumb: HOOK,
  beforeSendLog: HOOK,
  tags: OBJECT,
  extra: OBJECT,
  user: OBJECT,
  contexts: OBJECT,
  contextTags: TEXTS,
  attachStacktrace: FLAG,
  contextLines: numbers(0, 50),
  inAppInclude: TEXTS,
  inAppExclude: TEXTS,
  modules: FLAG,
  transport: [
    ['carrier-pigeon', 'must be one of direct, file, http, memory, stdout, sync, thread'],
    [{}, 'must be a scheme name, a factory or a transport: it lacks send, flush, close'],
    [new HalfTransport(), 'must be a scheme name, a factory or a transport: it lacks flush, close'],
    [5, 'must be a scheme name, a factory or a transport: it lacks send, flush, close'],
    [null, 'must be a scheme name, a factory or a transport: it lacks send, flush, close'],
  ],
  maxQueueItems: numbers(1, 1_000_000),
  maxQueueBytes: numbers(1_024, 2 ** 40),
  concurrency: numbers(1, 64),
  requestTimeoutMs: numbers(1, 2 ** 31 - 1),
  compress: ['gzip', 1, null].map((value) => [value, "must be true, false or 'auto', not"]),
  shutdownTimeoutMs: numbers(0, 2 ** 31 - 1),
  drainOnExit: FLAG,
  drainOnSignals: [
    ['SIGTERM', 'must be a list of signals, not'],
    [['SIGTERMINATE'], '[0] must be'],
  ],
  processHooks: FLAG,
  httpBreadcrumbs: [
    ['http', "must be true, false or a list of libraries, not 'http'"],
    [null, 'must be true, false or a list of libraries, not null'],
    [['http', 'axios'], "[1] must be one of http, undici, not 'axios'"],
    [[5], '[0] must be one of http, undici, not 5'],
  ],
  raiseSendErrors: FLAG,
  spool: [
    ['', "must be true, false, a directory or an object, not ''"],
    [1, 'must be true, false, a directory or an object, not 1'],
    [{ dir: '' }, ".dir must be the path of a directory, not ''"],
    [{ maxBytes: 1 }, '.maxBytes must be an integer from 65536 to 1099511627776, not 1'],
    [{ maxAgeMs: 0 }, '.maxAgeMs must be an integer from 1 to 31536000000, not 0'],
    [{ sync: 'never' }, ".sync must be 'interval', 'always' or 'process', not 'never'"],
    [{ size: 1 }, '.size is unknown; allowed are dir, maxBytes, maxAgeMs, sync'],
  ],
  sendClientReports: FLAG,
  retry: [
    [true, 'must be'],
    [5, 'must be'],
  ],
  tunnel: [...URLS, [true, 'must be an http:// or https:// URL, not true']],
  proxy: [
    [true, "must be 'env' or the URL of a proxy, not true"],
    ['', 'must be the URL of a proxy'],
    ['socks5://proxy', 'must be the URL of a proxy'],
    ['http://me:hush@ho st', 'must be the URL of a proxy'],
  ],
  ca: [
    [null, 'must be certificates in PEM form or paths of files with them, one or a list, not null'],
    [true, 'must be certificates'],
    [[], 'must be certificates'],
    [['a', 5], 'must be certificates in PEM form or paths of files with them, one or a list, not 5'],
  ],
  dispatcher: [null, 'env', {}, () => {}, { dispatch: true }].map((value) => [
    value,
    'must be a dispatcher of undici, not',
  ]),
  spotlight: [...URLS, [1, 'must be an http:// or https:// URL, not 1']],
  world: [
    [1, 'must be an object, not 1'],
    [{ now: Date.now, random: Math.random }, 'must have id'],
    [{ now: 1, random: Math.random, id: () => '' }, '.now must be a function, not 1'],
  ],
  onDrop: HOOK,
  onError: HOOK,
  onScrub: HOOK,
  debug: FLAG,
};

const cases = Object.entries(WRONG).flatMap(([option, values]) =>
  values.map(([value, problem]): [string, unknown, string] => [option, value, problem]),
);

describe('H01: what is wrong with the options is said at construction', () => {
  it.each(cases)('%s refuses %o: %s', (option, value, problem) => {
    const error = refused({ [option]: value });
    expect(error.problems).toEqual([{ option, problem: expect.stringContaining(problem) }]);
    expect(error.message).toContain(`- ${option} ${problem}`);
  });

  it('lists all problems of all options in one error', () => {
    const error = refused({
      sampleRate: '1',
      concurrency: -1,
      eventLevel: 'loud',
      beforeSend: nobody,
      dns: 'https://key@host/1',
      random: Math.random,
      sampleSeed: 1,
    });
    expect(error).toMatchObject({ name: 'ConfigError', code: 'CONFIG_INVALID' });
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/^jackdaw: 6 options are wrong:\n/);
    expect(error.problems).toEqual([
      { option: 'sampleRate', problem: "must be a number from 0 to 1, not '1'" },
      { option: 'concurrency', problem: 'must be an integer from 1 to 64, not -1' },
      { option: 'eventLevel', problem: `must be ${LEVEL_WORDS}, not 'loud'` },
      { option: 'beforeSend', problem: 'must be a synchronous function, not an async one' },
      { option: 'dns', problem: expect.stringMatching(/^is unknown; allowed are dsn, release, /) },
      { option: 'sampleSeed', problem: 'cannot stand beside random: give one of the two' },
    ]);
  });

  it('refuses what a dispatcher would ignore', () => {
    const dispatcher = { dispatch: () => true };
    expect(refused({ dsn: freshDsn(), dispatcher, proxy: 'env', ca: 'ca.pem', tunnel: 'http://t' }).problems).toEqual([
      { option: 'proxy', problem: 'cannot stand beside dispatcher, which makes the connections' },
      { option: 'ca', problem: 'cannot stand beside dispatcher, which makes the connections' },
    ]);
  });

  it.each([[null], [5], ['https://key@host/1'], [true], [[]]])('refuses %o in place of the options', (options) => {
    expect(refused(options).problems).toEqual([
      { option: 'options', problem: expect.stringMatching(/^must be an object, not /) },
    ]);
  });

  it('shows no long text and nothing with an @, which may be a secret in the wrong place', () => {
    const secret = 'a-secret-of-more-than-20-characters';
    expect(refused({ debug: secret, compress: 'key@host' }).message).not.toMatch(/secret-of|key@host/);
  });

  it('takes undefined for every option as absent', async () => {
    const absent = Object.fromEntries(Object.keys(WRONG).map((option) => [option, undefined]));
    const client = createClient(absent as ClientOptions);
    expect(client.threshold).toBe(Number.POSITIVE_INFINITY);
    await client.close();
  });

  it.each<[keyof ClientOptions, unknown]>([
    ['sampleRate', 0],
    ['maxBreadcrumbs', 0],
    ['contextLines', 0],
    ['attachStacktrace', false],
    ['shutdownTimeoutMs', 0],
    ['drainOnExit', false],
    ['eventLevel', false],
    ['eventLevel', 'WARN'],
    ['compress', false],
    ['serverName', false],
    ['scrub', { mode: 'allow', keys: [] }],
    ['processors', []],
    ['ignoreErrors', []],
    ['ignoreLoggers', []],
    ['rules', []],
    ['dedupe', false],
    ['flood', false],
    ['httpBreadcrumbs', false],
    ['httpBreadcrumbs', []],
    ['httpBreadcrumbs', ['undici']],
  ])('%s takes %o: 0, false and empty are values', async (option, value) => {
    await expect(memoryClient({ [option]: value }).client.close()).resolves.toBe(true);
  });
});
