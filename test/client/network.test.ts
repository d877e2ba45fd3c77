import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/client/config-error.js';
import type { ClientOptions } from '../../src/client/options.js';
import { resolveSettings, type Settings } from '../../src/client/settings.js';
import { makeCertificate } from '../support/certificate.js';
import { runScript } from '../support/child-script.js';

const DSN = 'https://public@sentry.example/1';

function settings(options: ClientOptions, env: NodeJS.ProcessEnv = {}): Settings {
  return resolveSettings({ dsn: DSN, release: 'test@1', ...options }, env);
}

function problems(options: ClientOptions, env: NodeJS.ProcessEnv = {}): unknown {
  try {
    settings(options, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('proxy', () => {
  const env = { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://q:2', NO_PROXY: 'other.example' };

  it.each<[ClientOptions, string | undefined]>([
    [{}, undefined],
    [{ proxy: 'env' }, 'http://p:1'],
    [{ proxy: 'https://r:3' }, 'https://r:3'],
    [{ proxy: 'env', dsn: 'http://public@sentry.example/1' }, 'http://q:2'],
    [{ proxy: 'env', dsn: 'https://public@other.example/1' }, undefined],
    // NO_PROXY is for who asks the environment.
    [{ proxy: 'http://r:3', dsn: 'https://public@other.example/1' }, 'http://r:3'],
    // What counts is where the requests go.
    [{ proxy: 'env', tunnel: 'http://tunnel.example/t' }, 'http://q:2'],
    [{ proxy: 'env', tunnel: 'https://other.example/t' }, undefined],
  ])('with %j is %s', (options, url) => {
    expect(settings(options, env).transport.proxy?.url).toBe(url);
  });

  it('names the variable that is wrong, and not what it holds', () => {
    expect(problems({ proxy: 'env' }, { ALL_PROXY: 'socks5://me:secret@p' })).toEqual([
      { option: 'ALL_PROXY', problem: expect.stringMatching(/^must be the URL of a proxy, (?!.*secret)/) },
    ]);
  });
});

describe('ca', () => {
  using certificate = makeCertificate();
  const directory = mkdtempSync(join(tmpdir(), 'jackdaw-ca-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'ca.pem');
  writeFileSync(path, certificate.cert);
  const { cert } = certificate;

  it.each<[string, ClientOptions['ca'], readonly string[] | undefined]>([
    ['nothing', undefined, undefined],
    ['a text', cert, [cert]],
    ['a Buffer', Buffer.from(cert), [cert]],
    ['the bytes that a worker gets of one', new Uint8Array(Buffer.from(cert)), [cert]],
    ['the path of a file', path, [cert]],
    ['several', [cert, path, Buffer.from(cert)], [cert, cert, cert]],
    ['a text with words before it', `# ours\n${cert}`, [`# ours\n${cert}`]],
  ])('takes %s', (_name, ca, texts) => {
    expect(settings({ ca }).transport.ca).toEqual(texts);
  });

  it.each<[string, ClientOptions['ca'], string]>([
    ['a file that is not there', join(directory, 'none.pem'), 'names a file that cannot be read: ENOENT'],
    ['no file', directory, 'names a file that cannot be read: EISDIR'],
    ['rubbish in a file', __filename, 'must hold certificates in PEM form'],
    ['a key', certificate.key, 'must hold certificates in PEM form'],
    ['an empty Buffer', Buffer.alloc(0), 'must hold certificates in PEM form'],
  ])('refuses %s', (_name, ca, problem) => {
    expect(problems({ ca })).toEqual([{ option: 'ca', problem }]);
  });

  it('reads nothing where there is no destination', () => {
    expect(resolveSettings({ ca: join(directory, 'none.pem') }, {}).transport.ca).toBeUndefined();
  });
});

describe('spotlight', () => {
  const HERE = 'http://localhost:8969/stream';

  it.each<[ClientOptions['spotlight'], string | undefined, string | undefined]>([
    [undefined, undefined, undefined],
    [undefined, '', undefined],
    [undefined, 'true', HERE],
    [undefined, ' ON ', HERE],
    [undefined, '1', HERE],
    [undefined, '0', undefined],
    [undefined, 'no', undefined],
    [undefined, 'http://inbox:1/stream', 'http://inbox:1/stream'],
    [true, undefined, HERE],
    [true, 'http://inbox:1/stream', 'http://inbox:1/stream'],
    [true, 'false', HERE],
    [false, 'true', undefined],
    [false, 'http://inbox:1/stream', undefined],
    ['http://mine:2/stream', 'http://inbox:1/stream', 'http://mine:2/stream'],
  ])('%s with SENTRY_SPOTLIGHT=%s is %s', (spotlight, variable, url) => {
    expect(settings({ spotlight }, { SENTRY_SPOTLIGHT: variable }).spotlight).toBe(url);
  });

  it('names the variable that is neither a word nor a URL', () => {
    expect(problems({}, { SENTRY_SPOTLIGHT: 'maybe' })).toEqual([
      { option: 'SENTRY_SPOTLIGHT', problem: "must be an http:// or https:// URL, not 'maybe'" },
    ]);
  });
});

describe('warnings at the start', () => {
  const SCRIPT =
    "const { createClient } = require('./dist/index.js'); for (const options of JSON.parse(process.argv[1])) createClient(options);";

  async function warnings(env: NodeJS.ProcessEnv, ...options: readonly ClientOptions[]): Promise<string[]> {
    const { code, stderr } = await runScript(SCRIPT, [JSON.stringify(options)], { env });
    expect(code).toBe(0);
    return stderr.match(/\[JACKDAW_\w+\]/g) ?? [];
  }

  it.each([
    ['0', [{ dsn: DSN }, { dsn: DSN }], ['[JACKDAW_TLS_ENVIRONMENT]']],
    ['0', [{ dsn: 'http://public@127.0.0.1:9/1', tunnel: 'https://t.example' }], ['[JACKDAW_TLS_ENVIRONMENT]']],
    ['0', [{ dsn: 'http://public@127.0.0.1:9/1', proxy: 'https://p.example' }], ['[JACKDAW_TLS_ENVIRONMENT]']],
    ['0', [{ dsn: 'http://public@127.0.0.1:9/1' }], []],
    ['0', [{}], []],
    ['1', [{ dsn: DSN }], []],
    ['', [{ dsn: DSN }], []],
  ])('A26: NODE_TLS_REJECT_UNAUTHORIZED=%s with %j: %j', async (value, options, codes) => {
    expect(await warnings({ NODE_TLS_REJECT_UNAUTHORIZED: value }, ...options)).toEqual(codes);
  });

  it('say that copies need something to copy', async () => {
    expect(await warnings({ SENTRY_SPOTLIGHT: '1' }, {})).toEqual(['[JACKDAW_SPOTLIGHT]']);
    expect(await warnings({}, {})).toEqual([]);
  });
});
