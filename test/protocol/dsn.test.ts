import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authHeader, type Dsn, DsnError, envelopeUrl, fullDsn, parseDsn, publicDsn } from '../../src/protocol/dsn.js';

const KEY = 'e12d836b15bb49d7bbf99e64295d995b';
const SECRET = '5f0c3a1db4e24bd6a4c1ef2b7d9a8c60';

// dsn, protocol, publicKey, secretKey, host, port, path, projectId, envelope URL
const VALID = [
  [
    'https://public@sentry.example.com/1',
    'https',
    'public',
    '',
    'sentry.example.com',
    '',
    '',
    '1',
    'https://sentry.example.com/api/1/envelope/',
  ],
  [
    'https://abc:xyz@sentry.io:1234/123',
    'https',
    'abc',
    'xyz',
    'sentry.io',
    '1234',
    '',
    '123',
    'https://sentry.io:1234/api/123/envelope/',
  ],
  [
    'https://abc@sentry.io/123/321',
    'https',
    'abc',
    '',
    'sentry.io',
    '',
    '/123',
    '321',
    'https://sentry.io/123/api/321/envelope/',
  ],
  [
    'https://abc:@sentry.io/123/321',
    'https',
    'abc',
    '',
    'sentry.io',
    '',
    '/123',
    '321',
    'https://sentry.io/123/api/321/envelope/',
  ],
  [
    'https://abc@sentry.io/sentry/custom/installation/321',
    'https',
    'abc',
    '',
    'sentry.io',
    '',
    '/sentry/custom/installation',
    '321',
    'https://sentry.io/sentry/custom/installation/api/321/envelope/',
  ],
  [
    'https://abc@sentry.io/321?sample.rate=0.1&other=value',
    'https',
    'abc',
    '',
    'sentry.io',
    '',
    '',
    '321',
    'https://sentry.io/api/321/envelope/',
  ],
  [
    'https://abc@192.168.1.1/123',
    'https',
    'abc',
    '',
    '192.168.1.1',
    '',
    '',
    '123',
    'https://192.168.1.1/api/123/envelope/',
  ],
  [
    'https://abc@[2001:db8::1]/123',
    'https',
    'abc',
    '',
    '[2001:db8::1]',
    '',
    '',
    '123',
    'https://[2001:db8::1]/api/123/envelope/',
  ],
  [
    'https://abc@[::1]:9000/pfx/123',
    'https',
    'abc',
    '',
    '[::1]',
    '9000',
    '/pfx',
    '123',
    'https://[::1]:9000/pfx/api/123/envelope/',
  ],
  ['http://username:@domain/42', 'http', 'username', '', 'domain', '', '', '42', 'http://domain/api/42/envelope/'],
  [
    'https://username:@domain:8888/42',
    'https',
    'username',
    '',
    'domain',
    '8888',
    '',
    '42',
    'https://domain:8888/api/42/envelope/',
  ],
  [
    'https://username@domain:443/42',
    'https',
    'username',
    '',
    'domain',
    '443',
    '',
    '42',
    'https://domain:443/api/42/envelope/',
  ],
  [
    'http://username:@domain:8888/pathone/pathtwo/77',
    'http',
    'username',
    '',
    'domain',
    '8888',
    '/pathone/pathtwo',
    '77',
    'http://domain:8888/pathone/pathtwo/api/77/envelope/',
  ],
  [
    'https://e12d836b15bb49d7bbf99e64295d995b@o123.ingest.sentry.io/42',
    'https',
    'e12d836b15bb49d7bbf99e64295d995b',
    '',
    'o123.ingest.sentry.io',
    '',
    '',
    '42',
    'https://o123.ingest.sentry.io/api/42/envelope/',
  ],
  [
    'https://e12d836b15bb49d7bbf99e64295d995b@o123.ingest.de.sentry.io/42',
    'https',
    'e12d836b15bb49d7bbf99e64295d995b',
    '',
    'o123.ingest.de.sentry.io',
    '',
    '',
    '42',
    'https://o123.ingest.de.sentry.io/api/42/envelope/',
  ],
  [
    'https://e12d836b15bb49d7bbf99e64295d995b@o1-2.example.com/42',
    'https',
    'e12d836b15bb49d7bbf99e64295d995b',
    '',
    'o1-2.example.com',
    '',
    '',
    '42',
    'https://o1-2.example.com/api/42/envelope/',
  ],
  ['https://abc@localhost/0', 'https', 'abc', '', 'localhost', '', '', '0', 'https://localhost/api/0/envelope/'],
  [
    'https://username:password@domain:8888/abc123',
    'https',
    'username',
    'password',
    'domain',
    '8888',
    '',
    'abc123',
    'https://domain:8888/api/abc123/envelope/',
  ],
  ['https://abc@sentry.io/321/', 'https', 'abc', '', 'sentry.io', '', '', '321', 'https://sentry.io/api/321/envelope/'],
] as const;

