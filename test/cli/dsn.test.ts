import { describe, expect, it } from 'vitest';
import { jackdaw } from './terminal.js';

const KEY = 'e12d836b15bb49d7bbf99e64295d995b';

describe('jackdaw dsn', () => {
  it('explains every part without showing the key or the secret', async () => {
    const dsn = `sync+https://${KEY}:5ec7e7@o1.ingest.sentry.io:8443/a/b/42?timeout=5&proxy=p4ss`;
    const { code, out, err } = await jackdaw(['dsn', dsn]);
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out.split('\n')).toEqual([
      'protocol    https',
      'host        o1.ingest.sentry.io',
      'port        8443',
      'path        /a/b',
      'project     42',
      'key         ********995b',
      'secret      present, not shown',
      'transport   sync',
      'parameters  timeout, proxy',
      'envelopes   POST https://o1.ingest.sentry.io:8443/a/b/api/42/envelope/',
      'warning     the secret is legacy: no server needs it, --public prints the DSN without it',
      '',
    ]);
    expect(out).not.toMatch(/5ec7e7|p4ss|e12d836b/);
  });

  it('explains a plain DSN without a warning', async () => {
    const { out } = await jackdaw(['dsn', `https://${KEY}@sentry.io/42`]);
    expect(out).toMatch(/^port {8}443 \(default\)$/m);
    expect(out).toMatch(/^path {8}none$/m);
    expect(out).toMatch(/^secret {6}none$/m);
    expect(out).toMatch(/^transport {3}http \(default\)$/m);
    expect(out).not.toContain('warning');
  });

  it.each([
    ['a secret', `https://${KEY}:x@h/1`, ['the secret is legacy']],
    ['a project that is a word', `https://${KEY}@h/shop`, ['the project is not a number']],
    ['http to another machine', `http://${KEY}@10.0.0.1/1`, ['http to another machine']],
    ['a key of another form', 'https://public@h/1', ['the key is not 32 hex digits']],
    ['http to 127.0.0.1', `http://${KEY}@127.0.0.1/1`, []],
    ['http to localhost', `http://${KEY}@localhost:9000/1`, []],
    ['http to ::1', `http://${KEY}@[::1]/1`, []],
    ['all of it', 'http://public:x@h/shop', ['the secret', 'the project', 'http to another', 'the key']],
  ])('warns of %s', async (_what, dsn, warnings) => {
    const { out } = await jackdaw(['dsn', dsn]);
    const found = out.split('\n').filter((line) => line.startsWith('warning'));
    expect(found).toEqual(warnings.map((warning) => expect.stringContaining(warning)));
  });

  it('shows nothing of a short key', async () => {
    expect((await jackdaw(['dsn', 'https://abcdefgh@h/1'])).out).toMatch(/^key {9}\*{8}$/m);
  });

  it('prints the public DSN alone with --public', async () => {
    const result = await jackdaw(['dsn', '--public', `sync+https://${KEY}:x@h/1?a=b`]);
    expect(result).toEqual({ code: 0, out: `https://${KEY}@h/1\n`, err: '' });
  });

  it('reads SENTRY_DSN when no DSN is given', async () => {
    const env = { SENTRY_DSN: `https://${KEY}@from-env/1` };
    expect((await jackdaw(['dsn'], env)).out).toContain('from-env');
    expect((await jackdaw(['dsn', `https://${KEY}@given/1`], env)).out).toContain('given');
  });

  it.each([{}, { SENTRY_DSN: '' }])('asks for a DSN when there is none in %j', async (env) => {
    const { code, err } = await jackdaw(['dsn'], env);
    expect(code).toBe(2);
    expect(err).toMatch(/^jackdaw dsn: no DSN given, and SENTRY_DSN is not set\n/);
  });

  it('fails on a text that is no DSN and repeats nothing of it', async () => {
    const { code, out, err } = await jackdaw(['dsn', `ftp://${KEY}:hush@h/1`]);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/^jackdaw dsn: Invalid DSN: its scheme is not http or https\. .*\n$/);
    expect(err).not.toMatch(/e12d|hush/);
  });
});
