import { describe, expect, it } from 'vitest';
import { ProxyUrlError, parseProxy, proxyVariable } from '../../src/transport/proxy.js';

describe('parseProxy', () => {
  it.each([
    ['http://proxy.example:3128', { url: 'http://proxy.example:3128' }],
    ['https://proxy.example', { url: 'https://proxy.example' }],
    ['proxy.example:3128', { url: 'http://proxy.example:3128' }],
    ['http://[::1]:3128/ignored?too', { url: 'http://[::1]:3128' }],
    ['http://me:secret@proxy', { url: 'http://proxy', authorization: 'Basic bWU6c2VjcmV0' }],
    ['me:secret@proxy:80', { url: 'http://proxy', authorization: 'Basic bWU6c2VjcmV0' }],
    ['http://me@proxy', { url: 'http://proxy', authorization: 'Basic bWU6' }],
    ['http://%6de:s%65cret@proxy', { url: 'http://proxy', authorization: 'Basic bWU6c2VjcmV0' }],
  ])('reads %s', (text, proxy) => {
    expect(parseProxy(text)).toEqual(proxy);
  });

  it.each(['', 'http://', 'socks5://me:secret@proxy', 'ftp://proxy', 'http://me:%zzsecret@proxy', 'http://a b', '::'])(
    'refuses %j, and does not repeat it',
    (text) => {
      expect(() => parseProxy(text)).toThrow(ProxyUrlError);
      expect(() => parseProxy(text)).toThrow(/^must be the URL of a proxy, /);
      expect(() => parseProxy(text)).not.toThrow(/secret/);
    },
  );
});

describe('A23: proxyVariable', () => {
  it.each<[string, NodeJS.ProcessEnv, string | undefined]>([
    ['https://sentry.io', {}, undefined],
    ['https://sentry.io', { HTTPS_PROXY: 'a' }, 'HTTPS_PROXY'],
    ['https://sentry.io', { https_proxy: 'a', HTTPS_PROXY: 'b' }, 'https_proxy'],
    ['https://sentry.io', { https_proxy: ' ', HTTPS_PROXY: 'b' }, 'HTTPS_PROXY'],
    ['https://sentry.io', { HTTP_PROXY: 'a', http_proxy: 'b' }, undefined],
    ['https://sentry.io', { ALL_PROXY: 'a' }, 'ALL_PROXY'],
    ['https://sentry.io', { all_proxy: 'a', HTTPS_PROXY: 'b' }, 'HTTPS_PROXY'],
    ['http://sentry.io', { HTTP_PROXY: 'a' }, 'HTTP_PROXY'],
    ['http://sentry.io', { HTTPS_PROXY: 'a' }, undefined],
    // https://httpoxy.org
    ['http://sentry.io', { HTTP_PROXY: 'a', REQUEST_METHOD: 'GET' }, undefined],
    ['http://sentry.io', { http_proxy: 'a', REQUEST_METHOD: 'GET' }, 'http_proxy'],
    ['https://sentry.io', { HTTPS_PROXY: 'a', NO_PROXY: 'sentry.io' }, undefined],
    ['https://sentry.io', { HTTPS_PROXY: 'a', no_proxy: 'other.io', NO_PROXY: 'sentry.io' }, 'HTTPS_PROXY'],
    ['https://sentry.io', { HTTPS_PROXY: 'a', no_proxy: '', NO_PROXY: 'sentry.io' }, undefined],
  ])('for %s in %j is %s', (url, env, name) => {
    const variable = proxyVariable(new URL(url), env);
    expect(variable).toEqual(name === undefined ? undefined : { name, value: env[name] });
  });
});
