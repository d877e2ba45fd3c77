import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { cleanRequest, clientAddress } from '../../src/event/request.js';
import { createScrubber } from '../../src/scrub/walk.js';

const scrubber = createScrubber({ rules: true });
const clean = (request: unknown): ReturnType<typeof cleanRequest> => cleanRequest(request, scrubber, false);

/** Hands a real request to `look` while it is served. */
async function served<T>(
  path: string,
  headers: Record<string, string>,
  look: (request: IncomingMessage) => T,
): Promise<T> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = get({ port, path, headers, agent: false });
  const [request, response] = await once(server, 'request');
  try {
    return look(request as IncomingMessage);
  } finally {
    response.end();
    await once(client, 'response').then(([answer]) => answer.resume());
    server.close();
  }
}

describe('who made a request', () => {
  const headers = {
    host: 'a.example',
    'X-Forwarded-For': '10.0.0.7',
    'x-real-ip': '10.0.0.7',
    forwarded: 'for=10.0.0.7',
    via: 'p',
    'remote-user': 'ada',
  };
  const env = { REMOTE_ADDR: '10.0.0.7', SERVER_NAME: 'a' };
  const request = { method: 'POST', headers, env, ip: '10.0.0.7', body: { order: 7, password: 'x' } };

  it('is not told by default: no body, no address, no header that names them', () => {
    expect(clean(request)).toEqual({
      method: 'POST',
      headers: {
        host: 'a.example',
        'X-Forwarded-For': '[Filtered]',
        'x-real-ip': '[Filtered]',
        forwarded: '[Filtered]',
        via: '[Filtered]',
        'remote-user': '[Filtered]',
      },
      env: { REMOTE_ADDR: '[Filtered]', SERVER_NAME: 'a' },
    });
  });

  it('is told on request, secrets apart', () => {
    expect(cleanRequest(request, scrubber, true)).toEqual({
      method: 'POST',
      headers,
      env,
      data: { order: 7, password: '[Filtered]' },
    });
    expect(clientAddress(request, scrubber)).toEqual({ ip_address: '10.0.0.7' });
  });

  it('is known from a real request’s socket', async () => {
    expect(await served('/', {}, (real) => clientAddress(real, scrubber))).toEqual({ ip_address: '127.0.0.1' });
    expect(clientAddress({ method: 'GET' }, scrubber)).toBeUndefined();
    expect(clientAddress('GET /', scrubber)).toBeUndefined();
  });
});

describe('cleanRequest', () => {
  it('takes method, URL, query and headers of a real request, without secrets, sockets and raw headers', async () => {
    const headers = {
      authorization: 'Bearer t0k3n',
      cookie: 'session=s3ss10n',
      'x-api-key': 'k3y',
      accept: 'text/html',
    };
    const request = await served('/orders/17?page=2&token=t0k3n', headers, clean);
    expect(request).toMatchObject({
      method: 'GET',
      url: '/orders/17',
      query_string: { page: '2', token: '[Filtered]' },
      headers: { accept: 'text/html', authorization: '[Filtered]', 'x-api-key': '[Filtered]' },
    });
    expect(Object.keys(request ?? {}).sort()).toEqual(['headers', 'method', 'query_string', 'url']);
    expect(JSON.stringify(request)).not.toMatch(/t0k3n|s3ss10n|k3y"/);
  });

  it.each<[string, unknown, unknown]>([
    [
      'the URL before a framework rewrote it',
      { method: 'GET', originalUrl: '/a/b', url: '/b' },
      { method: 'GET', url: '/a/b' },
    ],
    [
      'a query that is given apart',
      { method: 'GET', url: '/a?b=c', query_string: 'd=e' },
      { method: 'GET', url: '/a', query_string: 'd=e' },
    ],
    ['an empty query', { url: '/a?' }, { url: '/a', query_string: {} }],
    [
      'data and cookies',
      { method: 'POST', data: { a: 1 }, cookies: { theme: 'dark' } },
      { method: 'POST', data: { a: 1 } },
    ],
    [
      'secrets in data',
      { method: 'POST', data: { password: 'x', a: 1 } },
      { method: 'POST', data: { password: '[Filtered]', a: 1 } },
    ],
  ])('takes %s', (_name, request, expected) => {
    expect(clean(request)).toMatchObject(expected as object);
  });

  it.each([undefined, null, 'GET /', 7, {}, { headers: { a: 'b' } }, [], () => 1])('is nothing of %o', (request) => {
    expect(clean(request)).toBeUndefined();
  });

  it('reads what it can of a request whose getters throw', () => {
    const request = {
      method: 'GET',
      get url(): string {
        throw new Error('the response is sent already');
      },
      get headers(): object {
        throw new Error('the response is sent already');
      },
    };
    expect(clean(request)).toEqual({ method: 'GET' });
  });

  it('takes no function for a field: frameworks have methods of these names', () => {
    expect(clean({ method: 'GET', cookies: () => 1, env: () => 1, data: () => 1 })).toEqual({ method: 'GET' });
  });

  it('does not parse a query without end', () => {
    const start = performance.now();
    const request = clean({ method: 'GET', url: `/?${'a=1&'.repeat(5_000_000)}` });
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(request).toMatchObject({ url: '/', query_string: { a: '1' } });
  });
});