const INVALID: readonly (readonly [name: string, dsn: string, message: RegExp])[] = [
  ['the empty text', '', /empty/],
  ['text that is no URL', 'random string', /white space/],
  ['text without a scheme', 'some@random.dsn', /scheme/],
  ['an empty scheme', '://abc@sentry.io/123', /scheme/],
  ['an empty key', 'https://@sentry.io/123', /key is empty/],
  ['an empty key before a secret', 'https://:password@domain:8888/23', /key is empty/],
  ['no user part', 'https://sentry.io/123', /no key/],
  ['no path', 'https://abc@123', /no project id/],
  ['an empty project id', 'https://username:password@domain:8888/', /no project id/],
  ['an empty host', 'https://username:password@:8888/42', /no host/],
  ['the scheme ftp', 'ftp://username:password@domain:8888/1', /scheme/],
  ['a scheme that starts like http', 'httpx://abc@sentry.io/1', /scheme/],
  ['a port that is no number', 'https://abc@sentry.io:12x/1', /port/],
  ['a port above 65535', 'https://abc@sentry.io:70000/1', /port/],
  ['port 0', 'https://abc@sentry.io:0/1', /port/],
  ['only white space', ' \n\t', /empty/],
  ['an IPv6 zone id', 'http://k@[fe80::1%eth0]/1', /host/],
  ['an encoded IPv6 zone id', 'http://k@[fe80::1%25eth0]/1', /host/],
  ['an IPv6 address without brackets', 'http://k@::1/1', /no host/],
  ['an IPv6 address that is not closed', 'http://k@[::1/1', /port|host/],
  ['text after the brackets of an IPv6 address', 'http://k@[::1]x:80/1', /port|host/],
  ['a host that cannot be one', 'https://k@exa<mple.com/1', /host/],
  ['a host with an encoded slash', 'https://k@a%2fb/1', /host/],
  ['1 MB of text', `https://k@${'h'.repeat(1_000_000)}/1`, /longer/],
  ['an encoded line break in the key', 'https://k%0d%0aX-Forged:1@host/1', /control/],
  ['an encoded NUL in the path', 'https://k@host/a%00/1', /control/],
  ['a line break inside', 'https://k@ho\nst/1', /control/],
  ['a tab inside', 'https://k@ho\tst/1', /control/],
  ['a trailing comment', 'https://k@host/1 # production', /white space/],
  ['a backslash', 'https://k@evil.example\\@host/1', /backslash/],
  ['a fragment', 'https://k@host/1#x', /#/],
  ['quotes around it', '"https://k@host/1"', /scheme/],
  ['the placeholder of the docs', 'https://<key>@host/1', /key/],
  ['a comma in the key', 'https://k,sentry_key=other@host/1', /key/],
  ['a second @', 'https://k@x@host/1', /key/],
  ['a broken percent-encoding in the key', 'https://k%zz@host/1', /key/],
  ['a comma in the secret', 'https://k:a,b@host/1', /key/],
  ['the project ..', 'https://k@host/..', /\.\./],
  ['the project .', 'https://k@host/.', /\.\./],
  ['the project .. percent-encoded', 'https://k@host/%2E.', /\.\./],
  ['.. in the path', 'https://k@host/a/../1', /\.\./],
  ['a transport without a name', '+https://k@host/1', /transport/],
  ['a transport that is no name', '9p+https://k@host/1', /transport/],
];

function sameDsn(actual: Dsn, expected: Dsn): void {
  expect({ ...actual, params: { ...actual.params } }).toEqual({ ...expected, params: { ...expected.params } });
}

describe('parseDsn', () => {
  it.each(VALID)('reads %s', (text, protocol, publicKey, secretKey, host, port, path, projectId, url) => {
    const dsn = parseDsn(text);
    expect(dsn).toMatchObject({ transport: undefined, protocol, publicKey, secretKey, host, port, path, projectId });
    expect(envelopeUrl(dsn)).toBe(url);
  });

  it.each(INVALID)('A22: refuses %s and says why', (_name, text, message) => {
    expect(() => parseDsn(text)).toThrow(DsnError);
    expect(() => parseDsn(text)).toThrow(message);
    expect(() => parseDsn(text)).toThrow('https://<key>@<host>/<project>');
  });

  it('throws an error with a stable name and code', () => {
    expect(() => parseDsn('')).toThrow(expect.objectContaining({ name: 'DsnError', code: 'DSN_INVALID' }));
  });

  it('H05: ignores white space and line breaks around the text', () => {
    expect(publicDsn(parseDsn('\ufeff \n https://k@host/1 \r\n'))).toBe('https://k@host/1');
  });

  it('reads scheme and host in any case', () => {
    expect(publicDsn(parseDsn('HTTPS://K@Sentry.Example.COM/P'))).toBe('https://K@sentry.example.com/P');
  });

  it('turns a unicode host into punycode', () => {
    expect(parseDsn('https://k@bücher.example/1').host).toBe('xn--bcher-kva.example');
  });

  it('shortens an IPv6 address and keeps its brackets', () => {
    expect(parseDsn('http://k@[2001:DB8:0:0:0:0:0:1]:9000/1')).toMatchObject({ host: '[2001:db8::1]', port: '9000' });
  });

  it.each([
    ['https://k@host:/1', ''],
    ['https://k@host:0080/1', '80'],
    ['https://k@host:65535/1', '65535'],
  ])('reads the port of %s as "%s"', (text, port) => {
    expect(parseDsn(text).port).toBe(port);
  });

  it('leaves percent-encoding in key and path alone', () => {
    expect(parseDsn('https://k%2B1@host/a%2Fb/p%20q')).toMatchObject({
      publicKey: 'k%2B1',
      path: '/a%2Fb',
      projectId: 'p%20q',
    });
  });

  it('drops empty path segments', () => {
    expect(parseDsn('https://k@host//a///b//1//')).toMatchObject({ path: '/a/b', projectId: '1' });
  });

  it.each([
    ['sync+https://k@host/1', 'sync'],
    ['Thread+HTTP://k@host/1', 'thread'],
    ['my+own+https://k@host/1', 'my+own'],
    ['https://k@host/1', undefined],
  ])('finds in %s the transport %s', (text, transport) => {
    expect(parseDsn(text).transport).toBe(transport);
  });

  it('decodes query parameters and keeps the last of each name', () => {
    expect({ ...parseDsn('https://k@host/1?a=1&b=x%20y&a=2&c').params }).toEqual({ a: '2', b: 'x y', c: '' });
  });

  it('keeps parameters named like prototype members as plain data', () => {
    const { params } = parseDsn('https://k@host/1?__proto__=x&constructor=y');
    expect(Object.getPrototypeOf(params)).toBeNull();
    expect(Object.entries(params)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('the textual forms of a DSN', () => {
  const dsn = parseDsn(`sync+https://${KEY}:${SECRET}@host:8443/a/b/42?timeout=5`);

  it('posts to the path prefix, without key and parameters', () => {
    expect(envelopeUrl(dsn)).toBe('https://host:8443/a/b/api/42/envelope/');
  });

  it('shows neither secret nor transport nor parameters in public', () => {
    expect(publicDsn(dsn)).toBe(`https://${KEY}@host:8443/a/b/42`);
  });

  it('keeps everything in the full form', () => {
    expect(fullDsn(dsn)).toBe(`sync+https://${KEY}:${SECRET}@host:8443/a/b/42?timeout=5`);
  });

  it.each([
    ['https://k@host/1', 'Sentry sentry_version=7, sentry_client=jackdaw.node/1.2.3, sentry_key=k'],
    ['https://k:s@host/1', 'Sentry sentry_version=7, sentry_client=jackdaw.node/1.2.3, sentry_key=k, sentry_secret=s'],
  ])('authenticates %s with its keys and the name of the client', (text, header) => {
    expect(authHeader(parseDsn(text), { name: 'jackdaw.node', version: '1.2.3' })).toBe(header);
  });
});

describe('laws of DSNs', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9._~-]{1,12}$/);
  const segment = fc.stringMatching(/^[\w~é%'"|^{}!$,;=:@-]{1,10}$/);
  const host = fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV6().map((address) => `[${address}]`),
    fc.constant('bücher.example'),
  );
  const text = fc
    .record({
      scheme: fc.constantFrom('http', 'https', 'sync+https', 'a+b+http'),
      key: name,
      secret: fc.option(name, { nil: '' }),
      host,
      port: fc.option(fc.integer({ min: 1, max: 65_535 })),
      path: fc.array(segment, { minLength: 1, maxLength: 4 }),
      params: fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' }), { maxKeys: 4 }),
    })
    .map(({ scheme, key, secret, host: at, port, path, params }) => {
      const query = new URLSearchParams(params).toString();
      return `${scheme}://${key}:${secret}@${at}${port === null ? '' : `:${port}`}/${path.join('/')}?${query}`;
    })
    .filter((dsn) => !/%(?:[01]|7f)/i.test(dsn));

  it('reads its own full form as the same DSN', () => {
    fc.assert(
      fc.property(text, (dsn) => {
        const parsed = parseDsn(dsn);
        sameDsn(parseDsn(fullDsn(parsed)), parsed);
      }),
    );
  });

  it('reads its own public form as the same destination', () => {
    fc.assert(
      fc.property(text, (dsn) => {
        const parsed = parseDsn(dsn);
        sameDsn(parseDsn(publicDsn(parsed)), { ...parsed, secretKey: '', transport: undefined, params: {} });
      }),
    );
  });

  it('posts nowhere but to the host of the DSN, and below its path', () => {
    fc.assert(
      fc.property(text, (dsn) => {
        const parsed = parseDsn(dsn);
        const url = new URL(envelopeUrl(parsed));
        expect(url.hostname).toBe(parsed.host);
        expect(url.pathname).toBe(`${parsed.path}/api/${parsed.projectId}/envelope/`);
        expect(url.username + url.password + url.search + url.hash).toBe('');
      }),
    );
  });

  it('throws nothing but DsnError, whatever the text', () => {
    const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.mixedCase(text));
    fc.assert(
      fc.property(anyText, (dsn) => {
        try {
          parseDsn(dsn);
        } catch (error) {
          expect(error).toBeInstanceOf(DsnError);
        }
      }),
    );
  });

  it('A22: repeats neither key nor secret in an error, wherever they stand', () => {
    const junk = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom('https://', '@', ':', '/', '%0d%0a', '..'),
    );
    const broken = fc.array(fc.oneof(junk, fc.constantFrom(KEY, SECRET)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(broken, (parts) => {
        try {
          parseDsn(parts.join(''));
        } catch (error) {
          const shown = inspect(error, { depth: 5, showHidden: true }).replaceAll(/\s/g, '');
          expect(shown).not.toContain(KEY);
          expect(shown).not.toContain(SECRET);
        }
      }),
    );
  });

  it.each(INVALID.filter(([, text]) => text.includes('@')))(
    'A22: shows no canary of its user part when it refuses %s',
    (_name, template) => {
      const text = template.replace(/[^/]*@/, `canary-${KEY}:canary-${SECRET}@`);
      try {
        parseDsn(`${text}#`);
        expect.unreachable('a fragment is always refused');
      } catch (error) {
        expect(inspect(error)).not.toMatch(/canary/);
      }
    },
  );
});
