import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { Agent, fetch as undiciFetch, request as undiciRequest } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import type { ClientOptions } from '../../src/client/options.js';
import { asOwnWork, processState } from '../../src/client/process-state.js';
import { runInScope } from '../../src/client/run-in-scope.js';
import type { Breadcrumb } from '../../src/protocol/event.js';
import { makeCertificate } from '../support/certificate.js';
import { closedPort } from '../support/closed-port.js';
import { freshDsn, type MemoryClient, memoryClient } from '../support/memory-client.js';
import {
  answer,
  delay,
  never,
  raw,
  reset,
  type Script,
  type ScriptedServer,
  sequence,
  startScriptedServer,
} from '../support/scripted-server.js';

const clients: MemoryClient[] = [];

function watching(options: ClientOptions = {}): MemoryClient {
  const one = memoryClient(options);
  clients.push(one);
  return one;
}

afterEach(async () => {
  for (const { client } of clients.splice(0)) await client.close();
});

/** Asks by node:http(s) and reads all of the answer. */
function ask(url: string, options: https.RequestOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const { request } = url.startsWith('https') ? https : http;
    request(url, options, (response) => response.resume().on('end', resolve).on('error', reject))
      .on('error', reject)
      .end();
  });
}

const asks: [library: 'http' | 'undici', name: string, ask: (url: string) => Promise<unknown>][] = [
  ['http', 'node:http', (url) => ask(url)],
  ['undici', 'fetch', async (url) => (await fetch(url)).text()],
  ['undici', 'the fetch of the package undici', async (url) => (await undiciFetch(url)).text()],
  ['undici', 'undici.request', async (url) => (await undiciRequest(url)).body.text()],
];

async function trailOf(
  script: Script,
  work: (server: ScriptedServer) => Promise<unknown>,
  options?: ClientOptions,
): Promise<Breadcrumb[]> {
  await using server = await startScriptedServer(script);
  return await runInScope(async () => {
    const { trail } = watching(options);
    await work(server);
    return trail();
  });
}

describe.each(asks)('a request of %s, by %s,', (category, _name, request) => {
  it.each([
    [200, 'info'],
    [204, 'info'],
    [301, 'info'],
    [404, 'warning'],
    [500, 'error'],
  ] as const)('that is answered with %d leaves a breadcrumb of level %s', async (status, level) => {
    const trail = await trailOf({ otherwise: answer(status) }, ({ origin }) => request(`${origin}/orders`));
    expect(trail).toEqual([
      {
        type: 'http',
        category,
        level,
        timestamp: expect.any(Number),
        data: {
          method: 'GET',
          url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/orders$/),
          status_code: status,
          reason: 'Scripted',
          duration_ms: expect.any(Number),
        },
      },
    ]);
  });

  it('says how long the answer took', async () => {
    const [breadcrumb] = await trailOf({ otherwise: sequence(delay(50), answer(200)) }, ({ origin }) =>
      request(origin),
    );
    expect(breadcrumb?.data?.['duration_ms']).toBeGreaterThanOrEqual(45);
    expect(breadcrumb?.data?.['duration_ms']).toBeLessThan(5_000);
  });

  it('that finds nobody leaves a breadcrumb with the code of the error', async () => {
    const url = `http://127.0.0.1:${await closedPort()}/gone`;
    const trail = await trailOf({}, () => expect(request(url)).rejects.toThrow());
    expect(trail).toEqual([
      {
        type: 'http',
        category,
        level: 'error',
        timestamp: expect.any(Number),
        data: { method: 'GET', url, reason: 'ECONNREFUSED', duration_ms: expect.any(Number) },
      },
    ]);
  });

  it('whose connection breaks leaves a breadcrumb with the code of the error', async () => {
    const trail = await trailOf({ otherwise: reset() }, ({ origin }) => expect(request(origin)).rejects.toThrow());
    expect(trail).toMatchObject([
      { level: 'error', data: { reason: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/) } },
    ]);
    expect(trail[0]?.data).not.toHaveProperty('status_code');
  });

  it('leaves no value of a secret parameter, and no fragment', async () => {
    const trail = await trailOf({}, ({ origin }) =>
      request(`${origin}/a%20b?page=2&api_key=hunter2&pass%77ord=hunter2&%ff=hunter2&flag#hunter2`),
    );
    expect(trail[0]?.data?.['url']).toMatch(
      /\/a%20b\?page=2&api_key=\[Filtered\]&pass%77ord=\[Filtered\]&%ff=\[Filtered\]&flag$/,
    );
    expect(JSON.stringify(trail)).not.toContain('hunter2');
  });

  it('leaves its breadcrumb in the scope in which it began, whoever opened the connection', async () => {
    await using server = await startScriptedServer({});
    const { trail } = watching();
    const trails = await Promise.all(
      ['a', 'b', 'c'].map((path) =>
        runInScope(async () => {
          for (const count of [1, 2]) await request(`${server.origin}/${path}${count}`);
          return trail().map(({ data }) => String(data?.['url']).slice(-2));
        }),
      ),
    );
    expect(trails).toEqual([
      ['a1', 'a2'],
      ['b1', 'b2'],
      ['c1', 'c2'],
    ]);
  });

  it('to the host of any of our clients leaves none', async () => {
    await using ingest = await startScriptedServer({});
    watching({ dsn: ingest.dsn, maxBreadcrumbs: 0 });
    const trail = await trailOf({}, async ({ origin }) => {
      await request(`${ingest.origin}/api/0/projects/`);
      await request(origin);
    });
    expect(trail).toMatchObject([{ data: { status_code: 200 } }]);
  });

  it('out of our own work leaves none, and those that use its connection later do', async () => {
    const trail = await trailOf({}, async ({ origin }) => {
      await asOwnWork(() => request(`${origin}/hook`));
      await request(`${origin}/host`);
    });
    expect(trail).toMatchObject([{ data: { url: expect.stringMatching(/host$/) } }]);
    expect(trail).toHaveLength(1);
  });

  it('that another library is picked for leaves none', async () => {
    const other = category === 'http' ? 'undici' : 'http';
    for (const httpBreadcrumbs of [[other] as const, [], false]) {
      expect(await trailOf({}, ({ origin }) => request(origin), { httpBreadcrumbs })).toEqual([]);
    }
    expect(await trailOf({}, ({ origin }) => request(origin), { httpBreadcrumbs: [category] })).toHaveLength(1);
  });

  it('goes through beforeBreadcrumb, and its mistakes reach nobody', async () => {
    const seen: unknown[] = [];
    const beforeBreadcrumb = (breadcrumb: Breadcrumb): null => {
      seen.push(breadcrumb.data?.['status_code']);
      throw new Error('a mistake');
    };
    expect(await trailOf({}, ({ origin }) => request(origin), { beforeBreadcrumb })).toEqual([]);
    expect(seen).toEqual([200]);
  });
});

