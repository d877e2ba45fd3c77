import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../../src/client/config-error.js';
import { createClient } from '../../src/client/create-client.js';
import type { ClientOptions } from '../../src/client/options.js';
import { processState } from '../../src/client/process-state.js';
import { resolveSettings } from '../../src/client/settings.js';
import { DsnError } from '../../src/protocol/dsn.js';
import { registerTransport } from '../../src/transport/scheme.js';
import type { TransportOptions } from '../../src/transport/transport.js';
import { expectSettled } from '../support/balance.js';
import { freshDsn, memoryClient } from '../support/memory-client.js';

const DSN = 'https://public@sentry.example/1';

function errorOf(options: ClientOptions, env: NodeJS.ProcessEnv = {}): Error {
  try {
    resolveSettings(options, env);
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was wrong');
}

describe('code wins over the environment, the environment over the default', () => {
  const cases: readonly [keyof ClientOptions & keyof ReturnType<typeof resolveSettings>, string, unknown, unknown][] = [
    ['release', 'SENTRY_RELEASE', 'code@1', undefined],
    ['environment', 'SENTRY_ENVIRONMENT', 'staging', 'production'],
    ['serverName', 'SENTRY_NAME', 'web-1', undefined],
  ];
  it.each(cases)('%s', (option, variable, fromCode, byDefault) => {
    const env = { [variable]: ' from-env\n' };
    expect(resolveSettings({ dsn: DSN, [option]: fromCode }, env)[option]).toBe(fromCode);
    expect(resolveSettings({ dsn: DSN }, env)[option]).toBe('from-env');
    for (const empty of ['', '  ', '\n']) {
      const settled = resolveSettings({ dsn: DSN }, { [variable]: empty })[option];
      if (byDefault !== undefined) expect(settled).toBe(byDefault);
      expect(String(settled).trim()).not.toBe('');
    }
  });

  it('NODE_ENV does not name the environment', () => {
    expect(resolveSettings({}, { NODE_ENV: 'development' }).environment).toBe('production');
  });

  it.each<[string | undefined, number | undefined, number]>([
    ['0.25', undefined, 0.25],
    [' 0 ', undefined, 0],
    ['', undefined, 1],
    ['0.25', 0, 0],
    ['rubbish', 0.5, 0.5],
    [undefined, undefined, 1],
  ])('SENTRY_SAMPLE_RATE=%o and %o in code make %d', (variable, fromCode, rate) => {
    expect(resolveSettings({ sampleRate: fromCode }, { SENTRY_SAMPLE_RATE: variable }).sampleRate).toBe(rate);
  });

  it.each(['half', '1,5', '-1', '1.5', 'NaN', 'Infinity'])('SENTRY_SAMPLE_RATE=%s is a ConfigError', (text) => {
    expect(errorOf({}, { SENTRY_SAMPLE_RATE: text })).toMatchObject({
      problems: [{ option: 'SENTRY_SAMPLE_RATE', problem: expect.stringContaining('a number from 0 to 1') }],
    });
  });

  it.each([
    ['1', true],
    [' TRUE ', true],
    ['on', true],
    ['0', false],
    ['off', false],
    ['', false],
    ['maybe', false],
  ])('SENTRY_DEBUG=%o is %o', (text, debug) => {
    expect(resolveSettings({}, { SENTRY_DEBUG: text }).debug).toBe(debug);
    expect(resolveSettings({ debug: !debug }, { SENTRY_DEBUG: text }).debug).toBe(!debug);
  });
});

describe('H05: the DSN', () => {
  it.each([DSN, ` ${DSN}`, `${DSN}\n`, `\t${DSN}\r\n`])('%o from the environment is trimmed', (text) => {
    expect(resolveSettings({}, { SENTRY_DSN: text }).dsn).toMatchObject({ host: 'sentry.example', projectId: '1' });
  });

  it.each(['', ' ', '\n', undefined])('%o in the environment is none', (text) => {
    expect(resolveSettings({}, { SENTRY_DSN: text }).dsn).toBeUndefined();
  });

  it('an empty one in code wins over the environment: disabled', () => {
    expect(resolveSettings({ dsn: '' }, { SENTRY_DSN: DSN }).dsn).toBeUndefined();
  });

  it.each([
    '"https://s3cretk3y@sentry.example/1"',
    "'https://s3cretk3y@sentry.example/1'",
    'https://s3cretk3y@sentry.example/',
    'https://s3cretk3y@sentry.example/1 https://s3cretk3y@sentry.example/2',
    'https://s3cret\nk3y@sentry.example/1',
    'ftp://s3cretk3y@sentry.example/1',
    's3cretk3y',
  ])('%o is a DsnError that never shows the key', (text) => {
    for (const error of [errorOf({}, { SENTRY_DSN: text }), errorOf({ dsn: text })]) {
      expect(error).toBeInstanceOf(DsnError);
      expect(error).toMatchObject({ name: 'DsnError', code: 'DSN_INVALID' });
      expect(`${error.stack}`).not.toMatch(/s3cret|k3y/);
    }
  });

  it('stands inside the ConfigError where more is wrong', () => {
    const error = errorOf({ dsn: 'ftp://s3cretk3y@sentry.example/1', concurrency: 0 });
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).problems.map(({ option }) => option)).toEqual(['concurrency', 'dsn']);
    expect(error.message).toContain('dsn is malformed: Invalid DSN: its scheme is not http or https');
    expect(`${error.stack}`).not.toContain('s3cretk3y');
  });
});