describe('the breadcrumbs of requests', () => {
  it('stand once in the ring of a DSN, however many clients it has, and in that of every DSN', async () => {
    const dsn = freshDsn();
    await using server = await startScriptedServer({});
    await runInScope(async () => {
      const trails = [watching({ dsn }), watching({ dsn }), watching()].map(({ trail }) => trail);
      await ask(server.origin);
      for (const trail of trails) expect(trail()).toHaveLength(1);
    });
  });

  it.each([['http'], ['undici']] as const)(
    'of %s are no longer asked for once the last client is closed',
    async (name) => {
      const channel = name === 'http' ? 'http.client.request.start' : 'undici:request:create';
      const { hasSubscribers } = await import('node:diagnostics_channel');
      expect(hasSubscribers(channel)).toBe(false);
      const [first, second] = [memoryClient(), memoryClient()];
      expect(hasSubscribers(channel)).toBe(true);
      await first.client.close();
      expect(hasSubscribers(channel)).toBe(true);
      await second.client.close();
      expect(hasSubscribers(channel)).toBe(false);
      expect(processState().watches.size).toBe(0);
    },
  );

  it('are not asked for by a client that keeps none, or is disabled', () => {
    watching({ maxBreadcrumbs: 0 });
    watching({ dsn: '' });
    expect(processState().watches.has('http')).toBe(false);
  });

  it('stand before what the host logs about the answer', async () => {
    const trail = await trailOf({ otherwise: answer(503) }, async ({ origin }) => {
      const response = await fetch(origin);
      clients.at(-1)?.client.addBreadcrumb({ message: 'answered' });
      await response.text();
    });
    expect(trail).toMatchObject([{ data: { status_code: 503 } }, { message: 'answered' }]);
  });

  it('tell of a body that breaks off, too', async () => {
    const broken = sequence(raw('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'), delay(20), reset());
    const trail = await trailOf({ otherwise: broken }, async ({ origin }) => {
      await expect(fetch(origin).then((response) => response.text())).rejects.toThrow();
    });
    expect(trail).toMatchObject([
      { level: 'info', data: { status_code: 200 } },
      { level: 'error', data: { status_code: 200, reason: expect.stringMatching(/^(UND_ERR_|ECONN)/) } },
    ]);
  });

  it.each<[string, (origin: string) => Promise<unknown>]>([
    ['fetch', async (origin) => (await fetch(origin)).body?.cancel()],
    ['undici', async (origin) => (await undiciRequest(origin)).body.on('error', () => {}).destroy()],
    [
      'http',
      async (origin) => {
        const [response] = (await once(http.get(origin), 'response')) as [http.IncomingMessage];
        response.on('error', () => {}).destroy();
        await once(response, 'close');
      },
    ],
  ])('do not make a failure of it when the host wants no more of a body (%s)', async (_name, give) => {
    const endless = raw('HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\nhalf');
    const trail = await trailOf({ otherwise: endless }, async (server) => {
      await give(server.origin);
      await expect.poll(() => server.sockets.size).toBe(0);
    });
    expect(trail).toMatchObject([{ level: 'info' }]);
    expect(trail).toHaveLength(1);
  });

  it.each<[string, (origin: string, signal: AbortSignal) => Promise<unknown>]>([
    ['fetch', (origin, signal) => fetch(origin, { signal })],
    ['http', (origin, signal) => ask(origin, { signal })],
  ])('tell of a request that is given up before its answer (%s)', async (_name, request) => {
    const trail = await trailOf({ otherwise: never() }, ({ origin }) =>
      expect(request(origin, AbortSignal.timeout(30))).rejects.toThrow(),
    );
    expect(trail).toMatchObject([{ level: 'error', data: { reason: expect.stringMatching(/ABORT|Abort|Timeout/) } }]);
    expect(trail).toHaveLength(1);
  });

  it('tell of a request that is destroyed before it is written', async () => {
    const trail = await trailOf({}, async ({ origin }) => {
      const request = http.request(origin, { method: 'PUT' });
      request.destroy(Object.assign(new Error('changed my mind'), { code: 'E_MIND' }));
      await once(request, 'error');
    });
    expect(trail).toMatchObject([{ level: 'error', data: { method: 'PUT', reason: 'E_MIND' } }]);
  });

  it('skip early hints', async () => {
    const hint = raw('HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n');
    const trail = await trailOf({ otherwise: sequence(hint, answer(200)) }, async ({ origin }) => {
      await ask(origin);
      await (await fetch(origin)).text();
    });
    expect(trail.map(({ data }) => data?.['status_code'])).toEqual([200, 200]);
  });

  it('come of https, without the user-info of the URL, with the name it was asked by', async () => {
    using certificate = makeCertificate(1, 'DNS:localhost');
    const trail = await trailOf({ tls: { key: certificate.key, cert: certificate.cert } }, ({ port }) =>
      ask(`https://ann:hunter2@localhost:${port}/`, { ca: certificate.cert }),
    );
    expect(trail).toMatchObject([{ data: { url: expect.stringMatching(/^https:\/\/localhost:\d+\/$/) } }]);
  });

  it('show the URL that a proxy is asked for', async () => {
    const trail = await trailOf({}, ({ port }) =>
      ask(`http://127.0.0.1:${port}`, { path: 'http://ann:hunter2@shop.example/orders?token=hunter2' }),
    );
    expect(trail).toMatchObject([{ data: { url: 'http://shop.example/orders?token=[Filtered]' } }]);
  });

  it('are cut where a URL is long, and cost little', async () => {
    const long = `?${Array.from({ length: 3_000 }, (_, index) => `p${index}=${'x'.repeat(2)}`).join('&')}`;
    const trail = await trailOf({}, ({ origin }) => ask(`${origin}/${long.slice(0, 12_000)}`));
    expect(String(trail[0]?.data?.['url']).length).toBeLessThanOrEqual(1_024);
  });

  it('follow the options for scrubbing', async () => {
    const path = '/?token=a&page=2';
    const [plain] = await trailOf({}, ({ origin }) => ask(origin + path), { scrub: false });
    expect(plain?.data?.['url']).toContain(path);
    const [own] = await trailOf({}, ({ origin }) => ask(origin + path), { scrub: { denyKeys: ['page'], mask: '#' } });
    expect(own?.data?.['url']).toContain('/?token=#&page=#');
    const [allowed] = await trailOf({}, ({ origin }) => ask(origin + path), {
      scrub: { mode: 'allow', keys: ['method'] },
    });
    expect(allowed?.data).toMatchObject({ method: 'GET', url: '[Filtered]' });
  });

  it('P1: a request of a strange kind breaks nothing', async () => {
    const trail = await trailOf({}, async ({ origin }) => {
      const strange = http.request(origin);
      // What a listener throws would be an uncaught exception, and fail this file.
      const told = new Promise<void>((resolve) => {
        const onFinish = (): void => {
          unsubscribe('http.client.response.finish', onFinish);
          setImmediate(resolve);
        };
        subscribe('http.client.response.finish', onFinish);
      });
      strange.on('response', (response) => response.resume()).end();
      Object.defineProperty(strange, 'getHeader', {
        get: () => {
          throw new Error('no header');
        },
      });
      await told;
    });
    expect(trail).toEqual([]);
  });

  it('cost nothing of the request: agents, sockets and answers are as without them', async () => {
    await using server = await startScriptedServer({});
    const agent = new Agent({ connections: 1 });
    watching();
    const bodies = await Promise.all(
      Array.from({ length: 5 }, async () => (await undiciRequest(server.origin, { dispatcher: agent })).body.text()),
    );
    await agent.close();
    expect(bodies).toEqual(Array.from({ length: 5 }, () => '{}'));
    expect(server.connections).toBe(1);
  });
});