describe('query parameters of the DSN', () => {
  it('are transport options; code wins', () => {
    const dsn = `${DSN}?concurrency=2&compress=false&maxQueueItems=5&requestTimeoutMs=100`;
    expect(resolveSettings({ dsn, maxQueueItems: 7 }, {}).transport).toEqual({
      maxQueueItems: 7,
      maxQueueBytes: 16 * 1024 * 1024,
      concurrency: 2,
      requestTimeoutMs: 100,
      compress: false,
      retry: { attempts: 5, statuses: [500, 502, 503, 504] },
    } satisfies TransportOptions);
  });

  it.each([
    ['concurrency=0', 'concurrency', 'must be an integer from 1 to 64, not 0'],
    ['concurrency=many', 'concurrency', 'must be an integer from 1 to 64, not NaN'],
    ['concurrency=true', 'concurrency', 'must be an integer from 1 to 64, not true'],
    ['compress=5', 'compress', "must be true, false or 'auto', not 5"],
    ['maxQueueBytes=-1', 'maxQueueBytes', 'must be an integer from 1024'],
  ])('%s is a ConfigError', (query, name, problem) => {
    expect(errorOf({ dsn: `${DSN}?${query}` })).toMatchObject({
      problems: [{ option: `dsn parameter ${name}`, problem: expect.stringContaining(problem) }],
    });
  });

  describe('that mean nothing', () => {
    afterEach(() => {
      vi.restoreAllMocks();
      processState().warned.delete('JACKDAW_DSN_PARAMETER');
    });

    it('make one warning, which names them all but not their values', async () => {
      const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
      const dsn = `${freshDsn()}?concurency=2&verify_ssl=v4lue&concurrency=2`;
      for (let round = 0; round < 2; round += 1) await memoryClient({ dsn }).client.close();
      expect(warn.mock.calls).toEqual([
        [expect.stringMatching(/concurency, verify_ssl$/), { type: 'JackdawWarning', code: 'JACKDAW_DSN_PARAMETER' }],
      ]);
      expect(String(warn.mock.calls[0]?.[0])).not.toContain('v4lue');
    });

    it('are not warned about where there are none', async () => {
      const warn = vi.spyOn(process, 'emitWarning').mockReturnValue();
      await memoryClient({ dsn: `${freshDsn()}?concurrency=2` }).client.close();
      expect(warn).not.toHaveBeenCalled();
    });
  });
});

describe('the scheme of the DSN', () => {
  it('picks the transport', async () => {
    const client = createClient({ dsn: 'memory+http://public@127.0.0.1:9/scheme', modules: false });
    client.captureMessage('hello');
    expect(client.stats().delivered.error).toBe(1);
    await client.close();
    expectSettled(client);
  });

  it('gives way to the option', async () => {
    const { client, event } = memoryClient({ dsn: 'stdout+http://public@127.0.0.1:9/option' });
    client.captureMessage('hello');
    expect(event().logentry?.formatted).toBe('hello');
    await client.close();
  });

  it('may be one of a registered transport, which is given the settled options', async () => {
    const seen: TransportOptions[] = [];
    const done = { send: () => {}, flush: async () => true, close: async () => true };
    registerTransport('recorded', ({ options }) => {
      seen.push(options);
      return done;
    });
    const client = createClient({ dsn: 'recorded+http://public@127.0.0.1:9/1?concurrency=3', modules: false });
    expect(seen).toMatchObject([{ concurrency: 3, maxQueueItems: 1_000, compress: 'auto' }]);
    await client.close();
  });

  it('is a ConfigError where no transport has that name', () => {
    expect(errorOf({ dsn: 'pigeon+https://s3cretk3y@sentry.example/1' })).toMatchObject({
      message: expect.not.stringContaining('s3cretk3y'),
      problems: [
        { option: 'dsn', problem: expect.stringMatching(/^names an unknown transport; known are .*\bhttp, /) },
      ],
    });
  });
});
